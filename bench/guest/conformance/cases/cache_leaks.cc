// SPDX-License-Identifier: GPL-2.0-only
// cache/: what is bound, refused and closed many times leaves nothing behind.
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <sys/mount.h>
#include <utility>

#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/leak_count.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::cache_leaks_cases {

namespace {

/// Of each of two rounds of mounts: a volume's 256 directories are dear.
constexpr unsigned kMounts = 4;
/// Of each of two rounds of binds: each prints lines, and too many are a flood.
constexpr unsigned kBinds = 12;

/// Binds, does something with the cache, and closes it.
Result<Finding> bound_many_times(World& world, unsigned times, const std::string& what, const std::function<std::string(DaemonScript&)>& use) {
    auto script = DaemonScript::begin(world, {.bound = false});
    if (!script) return forward(script);
    const auto round = [&]() -> std::string {
        for (unsigned i = 0; i < times; ++i) {
            if (auto s = world.bind(); !s) return fmt::format("bind number {}: {}", i + 1, s.error().message());
            if (auto wrong = use(*script); !wrong.empty()) return wrong;
            if (auto s = world.close_cache_device(); !s) return s.error().message();
        }
        return {};
    };
    // The first times fill what stays.
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    return holds_no_more_after(world, times, what, round, 1);
}

Result<Finding> bound_and_closed(World& world) {
    return bound_many_times(world, kBinds, "caches that were bound and closed", [](DaemonScript&) { return std::string(); });
}

Result<Finding> bound_used_and_closed(World& world) {
    MountOptions names;
    return bound_many_times(world, kMounts, "caches with a mount and a read", [&](DaemonScript& script) -> std::string {
        auto file = mount_file(world, script, "flat", "several", names);
        if (!file) return file.error().message();
        names = file->mount.options();
        if (auto s = unmount_file(script, *file); !s) return s.error().message();
        return world.wait_for_volumes() ? "" : "the volume of an image that is unmounted is still there after a second";
    });
}

/// The cache is closed under a mounted image, which then cannot be read, and is unmounted.
Result<Finding> closed_under_mounts(World& world) {
    MountOptions names;
    return bound_many_times(world, kMounts, "caches that were closed under a mount", [&](DaemonScript& script) -> std::string {
        auto file = mount_file(world, script, "flat", "several", names);
        if (!file) return file.error().message();
        names = file->mount.options();
        if (auto s = world.close_cache_device(); !s) return s.error().message();
        script.forget_all();
        if (auto s = file->mount.unmount(); !s) return s.error().message();
        return world.wait_for_volumes() ? "" : "the volume of an image that is unmounted is still there after a second";
    });
}

/// Directories that cannot hold a cache.
Result<Finding> bind_refused(World& world) {
    constexpr unsigned kTimes = 10;
    if (auto s = world.make_cache({.own_daemon = true, .bound = false}); !s) return forward(s);
    auto memory = world.scratch_directory();
    if (!memory) return forward(memory);
    if (::mount("none", memory->c_str(), "tmpfs", 0, nullptr) < 0) return fail_errno("mount tmpfs on", *memory);
    const std::pair<std::string, int> directories[] = {{*memory, -EOPNOTSUPP}, {*memory + "/missing", -ENOENT}, {"/proc", 0}, {"/dev/null", -ENOTDIR}};
    Complaints complaints;
    const auto round = [&]() -> std::string {
        for (unsigned i = 0; i < kTimes; ++i)
            for (const auto& [directory, right] : directories) {
                auto bound = bind_cache(directory, "diobench");
                if (bound) return "a cache was bound in " + directory;
                if (right != 0 && bound.error().errno_value != -right) complaints.add(right_is(right, -bound.error().errno_value, "bind in " + directory));
            }
        return {};
    };
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    auto found = holds_no_more_after(world, kTimes, "binds that are refused", round, 1);
    if (!found || found->outcome != Outcome::pass) return found;
    if (::umount(memory->c_str()) < 0) return failed(fmt::format("a file system whose bind was refused cannot be unmounted: {}", ::strerrorname_np(errno)));
    complaints.add("");
    if (auto s = world.bind(); !s) return failed("after binds that were refused: " + s.error().message());
    return complaints.finding();
}

/// Mounts of one domain whose OPEN the daemon refuses, of a blob that is in the cache and of one that is not.
Result<Finding> opens_refused(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    const MountOptions fresh{.domain_id = "one", .fsid = {}, .device_names = {}};
    // Keeps the domain's volume.
    auto stays = mount_file(world, *script, "large", "large", fresh);
    if (!stays) return forward(stays);
    auto file = mount_file(world, *script, "flat", "several", fresh);
    if (!file) return forward(file);
    const MountOptions warm = file->mount.options();
    if (auto s = unmount_file(*script, *file); !s) return forward(s);
    const auto refuse = [&](const MountOptions& names) -> std::string {
        auto held = hold_mount(world, *script, "flat", names);
        if (!held) return held.error().message();
        UniqueFd anonymous(held->open.fd);
        (void)script->copen(held->open.msg_id, -EIO);
        auto end = held->pending.process.wait(kEnough);
        if (!end) return "a mount whose OPEN was refused does not return: " + held->pending.process.where();
        return end->text.empty() ? "a mount whose OPEN was refused succeeds" : "";
    };
    constexpr unsigned kTimes = 12;
    const auto round = [&] {
        std::string wrong;
        for (unsigned i = 0; i < kTimes && wrong.empty(); ++i) wrong = refuse(i % 2 == 0 ? warm : fresh);
        return wrong;
    };
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    return holds_no_more_after(world, kTimes, "mounts whose OPEN was refused", round, 2);
}

/// Mounts of one domain that find no space for their cache file.
Result<Finding> mounts_without_space(World& world) {
    if (auto skip = unless_injected()) return *skip;
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    const MountOptions fresh{.domain_id = "one", .fsid = {}, .device_names = {}};
    auto stays = mount_file(world, *script, "large", "large", fresh);
    if (!stays) return forward(stays);
    if (auto s = inject_errors(InjectedErrors::no_space); !s) return forward(s);
    constexpr unsigned kTimes = 12;
    const auto round = [&]() -> std::string {
        for (unsigned i = 0; i < kTimes; ++i) {
            auto pending = world.start_mount("flat", fresh);
            if (!pending) return pending.error().message();
            auto end = pending->process.wait(kEnough);
            if (!end) return "a mount without space for its cache file does not return: " + pending->process.where();
            if (end->text.empty()) return "a mount without space for its cache file succeeds";
        }
        return {};
    };
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    auto found = holds_no_more_after(world, kTimes, "mounts without space for their cache file", round, 1);
    if (auto s = inject_errors(InjectedErrors::none); !s) return forward(s);
    return found;
}

const char* const kUnbind = "fs/cachefiles/daemon.c, cachefiles_daemon_unbind(); fs/cachefiles/cache.c, cachefiles_add_cache(): what a cache took, it gives back";
const char* const kRefused = "fs/cachefiles/interface.c, cachefiles_lookup_cookie(): each exit gives back what was taken";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"cache/bind-and-close", "After twice 12 caches that were bound and closed the kernel's slab caches hold no more objects than before.", kUnbind, bound_and_closed},
    {"cache/bind-use-and-close", "After twice 4 caches with a mount and a read the kernel's slab caches hold no more objects than before.", kUnbind, bound_used_and_closed},
    {"cache/close-under-mount", "After twice 4 caches that were closed under a mounted image the kernel's slab caches hold no more objects than before.", kUnbind, closed_under_mounts},
    {"cache/bind-refused", "A bind in a directory that cannot hold a cache is an error, after which nothing is held and the file system can be unmounted.", kUnbind, bind_refused},
    {"cache/refused-opens-let-go", "After twice 12 mounts whose OPEN the daemon refused the kernel's slab caches hold no more objects than before.", kRefused, opens_refused},
    {"cache/no-space-lets-go", "After twice 12 mounts that had no space for their cache file the kernel's slab caches hold no more objects than before.", kRefused, mounts_without_space},
}; }};

}  // namespace

}  // namespace diobench::cache_leaks_cases
