// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/debian_archive.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/host/kernel/apt_sources.h"
#include "bench/host/kernel/disk_space.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kPackage = "^linux-source-[0-9]+[.][0-9]+$";

fs::path archive_root() { return cache_root() / "debian"; }

void say_waiting_for_archive(const fs::path& path) { fmt::print(stderr, "waiting for another diobench that fetches kernel sources ({})\n", path.string()); }

/// VERSION_CODENAME of os-release(5); a system that says none is taken for unstable.
std::string release_codename() {
    auto text = read_file("/etc/os-release");
    if (!text) return "sid";
    for (const auto& line : split(*text, '\n'))
        if (line.starts_with("VERSION_CODENAME=")) {
            const std::string name = replace_all(line.substr(17), "\"", "");
            if (!name.empty()) return name;
        }
    return "sid";
}

/// $DIOBENCH_APT_SOURCES: another folder than the system's (for tests).
fs::path system_sources() {
    const char* named = std::getenv("DIOBENCH_APT_SOURCES");
    return named != nullptr && *named != '\0' ? named : "/etc/apt";
}

KernelVersion number_of(const DebianSource& source) { return parse_kernel_version(source.kernel).value_or(KernelVersion{}); }

/// "6.1 (6.1.170 to 6.1.192), 7.3 (7.3.4)".
std::string what_there_is(const std::vector<DebianSource>& sources) {
    std::vector<std::string> out;
    for (size_t i = 0; i < sources.size();) {
        size_t end = i;
        while (end < sources.size() && sources[end].package == sources[i].package) ++end;
        const std::string& newest = sources[i].kernel;
        const std::string& oldest = sources[end - 1].kernel;
        out.push_back(fmt::format("{} ({})", sources[i].package.substr(sources[i].package.rfind('-') + 1), newest == oldest ? newest : oldest + " to " + newest));
        i = end;
    }
    return join(out, ", ");
}

/// The lines of apt's output that say what is wrong.
std::vector<std::string> complaints(std::string_view output) {
    std::vector<std::string> out;
    for (const auto& line : split(output, '\n'))
        if (line.starts_with("E: ") || line.starts_with("W: "))
            if (line.find("Some index files failed") == std::string::npos) out.push_back(line.substr(3));
    return out;
}

}  // namespace

std::string kernel_of_debian_version(std::string_view version) {
    if (const size_t epoch = version.find(':'); epoch != std::string_view::npos) version.remove_prefix(epoch + 1);
    version = version.substr(0, version.rfind('-'));
    return replace_all(std::string(version), "~", "-");
}

std::vector<DebianSource> parse_madison(std::string_view output) {
    std::vector<DebianSource> out;
    std::set<std::string> seen;
    for (const auto& line : split(output, '\n')) {
        const auto columns = split(line, '|');
        if (columns.size() != 3) continue;
        DebianSource one{std::string(trim(columns[0])), std::string(trim(columns[1])), "", ""};
        one.kernel = kernel_of_debian_version(one.version);
        // "http://deb.debian.org/debian trixie/main amd64 Packages"
        const auto words = split(trim(columns[2]), ' ');
        if (words.size() < 2 || words.back() != "Packages" || !parse_kernel_version(one.kernel)) continue;
        one.suite = words[1].substr(0, words[1].find('/'));
        if (seen.insert(one.package + " " + one.version).second) out.push_back(std::move(one));
    }
    // apt lists a package's versions from the newest on.
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return number_of(a) > number_of(b); });
    return out;
}

Result<DebianSource> choose_source(const std::vector<DebianSource>& sources, const std::string& wanted) {
    for (const auto& source : sources)
        if (wanted == kNewest || is_version_of(wanted, source.kernel)) return source;
    if (sources.empty()) return fail(kFetch, wanted, "Debian's lists of packages name no kernel source");
    return fail(kFetch, wanted, "Debian has no kernel source of this name; it has " + what_there_is(sources) +
                                    " (`diobench kernel fetch --list` shows each).  Another one is given as a tree: SERIES@DIR:REV, or --tree");
}

