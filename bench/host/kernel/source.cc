// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/source.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/disk_space.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kTarball = "/usr/src/linux-source-6.12.tar.xz";

fs::path sources_root() { return cache_root() / "sources"; }
fs::path source_folder(const std::string& sha256) { return sources_root() / sha256.substr(0, 16); }

void say_waiting_for_source(const fs::path& path) {
    fmt::print(stderr, "waiting for another diobench that prepares the same kernel source ({})\n", path.string());
}

Result<KernelSource> opened(const std::string& sha256, const std::string& description) {
    KernelSource out{source_folder(sha256), {}, sha256, description};
    auto makefile = read_file(out.tree / "Makefile");
    if (!makefile) return forward(makefile);
    auto version = makefile_version(*makefile, description);
    if (!version) return forward(version);
    out.version = *version;
    return out;
}

/// The pristine tree named `sha256`; `fill` writes it into an empty folder if
/// it is not there yet.  What is interrupted in the middle leaves nothing.
Result<KernelSource> pristine_tree(const std::string& sha256, const std::string& description,
                                   const std::function<Status(const fs::path&)>& fill) {
    const fs::path folder = source_folder(sha256);
    std::error_code ec;
    if (fs::exists(folder, ec)) return opened(sha256, description);
    auto lock = FileLock::acquire(folder.string() + ".lock", say_waiting_for_source);
    if (!lock) return forward(lock);
    if (fs::exists(folder, ec)) return opened(sha256, description);
    auto part = TempDirectory::create(sources_root(), folder.filename().string() + ".part");
    if (!part) return forward(part);
    if (auto s = fill(part->path()); !s) return tl::unexpected(explain_full_disk(s.error(), sources_root()));
    auto makefile = read_file(part->path() / "Makefile");
    if (!makefile || !makefile_version(*makefile, description))
        return fail("use kernel source", description, "there is no kernel in it: no Makefile with VERSION, PATCHLEVEL and SUBLEVEL");
    fs::rename(part->path(), folder, ec);
    if (ec) return fail_errno("rename to", folder.string(), ec.value());
    part->keep();
    return opened(sha256, description);
}

