// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/other_backends.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/common/base/files.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/conformance/direct_support.h"
#include "bench/guest/conformance/ext4_copy.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench {

namespace {

constexpr std::string_view kIomapDirect = "Documentation/filesystems/erofs.rst: \"Support direct I/O on uncompressed files to avoid double caching for loop devices\"; "
                                          "fs/erofs/data.c, erofs_file_read_iter(): iomap_dio_rw()";
constexpr std::string_view kFileDirect = "open(2), EINVAL: O_DIRECT need not be supported; fs/erofs/fileio.c: erofs_fileio_aops of Linux 6.12 and 7.3 has no ->direct_IO";

/// The first is that of and_on_file().
constexpr std::array<OtherBackend, 5> kBackends = {{
    {"file", true, false, false, kFileDirect},
    {"file-directio", true, true, false, kFileDirect},
    {"loop", true, false, true, kIomapDirect},
    {"loop-directio", true, true, true, kIomapDirect},
    {"blockdev", false, false, true, kIomapDirect},
}};

/// What a back end is like on this kernel.
struct Answer {
    std::string lacking;  ///< why there is none; empty: there is
    DirectSupport direct = DirectSupport::unknown;
};

Result<Answer> try_out(const World& world) {
    World probe(world.seed(), DirectSupport::unknown, world.backend());
    Answer answer;
    {
        auto image = probe.mount("flat");
        if (!image && is_unsupported(image.error())) return Answer{image.error().message()};
        if (!image) return forward(image);
        auto support = find_direct_support(probe, *image);
        if (!support) return forward(support);
        answer.direct = *support;
    }
    if (auto closed = probe.close(); !closed) return forward(closed);
    return answer;
}

/// Found out by the first case of a boot that asks, and kept in a file for the others, which are processes of their own.
Result<Answer> answer_of(const World& world) {
    const std::string file = fmt::format("{}/backend-{}", kBootFolder, world.backend());
    if (auto text = read_file(file)) {
        auto direct = parse_direct_support(text->substr(0, text->find('\n')));
        if (!direct) return forward(direct);
        return Answer{text->substr(text->find('\n') + 1), *direct};
    }
    auto answer = try_out(world);
    if (!answer) return answer;
    if (auto s = write_file_atomic(file, fmt::format("{}\n{}", direct_support_name(answer->direct), answer->lacking)); !s) return forward(s);
    return answer;
}

Result<Finding> run_where_there_is_one(World& world, const std::function<Result<Finding>(World&)>& body) {
    auto answer = answer_of(world);
    if (!answer) return forward(answer);
    world.found_direct(answer->direct);
    return answer->lacking.empty() ? body(world) : skipped(answer->lacking);
}

}  // namespace

std::span<const OtherBackend> other_backends() { return kBackends; }

bool is_file_backed(std::string_view backend) {
    return std::any_of(kBackends.begin(), kBackends.end(), [&](const OtherBackend& one) { return one.name == backend && !one.documented_direct; });
}

Case on_backend(Case statement, const OtherBackend& backend) {
    (statement.name += '@') += backend.name;
    statement.run = [body = std::move(statement.run)](World& world) { return run_where_there_is_one(world, body); };
    return statement;
}

std::vector<Case> on_other_backends(const Case& statement) {
    std::vector<Case> out;
    for (const auto& backend : kBackends) out.push_back(on_backend(statement, backend));
    return out;
}

std::vector<Case> and_on_file(std::vector<Case> cases) {
    const size_t over_fscache = cases.size();
    for (size_t i = 0; i < over_fscache; ++i) cases.push_back(on_backend(cases[i], kBackends.front()));
    return cases;
}

std::vector<Case> everywhere(const Case& statement) {
    std::vector<Case> out = {statement};
    append(out, on_other_backends(statement));
    return out;
}

std::vector<Case> both_ways_everywhere(const std::string& name, const std::string& right, const std::string& source,
                                       const std::function<Result<Finding>(World&, int flags)>& body) {
    std::vector<Case> out;
    for (const auto& one : both_ways(name, right, source, body)) append(out, everywhere(one));
    return out;
}

}  // namespace diobench
