// SPDX-License-Identifier: GPL-2.0-only
// cache/space-* and cache/cull-*: how full the cache's file system may get, and what is removed from it.
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::cache_space_cases {

namespace {

constexpr uint64_t kSize = 64 << 20;
constexpr uint64_t percent(unsigned part) { return kSize / 100 * part; }

/// Whether the cache asks to be culled.
bool culling(const World& world) {
    pollfd device{world.cache_device(), POLLOUT, 0};
    return ::poll(&device, 1, 0) == 1 && (device.revents & POLLOUT) != 0;
}

/// Bytes that a file takes of its file system.
Result<uint64_t> bytes_taken(const std::string& path) {
    struct stat st {};
    if (::stat(path.c_str(), &st) < 0) return fail_errno("stat", path);
    return static_cast<uint64_t>(st.st_blocks) * 512;
}

/// A file of which a mount that is gone has fetched the first block, mounted again.
Result<WarmFile> open_begun(World& world) {
    MountOptions names;
    {
        auto cold = open_file(world, "large", "large", 0);
        if (!cold) return forward(cold);
        auto wrong = read_once(cold->subject, cold->path(), {0, kBlockBytes});
        if (!wrong.empty()) return fail("read", cold->path(), wrong);
        names = cold->mount.options();
    }
    auto warm = open_file(world, "large", "large", 0, names);
    if (!warm) return forward(warm);
    auto path = world.cache_file("erofs," + names.fsid, names.fsid);
    if (!path) return fail("find", "cache file of " + names.fsid, "it has no name after its mount is gone");
    return WarmFile{std::move(*warm), std::move(*path)};
}

/// bstop < bcull < brun, from above to below and up again.
Result<Finding> blocks_run_out(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    if (auto s = world.make_cache({.size_bytes = kSize, .limits = {"brun 60%", "bcull 50%", "bstop 40%"}}); !s) return forward(s);
    auto warm = open_begun(world);
    if (!warm) return forward(warm);
    auto& [file, path] = *warm;
    Complaints complaints;
    uint64_t offset = 1 << 20;
    const auto read_new = [&] { return read_once(file.subject, file.path(), {offset += 1 << 20, kBlockBytes, flags}); };
    const auto say = [&](const std::string& when, const std::string& wrong) { complaints.add(wrong.empty() ? "" : when + ": " + wrong); };
    const auto asks = [&](bool right, const std::string& when) {
        complaints.add(culling(world) == right ? "" : fmt::format("{} the cache {} to be culled (POLLOUT)", when, right ? "does not ask" : "asks"));
    };
    say("above brun", read_new());
    asks(false, "above brun");
    if (auto s = world.fill_cache_space(percent(45)); !s) return forward(s);
    say("between bstop and bcull, where data is still stored", read_new());
    asks(true, "between bstop and bcull");
    if (auto s = world.fill_cache_space(percent(30)); !s) return forward(s);
    auto before = bytes_taken(path);
    if (!before) return forward(before);
    for (int i = 0; i < 3; ++i)
        say("below bstop", read_once(file.subject, file.path(), {.offset = offset += 1 << 20, .length = kBlockBytes, .flags = flags, .delivered_bytes = 0}));
    auto after = bytes_taken(path);
    if (!after) return forward(after);
    complaints.add(*after == *before ? "" : fmt::format("below bstop the cache file grows from {} to {} bytes; right is that nothing is allocated any more", *before, *after));
    if (auto s = world.drop_caches(); !s) return forward(s);
    say("below bstop, of what is in the cache", read_once(file.subject, file.path(), {0, kBlockBytes, flags}));
    complaints.add(world.mount("flat") ? "below bstop an image that is not in the cache is mounted: its cache file cannot be allocated" : "");
    if (auto s = world.fill_cache_space(percent(55)); !s) return forward(s);
    say("between bcull and brun, after bstop", read_new());
    asks(true, "between bcull and brun, after bstop,");
    if (auto s = world.free_cache_space(); !s) return forward(s);
    say("above brun, after bstop", read_new());
    asks(false, "above brun, after bstop,");
    auto mounted = open_file(world, "flat", "several", 0);
    complaints.add(mounted ? "" : "above brun, after bstop: " + mounted.error().message());
    return complaints.finding();
}

/// A volume's directories do not all fit.
Result<Finding> files_run_out(World& world) {
    // 4096 files: those of one volume fit, of a second one not all.
    if (auto s = world.make_cache({.limits = {"frun 96%", "fcull 95%", "fstop 92%"}}); !s) return forward(s);
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    Complaints complaints;
    for (int i = 0; i < 3; ++i) {
        auto second = world.mount("flat");
        complaints.add(second ? "below fstop an image is mounted whose volume cannot be made" : "");
    }
    complaints.add(culling(world) ? "" : "below fstop the cache does not ask to be culled (POLLOUT)");
    auto wrong = read_once(file->subject, file->path(), {1 << 20, 4 * kBlockBytes});
    complaints.add(wrong.empty() ? "" : "below fstop, of an image that was mounted before: " + wrong);
    MountOptions names = file->mount.options();
    file->fd.reset();
    if (auto s = file->mount.unmount(); !s) return forward(s);
    auto again = open_file(world, "large", "large", 0, names);
    if (!again) return failed("below fstop, an image whose cache file is there: " + again.error().message());
    wrong = read_once(again->subject, again->path(), {1 << 20, 4 * kBlockBytes});
    complaints.add(wrong.empty() ? "" : "below fstop, of an image that was mounted again: " + wrong);
    return complaints.finding();
}

/// What is in use is not culled, what is not is removed and fetched again.
Result<Finding> culled(World& world) {
    auto warm = open_warm(world, "flat", "several", 0);
    if (!warm) return forward(warm);
    auto& [file, cache_file] = *warm;
    const fs::path path = cache_file;
    const std::string folder = path.parent_path(), name = path.filename();
    const fs::path volume = path.parent_path().parent_path();
    const std::string volumes = volume.parent_path(), volume_name = volume.filename();
    Complaints complaints;
    for (const char* command : {"inuse ", "cull "}) {
        complaints.add(right_is(-EBUSY, world.cache_command(command + name, folder), std::string(command) + "of a cache file in use"));
        complaints.add(right_is(-EBUSY, world.cache_command(command + volume_name, volumes), std::string(command) + "of a volume's directory in use"));
        complaints.add(refused(world.cache_command(std::string(command) + "nothing", folder), std::string(command) + "of a file that there is not"));
        complaints.add(refused(world.cache_command(command + name, "/dev/null"), std::string(command) + "outside of a directory"));
    }
    complaints.add(read_once(file.subject, file.path(), {0, 64 * kBlockBytes}));
    const MountOptions names = file.mount.options();
    const auto mount_again = [&](const std::string& when, bool fetches) -> Result<std::string> {
        const uint64_t before = world.fetches();
        auto again = open_file(world, "flat", "several", 0, names);
        if (!again) return when + ", the next mount: " + again.error().message();
        auto wrong = read_once(again->subject, again->path(), {0, 64 * kBlockBytes});
        if (!wrong.empty()) return when + ", the next mount: " + wrong;
        if ((world.fetches() != before) != fetches) return fmt::format("{}, the next mount {}", when, fetches ? "fetches nothing" : "fetches what is in the cache");
        again->fd.reset();
        if (auto s = again->mount.unmount(); !s) return forward(s);
        if (!world.wait_for_volumes()) return when + ", the volume of the next mount stays for longer than a second";
        return std::string();
    };
    file.fd.reset();
    if (auto s = file.mount.unmount(); !s) return forward(s);
    if (!world.wait_for_volumes()) return failed("the volume of an image that is unmounted is still there after a second");
    auto wrong = mount_again("after culling what is in use", false);
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    complaints.add(right_is(0, world.cache_command("inuse " + name, folder), "inuse of a cache file whose image is unmounted"));
    complaints.add(right_is(0, world.cache_command("cull " + name, folder), "cull of a cache file whose image is unmounted"));
    complaints.add(::access(path.c_str(), F_OK) < 0 ? "" : "a cache file that was culled is still there");
    wrong = mount_again("after its cache file was culled", true);
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    complaints.add(right_is(0, world.cache_command("cull " + volume_name, volumes), "cull of a volume's directory whose images are unmounted"));
    complaints.add(::access(volume.c_str(), F_OK) < 0 ? "" : "a volume's directory that was culled is still there");
    wrong = mount_again("after its volume's directory was culled", true);
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    return complaints.finding();
}

const char* const kCulling = "Documentation/filesystems/caching/cachefiles.rst, \"Cache Culling\"; fs/cachefiles/cache.c, cachefiles_has_space()";

std::vector<Case> all() {
    std::vector<Case> cases = {
        {"cache/space-files", "Below fstop no volume is made and an image that would need one is not mounted; what is in the cache is read as ever.", kCulling, files_run_out},
        {"cache/cull", "A cache file or volume in use is not culled (EBUSY); one that is not is removed, and the next mount fetches again.",
         "Documentation/filesystems/caching/cachefiles.rst, \"Cache Culling\"; fs/cachefiles/namei.c, cachefiles_cull()", culled},
    };
    for (int flags : {O_DIRECT, 0})
        cases.push_back({fmt::format("cache/space-blocks-{}", via_of(flags)),
                         fmt::format("Below bcull the cache asks to be culled until brun; below bstop nothing is stored, {} reads of what is not there fail, and all else is right.", via_of(flags)),
                         kCulling, [flags](World& w) { return blocks_run_out(w, flags); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::cache_space_cases