/// SHA-256 of a file, remembered by what stat(2) says of it: hashing 150 MB
/// for every answer from the cache would take longer than the answer.
Result<std::string> file_sha256(const fs::path& file) {
    struct stat st {};
    if (::stat(file.c_str(), &st) < 0) return fail_errno("find", file.string());
    const std::string identity = fmt::format("{}:{}:{}:{}.{:09}", st.st_dev, st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    const fs::path memo = sources_root() / (sha256_hex(file.string()).substr(0, 16) + ".hash.json");
    if (auto text = read_file(memo)) {
        auto json = nlohmann::json::parse(*text, nullptr, false);
        if (json.is_object() && json.value("identity", "") == identity) return json.value("sha256", "");
    }
    auto sha256 = sha256_of_file(file);
    if (!sha256) return sha256;
    if (auto s = make_directories(sources_root()); !s) return forward(s);
    nlohmann::json json = {{"identity", identity}, {"file", file.string()}, {"sha256", *sha256}};
    if (auto s = write_file_atomic(memo, json.dump(1) + "\n"); !s) return forward(s);
    return sha256;
}

Result<fs::path> tarball() {
    const char* named = std::getenv("DIOBENCH_KERNEL_SOURCE");
    fs::path file = named != nullptr && *named != '\0' ? named : kTarball;
    std::error_code ec;
    if (fs::is_regular_file(file, ec)) return file;
    return fail("find kernel source", file.string(),
                "not there: " + how_to_install("linux-source-6.12") + "; or give a tree with --tree");
}

/// Unpacks a tarball whose content is in one top folder.
Status unpack(const fs::path& file, const fs::path& into, Progress& progress) {
    progress.stage("unpack " + file.filename().string());
    CommandOptions options;
    size_t files = 0;
    options.on_line = [&](std::string_view name) { progress.update(++files, 0, name); };
    auto done = run_checked({"tar", "--extract", "--verbose", "--strip-components=1", "--no-same-owner", "--use-compress-program=xz -T0",
                             "--file", file.string(), "--directory", into.string()}, options);
    if (!done) return forward(done);
    return {};
}

/// "tree" and the commit behind `rev`, as git says them.
struct GitRevision {
    std::string commit;
    std::string tree;
};

Result<GitRevision> git_revision(const std::string& dir, const std::string& rev) {
    auto ask = [&](const std::string& what) -> Result<std::string> {
        auto r = run_command({"git", "-C", dir, "rev-parse", "--verify", "--quiet", "--end-of-options", what});
        if (!r) return forward(r);
        auto lines = split(trim(r->output), '\n');
        if (r->exit_status != 0 || lines.back().size() < 40)
            return fail("find revision", rev + " in " + dir, r->output.empty() ? "git does not know it" : std::string(trim(r->output)));
        return lines.back();
    };
    auto commit = ask(rev + "^{commit}");
    if (!commit) return forward(commit);
    auto tree = ask(*commit + "^{tree}");
    if (!tree) return forward(tree);
    return GitRevision{*commit, *tree};
}

Result<KernelSource> git_source(const fs::path& dir, const std::string& rev, Progress& progress) {
    const std::string where = dir.string();
    if (rev.empty()) {
        auto changes = run_checked({"git", "--no-optional-locks", "-C", where, "status", "--porcelain", "--untracked-files=no"});
        if (!changes) return forward(changes);
        if (!trim(changes->output).empty())
            return fail("use kernel tree", where,
                        "it has uncommitted changes, which an export would leave out: commit them, or say --rev HEAD to build without them");
    }
    auto revision = git_revision(where, rev.empty() ? "HEAD" : rev);
    if (!revision) return forward(revision);
    const std::string description = fmt::format("{} at {}", where, revision->commit);
    return pristine_tree(sha256_hex("git tree " + revision->tree), description, [&](const fs::path& into) -> Status {
        progress.stage("export " + description);
        CommandOptions options;
        size_t files = 0;
        options.on_line = [&](std::string_view name) { progress.update(++files, 0, name); };
        // pipefail: an archive that git could not finish must not pass for a small tree.
        auto done = run_checked({"bash", "-c", "set -o pipefail; git -C \"$1\" archive --format=tar \"$2\" | tar --extract --verbose --no-same-owner --directory \"$3\"",
                                 "export", where, revision->commit, into.string()}, options);
        if (!done) return forward(done);
        return {};
    });
}

/// SHA-256 over the sorted names, kinds and contents of a folder.
Result<std::string> folder_sha256(const fs::path& dir, Progress& progress) {
    progress.stage("read " + dir.string());
    std::vector<fs::path> files;
    std::error_code ec;
    for (fs::recursive_directory_iterator at(dir, ec), end; !ec && at != end; at.increment(ec))
        if (at->is_symlink(ec) || at->is_regular_file(ec)) files.push_back(at->path());
    if (ec) return fail_errno("list", dir.string(), ec.value());
    std::sort(files.begin(), files.end());
    std::string all;
    for (size_t i = 0; i < files.size(); ++i) {
        if (interrupted()) return interrupted_error("read kernel tree");
        const std::string name = files[i].lexically_relative(dir).string();
        progress.update(i, files.size(), name);
        if (fs::is_symlink(files[i], ec)) {
            all += fmt::format("link {} {}\n", name, fs::read_symlink(files[i], ec).string());
            continue;
        }
        auto data = read_file(files[i]);
        if (!data) return forward(data);
        const bool executable = ::access(files[i].c_str(), X_OK) == 0;
        all += fmt::format("{} {} {}\n", executable ? "exec" : "file", name, sha256_hex(*data));
    }
    return sha256_hex(all);
}

/// A copied tree may have been built in place; kbuild refuses to build
/// elsewhere from such a tree, so what a build left goes from our copy.
Status clean_copy(const fs::path& tree) {
    std::error_code ec;
    if (!fs::exists(tree / ".config", ec) && !fs::exists(tree / "include" / "config", ec)) return {};
    auto done = run_checked({"make", "-s", "-C", tree.string(), "mrproper"});
    if (!done) return forward(done);
    return {};
}

Result<KernelSource> folder_source(const fs::path& dir, Progress& progress) {
    auto sha256 = folder_sha256(dir, progress);
    if (!sha256) return forward(sha256);
    return pristine_tree(*sha256, dir.string(), [&](const fs::path& into) -> Status {
        progress.stage("copy " + dir.string());
        auto done = run_checked({"cp", "--recursive", "--no-dereference", "--preserve=mode,timestamps", dir.string() + "/.", into.string()});
        if (!done) return forward(done);
        return clean_copy(into);
    });
}

}  // namespace

Result<KernelSource> tarball_source(const fs::path& file, const std::string& description, Progress& progress) {
    auto sha256 = file_sha256(file);
    if (!sha256) return forward(sha256);
    return pristine_tree(*sha256, description, [&](const fs::path& into) { return unpack(file, into, progress); });
}

Result<KernelSource> distribution_source(Progress& progress) {
    auto file = tarball();
    if (!file) return forward(file);
    return tarball_source(*file, file->string(), progress);
}

Result<KernelSource> known_distribution_source() {
    auto file = tarball();
    if (!file) return forward(file);
    auto sha256 = file_sha256(*file);
    if (!sha256) return forward(sha256);
    std::error_code ec;
    if (!fs::exists(source_folder(*sha256), ec)) return fail("find", source_folder(*sha256).string(), "not unpacked yet");
    return opened(*sha256, file->string());
}

Result<std::string> git_commit(const fs::path& dir, const std::string& rev) {
    auto revision = git_revision(dir.string(), rev);
    if (!revision) return forward(revision);
    return revision->commit;
}

Result<KernelSource> tree_source(const fs::path& dir, const std::string& rev, Progress& progress) {
    std::error_code ec;
    const fs::path where = fs::canonical(dir, ec);
    const bool is_tarball = !ec && fs::is_regular_file(where, ec);
    if (is_tarball && rev.empty()) return tarball_source(where, where.string(), progress);
    if (is_tarball) return fail("use kernel tree", dir.string(), "--rev " + rev + " needs a git tree, and this is a file; leave --rev out to unpack it");
    if (ec || !fs::is_directory(where, ec)) return fail("use kernel tree", dir.string(), "there is no such folder, and no such tarball");
    if (fs::exists(where / ".git", ec) || fs::exists(where / "HEAD", ec)) return git_source(where, rev, progress);
    if (!rev.empty())
        return fail("use kernel tree", dir.string(), "--rev " + rev + " needs a git tree, and there is no .git in it; leave --rev out to copy the folder");
    return folder_source(where, progress);
}

}  // namespace diobench
