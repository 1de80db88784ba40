// SPDX-License-Identifier: GPL-2.0-only
// domains/: a shared domain shares blobs within itself and with nobody else.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"

namespace diobench::domains_cases {

namespace {

constexpr size_t kWindow = 128 << 10;

/// The start of the largest file of an image.
std::string check_largest(World& world, const ImageMount& mount, const std::string& image, int flags) {
    auto known = find_test_image(image);
    if (!known) return known.error().message();
    const auto& files = (*known)->files;
    const auto largest = std::max_element(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.size_bytes < b.size_bytes; });
    const Subject subject{*known, &*largest, world.seed()};
    auto fd = UniqueFd::open(mount.file(largest->name), O_RDONLY | flags);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kWindow);
    if (!buffer) return buffer.error().message();
    buffer->poison(kWindow);
    const ssize_t n = ::pread(fd->get(), buffer->data(), kWindow, 0);
    return check_read(subject, {"pread", flags == 0 ? "buffered" : "direct", 0, n < 0 ? -errno : n}, buffer->first(kWindow));
}

/// Two domains, each with an extra device of the same name and other content.
Result<Finding> same_name_two_domains(World& world) {
    constexpr const char* kName = "shared-blob";
    for (const auto& [domain, image] : {std::pair{"one", "blob"}, {"two", "domain"}})
        if (auto s = world.serve(std::string("erofs,") + domain, kName, fmt::format("/images/{}.1.erofs", image)); !s) return forward(s);
    auto one = world.mount("blob", {.domain_id = "one", .fsid = {}, .device_names = {kName}});
    if (!one) return forward(one);
    auto two = world.mount("domain", {.domain_id = "two", .fsid = {}, .device_names = {kName}});
    if (!two) return forward(two);
    Complaints complaints;
    for (int flags : {O_DIRECT, 0}) {
        if (flags != 0 && world.direct() == DirectSupport::refused) continue;
        auto wrong = check_largest(world, *one, "blob", flags);
        complaints.add(wrong.empty() ? wrong : "the mount of the first domain: " + wrong);
        wrong = check_largest(world, *two, "domain", flags);
        complaints.add(wrong.empty() ? wrong : "the mount of the second domain, whose extra device has the same name: " + wrong);
    }
    return complaints.finding();
}

/// One mount of a domain goes while another one, which shares its blob, is used.
Result<Finding> one_leaves_domain(World& world) {
    auto first = world.mount("domain", {.domain_id = "both", .fsid = {}, .device_names = {"domain-d1.shared"}});
    if (!first) return forward(first);
    auto second = world.mount("domain", {.domain_id = "both", .fsid = {}, .device_names = {"domain-d1.shared"}});
    if (!second) return forward(second);
    Complaints complaints;
    for (int flags : {0, O_DIRECT}) {
        if (flags != 0 && world.direct() == DirectSupport::refused) continue;
        complaints.add(check_largest(world, *second, "domain", flags));
    }
    if (auto s = first->unmount(); !s) return forward(s);
    if (auto s = world.drop_caches(); !s) return forward(s);
    for (int flags : {0, O_DIRECT}) {
        if (flags != 0 && world.direct() == DirectSupport::refused) continue;
        auto wrong = check_largest(world, *second, "domain", flags);
        complaints.add(wrong.empty() ? wrong : "after the other mount of the domain was gone: " + wrong);
    }
    return complaints.finding();
}

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"domains/same-name-two-domains", "Two domains may each have a blob of the same name: every mount reads its own domain's.",
     "fs/erofs/fscache.c: the volume key is \"erofs,<domain_id>\", cookies are looked up in their volume", same_name_two_domains},
    {"domains/one-leaves", "A mount that shares a blob with another one of its domain reads it right after the other is unmounted.",
     "fs/erofs/fscache.c, erofs_domain_get_cookie(): a shared cookie is counted", one_leaves_domain},
}; }};

}  // namespace

}  // namespace diobench::domains_cases