Result<DebianArchive> DebianArchive::open() {
    const fs::path root = archive_root();
    for (const char* folder : {"apt/lists/partial", "apt/cache/archives/partial", "download"})
        if (auto s = make_directories(root / folder); !s) return forward(s);
    auto lock = FileLock::acquire(root / "lock", say_waiting_for_archive);
    if (!lock) return forward(lock);
    const std::string list = kernel_sources_list(read_apt_sources(system_sources()), release_codename());
    if (auto s = write_file_atomic(root / "apt/sources.list", list); !s) return forward(s);
    return DebianArchive(root, std::move(*lock));
}

std::vector<std::string> DebianArchive::apt(const char* program, const std::vector<std::string>& arguments) const {
    const fs::path own = folder_ / "apt";
    std::vector<std::string> out = {"env", "LC_ALL=C", program, "-q"};
    for (const auto& option : {"Dir::Etc::sourcelist=" + (own / "sources.list").string(), std::string("Dir::Etc::sourceparts=/dev/null"),
                               std::string("Dir::Etc::preferences=/dev/null"), std::string("Dir::Etc::preferencesparts=/dev/null"),
                               "Dir::State::lists=" + (own / "lists").string(), "Dir::Cache=" + (own / "cache").string(),
                               // As ourselves, also where root would take another user's rights.
                               std::string("APT::Sandbox::User="), std::string("Acquire::Languages=none"), std::string("Acquire::GzipIndexes=true"),
                               std::string("Acquire::Retries=2"), std::string("APT::Update::Error-Mode=any")})
        out.insert(out.end(), {"-o", option});
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

Status DebianArchive::update(Progress& progress, std::vector<std::string>& unread) {
    progress.stage("lists of Debian's packages");
    CommandOptions options;
    options.on_line = [&](std::string_view line) { progress.update(0, 0, line); };
    auto updated = run_command(apt("apt-get", {"update"}), options);
    if (!updated) return forward(updated);
    if (says_disk_full(updated->output)) return tl::unexpected(disk_full_error("bring lists of packages", folder_));
    if (updated->exit_status == 0) return write_file_atomic(stamp(), utc_text());
    unread = complaints(updated->output);
    if (unread.empty()) unread.push_back(std::string(trim(last_lines(updated->output, 1))));
    return {};
}

Result<std::vector<DebianSource>> DebianArchive::sources() const {
    auto found = run_checked(apt("apt-cache", {"search", "--names-only", kPackage}));
    if (!found) return forward(found);
    std::vector<std::string> arguments = {"madison"};
    for (const auto& line : split(found->output, '\n'))
        if (line.starts_with("linux-source-")) arguments.push_back(line.substr(0, line.find(' ')));
    if (arguments.size() == 1) return std::vector<DebianSource>{};
    auto listed = run_checked(apt("apt-cache", arguments));
    if (!listed) return forward(listed);
    return parse_madison(listed->output);
}

std::string DebianArchive::updated_at() const { return std::string(trim(read_file(stamp()).value_or(""))); }

Status DebianArchive::fetch_tarball(const DebianSource& source, const fs::path& into, Progress& progress) const {
    const fs::path folder = folder_ / "download";
    progress.stage(fmt::format("fetch {} {}", source.package, source.version));
    CommandOptions options;
    options.working_directory = folder;
    options.on_line = [&](std::string_view line) { progress.update(0, 0, line); };
    auto got = run_command(apt("apt-get", {"download", source.package + "=" + source.version}), options);
    if (!got) return forward(got);
    if (says_disk_full(got->output)) return tl::unexpected(disk_full_error("fetch kernel source", folder));
    if (got->exit_status != 0) {
        const auto said = complaints(got->output);
        return fail(kFetch, source.package + "=" + source.version, said.empty() ? std::string(trim(last_lines(got->output, 2))) : join(said, "; "));
    }
    // apt writes ':' of an epoch as "%3a".
    const fs::path package = folder / fmt::format("{}_{}_all.deb", source.package, replace_all(source.version, ":", "%3a"));
    const std::string inside = fmt::format("./usr/src/{}.tar.xz", source.package);
    progress.stage("unpack " + package.filename().string());
    auto unpacked = run_checked({"bash", "-c", "set -o pipefail; dpkg-deb --fsys-tarfile \"$1\" | tar --extract --no-same-owner --strip-components=3 --directory \"$2\" \"$3\"",
                                 "unpack", package.string(), into.string(), inside});
    if (!unpacked) return tl::unexpected(explain_full_disk(unpacked.error(), into));
    std::error_code ec;
    fs::remove(package, ec);
    return {};
}

}  // namespace diobench
