// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/fetched_sources.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kSourceFile = "source.json";

fs::path fetched_root() { return cache_root() / "debian" / "sources"; }
fs::path newest_file() { return cache_root() / "debian" / "newest"; }
std::string folder_name(const DebianSource& source) { return source.package + "_" + source.version; }

Result<FetchedSource> read_fetched(const fs::path& folder) {
    auto text = read_file(folder / kSourceFile);
    if (!text) return forward(text);
    FetchedSource out;
    try {
        const auto json = nlohmann::json::parse(*text);
        out.debian = {json.at("package"), json.at("version"), json.at("kernel"), json.at("suite")};
        out.fetched_at = json.at("fetched_at");
    } catch (const nlohmann::json::exception& e) {
        return fail("read", (folder / kSourceFile).string(), std::string(e.what()) + "; delete its folder, and fetch it again");
    }
    out.tarball = folder / (out.debian.package + ".tar.xz");
    std::error_code ec;
    if (!fs::is_regular_file(out.tarball, ec)) return fail("find kernel source", out.tarball.string(), "it is gone; delete its folder, and fetch it again");
    return out;
}

Status write_fetched(const FetchedSource& source, const fs::path& folder) {
    const DebianSource& debian = source.debian;
    const nlohmann::json json = {{"package", debian.package}, {"version", debian.version}, {"kernel", debian.kernel},
                                 {"suite", debian.suite}, {"fetched_at", source.fetched_at}};
    return write_file_atomic(folder / kSourceFile, json.dump(1) + "\n");
}

}  // namespace

std::string FetchedSource::description() const { return fmt::format("Debian's {} {}", debian.package, debian.version); }

std::vector<FetchedSource> fetched_sources() {
    std::vector<FetchedSource> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(fetched_root(), ec)) {
        if (entry.path().filename().string().starts_with('.')) continue;
        if (auto source = read_fetched(entry.path())) out.push_back(std::move(*source));
    }
    auto number = [](const FetchedSource& source) { return parse_kernel_version(source.debian.kernel).value_or(KernelVersion{}); };
    std::sort(out.begin(), out.end(), [&](const FetchedSource& a, const FetchedSource& b) {
        return std::tuple(number(b), b.debian.version) < std::tuple(number(a), a.debian.version);
    });
    return out;
}

Result<FetchedSource> fetch_source(const DebianArchive& archive, const DebianSource& source, Progress& progress, bool& fresh) {
    const fs::path folder = fetched_root() / folder_name(source);
    fresh = false;
    if (auto there = read_fetched(folder)) return there;
    auto part = TempDirectory::create(fetched_root(), ".part");
    if (!part) return forward(part);
    if (auto s = archive.fetch_tarball(source, part->path(), progress); !s) return forward(s);
    FetchedSource out{source, utc_text(), folder / (source.package + ".tar.xz")};
    if (auto s = write_fetched(out, part->path()); !s) return forward(s);
    // A damaged one makes room.
    if (auto s = remove_tree(folder); !s) return forward(s);
    std::error_code ec;
    fs::rename(part->path(), folder, ec);
    if (ec) return fail_errno("rename to", folder.string(), ec.value());
    part->keep();
    fresh = true;
    return out;
}

Status remember_newest(const FetchedSource& source) { return write_file_atomic(newest_file(), folder_name(source.debian) + "\n"); }

Result<FetchedSource> newest_source() {
    auto name = read_file(newest_file());
    if (!name) return fail("find base", "newest", "it was never fetched: `diobench kernel fetch newest` brings the newest kernel that Debian has");
    return read_fetched(fetched_root() / trim(*name));
}

}  // namespace diobench
