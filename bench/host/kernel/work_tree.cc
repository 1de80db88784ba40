// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/work_tree.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/disk_space.h"
#include "bench/host/kernel/manifest.h"
#include "bench/host/kernel/unfinished.h"

namespace diobench {

namespace {

void say_waiting_for_tree(const fs::path& lock) {
    fmt::print(stderr, "waiting for another diobench that builds in the same tree ({})\n", lock.string());
}

void say_orphans(const fs::path& lock) {
    fmt::print(stderr, "waiting for the compilers that a killed build left running ({})\n", lock.string());
}

/// Kbuild's way of starting over: without auto.conf every symbol counts as changed.
Status forget_configuration(const fs::path& objects) {
    for (const char* name : {".config", ".config.old", "include/config/auto.conf", "include/config/auto.conf.cmd", "include/generated/autoconf.h"}) {
        std::error_code ec;
        fs::remove(objects / name, ec);
        if (ec) return fail_errno("remove", (objects / name).string(), ec.value());
    }
    return {};
}

/// Makes `path` newer than everything built so far, also when the host's
/// clock was set back meanwhile: make compares time stamps only.
Status make_newer_than(const fs::path& path, const fs::path& other) {
    struct stat file {};
    struct stat reference {};
    if (::stat(other.c_str(), &reference) < 0) return {};
    if (::stat(path.c_str(), &file) < 0) return fail_errno("find", path.string());
    const auto ns = [](const timespec& t) { return int64_t{t.tv_sec} * 1000000000 + t.tv_nsec; };
    if (ns(file.st_mtim) > ns(reference.st_mtim)) return {};
    const int64_t later = ns(reference.st_mtim) + 1000000;
    const timespec times[2] = {{0, UTIME_OMIT}, {later / 1000000000, later % 1000000000}};
    if (::utimensat(AT_FDCWD, path.c_str(), times, 0) < 0) return fail_errno("set time of", path.string());
    return {};
}

/// Tells this run of the host from every other.
std::string boot_id() {
    auto id = read_file("/proc/sys/kernel/random/boot_id");
    return id ? std::string(trim(*id)) : "unknown";
}

Status sync_file_system(const fs::path& folder) {
    auto fd = UniqueFd::open(folder.string(), O_RDONLY | O_DIRECTORY);
    if (!fd) return forward(fd);
    if (::syncfs(fd->get()) < 0) return fail_errno("sync", folder.string());
    return {};
}

}  // namespace

Result<WorkTree> WorkTree::open(const KernelSource& source, const std::string& flavour, Progress& progress) {
    const fs::path folder = cache_root() / "trees" / fmt::format("{}-{}-{}", source.version, source.sha256.substr(0, 12), flavour);
    auto lock = FileLock::acquire(folder.string() + ".lock", say_waiting_for_tree);
    if (!lock) return forward(lock);
    WorkTree tree(folder, source.tree, std::move(*lock));
    if (auto orphans = FileLock::acquire(tree.make_lock(), say_orphans); !orphans) return forward(orphans);
    // state.json is written last: without it the tree was never finished.
    std::error_code ec;
    if (!fs::exists(folder / "state.json", ec))
        if (auto s = tree.create(source, progress); !s) return forward(s);
    if (auto s = tree.load_state(); !s) return forward(s);
    if (auto s = tree.recover(); !s) return forward(s);
    return tree;
}

Status WorkTree::create(const KernelSource& source, Progress& progress) {
    progress.stage("prepare tree of " + source.version);
    progress.update(0, 0, folder_.string());
    if (auto s = remove_tree(folder_); !s) return s;
    if (auto s = make_directories(objects()); !s) return s;
    // Hard links: no space and little time.  Nothing here is written in place;
    // a file that changes is replaced, which leaves the pristine one alone.
    auto linked = run_command({"cp", "--archive", "--link", pristine_.string(), this->source().string()});
    if (!linked) return forward(linked);
    if (linked->exit_status != 0) {
        if (auto s = remove_tree(this->source()); !s) return s;
        auto copied = run_checked({"cp", "--archive", "--reflink=auto", pristine_.string(), this->source().string()});
        if (!copied) return forward(copied);
    }
    state_ = State{source.sha256, {}, {}, 0};
    return save_state();
}

Status WorkTree::load_state() {
    const fs::path file = folder_ / "state.json";
    auto text = read_file(file);
    if (!text) return forward(text);
    try {
        auto json = nlohmann::json::parse(*text);
        state_ = State{json.at("source_sha256"), json.at("modified"), json.at("configured"), json.at("full_count")};
    } catch (const nlohmann::json::exception& e) {
        return fail("read", file.string(), std::string(e.what()) + "; delete " + folder_.string() + " to start over");
    }
    return {};
}

Status WorkTree::save_state() const {
    nlohmann::json json = {{"source_sha256", state_.source_sha256}, {"modified", state_.modified},
                           {"configured", state_.configured}, {"full_count", state_.full_count}};
    return write_file_atomic(folder_ / "state.json", json.dump(1) + "\n");
}

Status WorkTree::recover() {
    std::error_code ec;
    if (state_.configured == kConfiguring) {
        recovered_ = true;
        if (auto s = forget_configuration(objects()); !s) return s;
        state_.configured.clear();
        if (auto s = save_state(); !s) return s;
    }
    if (!fs::exists(manifest(), ec)) return {};
    recovered_ = true;
    return delete_after_make(true);
}

Status WorkTree::delete_after_make(bool keep_finished) {
    auto text = read_file(manifest());
    if (!text) return forward(text);
    const size_t line = text->find('\n');
    // After a crash of the host even a finished object may have lost its content.
    const bool same_boot = line != std::string::npos && text->substr(0, line) == boot_id();
    auto changed = changed_files(objects(), std::string_view(*text).substr(line == std::string::npos ? 0 : line + 1));
    if (!changed) return forward(changed);
    const auto doomed = keep_finished && same_boot ? unfinished_files(objects(), *changed) : *changed;
    for (const auto& path : doomed) {
        std::error_code ec;
        if (!fs::remove(path, ec) && ec) return fail_errno("remove", path.string(), ec.value());
    }
    std::error_code ec;
    // What configures was among the deleted if make had configured by itself.
    if (!fs::exists(objects() / "include/config/auto.conf", ec)) {
        if (auto s = forget_configuration(objects()); !s) return s;
        state_.configured.clear();
        if (auto s = save_state(); !s) return s;
    }
    fs::remove(manifest(), ec);
    if (ec) return fail_errno("remove", manifest().string(), ec.value());
    return {};
}

Status WorkTree::put(const std::string& name, const std::optional<KernelFile>& content) {
    const fs::path path = source() / name;
    if (!content) {
        std::error_code ec;
        fs::remove(path, ec);
        if (ec) return fail_errno("remove", path.string(), ec.value());
        return {};
    }
    fs::path folder = source();
    for (const auto& part : fs::path(name).parent_path()) {
        std::error_code ec;
        if (fs::is_symlink(folder /= part, ec))
            return fail("patch", path.string(), "its folder is a symbolic link; a patch may not write through one");
    }
    if (auto s = make_directories(folder); !s) return s;
    if (auto s = write_file_atomic(path, content->data); !s) return s;
    if (content->executable && ::chmod(path.c_str(), 0755) < 0) return fail_errno("chmod", path.string());
    return make_newer_than(path, folder_ / "last-make");
}

Result<std::vector<std::string>> WorkTree::apply(const PatchedFiles& wanted) {
    std::set<std::string> visit(state_.modified.begin(), state_.modified.end());
    for (const auto& [name, content] : wanted) visit.insert(name);
    state_.modified.assign(visit.begin(), visit.end());
    if (auto s = save_state(); !s) return forward(s);

    std::vector<std::string> touched;
    for (const auto& name : visit) {
        auto at = wanted.find(name);
        auto target = at != wanted.end() ? Result<std::optional<KernelFile>>(at->second) : read_content(pristine_ / name);
        auto now = read_content(source() / name);
        if (!target) return forward(target);
        if (!now) return forward(now);
        if (*now == *target) continue;
        if (auto s = put(name, *target); !s) return forward(s);
        touched.push_back(name);
    }
    state_.modified.clear();
    for (const auto& [name, content] : wanted) state_.modified.push_back(name);
    if (auto s = save_state(); !s) return forward(s);
    return touched;
}

Status WorkTree::begin_configure() {
    state_.configured = kConfiguring;
    return save_state();
}

Status WorkTree::end_configure(const std::string& identity) {
    state_.configured = identity;
    return save_state();
}

Status WorkTree::begin_make() {
    auto files = list_files(objects());
    if (!files) return forward(files);
    return write_file_atomic(manifest(), boot_id() + "\n" + *files);
}

Status WorkTree::end_make() {
    // Objects reach the disk before the manifest goes: a host that crashes
    // later must not leave empty objects that look finished.
    if (auto s = sync_file_system(objects()); !s) return s;
    if (auto s = write_file_atomic(folder_ / "last-make", ""); !s) return s;
    std::error_code ec;
    fs::remove(manifest(), ec);
    if (ec) return fail_errno("remove", manifest().string(), ec.value());
    return {};
}

Status WorkTree::abandon_make() { return delete_after_make(false); }

size_t WorkTree::count_objects() const {
    size_t out = 0;
    std::error_code ec;
    for (fs::recursive_directory_iterator at(objects(), ec), end; !ec && at != end; at.increment(ec))
        if (at->path().extension() == ".o") ++out;
    return out;
}

Status WorkTree::remember_full_count() {
    state_.full_count = count_objects();
    return save_state();
}

}  // namespace diobench
