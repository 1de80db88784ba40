// SPDX-License-Identifier: GPL-2.0-only
// cache/: the life of a cache: mounts that are refused, repeated, overlap or
// are changed, machines that die.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <tuple>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/proc_numbers.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::cache_cases {

namespace {

constexpr milliseconds kMoment{30};
/// A mount that waits for what is still being let go of waits for that only: so many seconds in which the machine has
/// nothing to do are long.
constexpr double kLongIdle_s = 1;

/// The cache file of a mount's primary blob, which has no other one.
Result<fs::path> cache_file_of(const World& world, const MountOptions& names) {
    const std::string volume = "erofs," + (names.domain_id.empty() ? names.fsid : names.domain_id);
    auto path = world.cache_file(volume, names.fsid);
    if (!path) return fail("find", "cache file of " + names.fsid, "it has no name after its mount is gone");
    return fs::path(*path);
}

/// A mount that is gone has fetched a block: its cache file has a name.
Result<MountOptions> leave_warm(World& world, DaemonScript& script, const MountOptions& options = {}) {
    auto file = mount_file(world, script, "flat", "several", options);
    if (!file) return forward(file);
    MountOptions names = file->mount.options();
    if (auto s = unmount_file(script, *file); !s) return forward(s);
    if (!world.wait_for_volumes()) return fail("unmount", names.fsid, "its volume is still there after a second");
    return names;
}

/// The daemon refuses to open what it served before.
Result<Finding> refused_warm(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    auto names = leave_warm(world, *script);
    if (!names) return forward(names);
    auto path = cache_file_of(world, *names);
    if (!path) return forward(path);
    Complaints complaints;
    for (int error : {ENOENT, EIO, ENOMEM}) {
        auto held = hold_mount(world, *script, "flat", *names);
        if (!held) return forward(held);
        UniqueFd anonymous(held->open.fd);
        const std::string what = fmt::format("a mount whose OPEN was refused with {}, of a blob that is in the cache,", ::strerrorname_np(error));
        complaints.add(right_is(0, script->copen(held->open.msg_id, -error), "copen with an error"));
        anonymous.reset();
        auto end = held->pending.process.wait(kEnough);
        if (!end) return failed(what + " does not return: " + held->pending.process.where());
        complaints.add(end->text.empty() ? what + " succeeds" : "");
        if (!world.wait_for_volumes()) return failed(what + " keeps its volume for longer than a second");
        complaints.add(right_is(0, world.cache_command("inuse " + path->filename().string(), path->parent_path()), "inuse of the cache file after the mount was refused"));
    }
    const uint64_t before = script->reads_served();
    auto file = mount_file(world, *script, "flat", "several", *names);
    if (!file) return failed("the mount after OPENs were refused: " + file.error().message());
    complaints.add(script->reads_served() == before ? "" : fmt::format("the mount after OPENs were refused asks for what is in the cache: {} READs", script->reads_served() - before));
    auto wrong = served_read(world, *script, *file, {0, 16 * kBlockBytes});
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    return complaints.finding();
}

enum class Goes { unmounted, descriptor_closed };

/// One image goes while a read of another one waits for the daemon.
Result<Finding> one_of_two_goes(World& world, const std::string& domain, Goes goes) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    const MountOptions options{.domain_id = domain, .fsid = {}, .device_names = {}};
    auto stays = mount_file(world, *script, "large", "large", options);
    if (!stays) return forward(stays);
    auto leaves = mount_file(world, *script, "flat", "several", options);
    if (!leaves) return forward(leaves);
    auto reader = stays->start_read(world, {1 << 20, kBlockBytes});
    if (!reader) return forward(reader);
    auto read = script->expect<ReadRequest>();
    if (!read) return forward(read);
    if (goes == Goes::unmounted) {
        if (auto s = unmount_file(*script, *leaves); !s) return forward(s);
    } else {
        script->forget(leaves->object_id);
    }
    if (auto end = reader->wait(kMoment))
        return failed(fmt::format("a read of one image ended when another one {}{}{}", goes == Goes::unmounted ? "was unmounted" : "lost its anonymous descriptor",
                                  end->text.empty() ? "" : ": ", end->text));
    auto wrong = serve_held(*script, *read, *reader);
    if (!wrong) return failed("the READ of an image that was held while another one went cannot be answered any more: " + wrong.error().message());
    Complaints complaints;
    complaints.add(*wrong);
    wrong = served_read(world, *script, *stays, {2 << 20, 4 * kBlockBytes});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after another image went: " + *wrong);
    return complaints.finding();
}

/// Mounts again what was unmounted just now.
Result<Finding> mount_again_at_once(World& world) {
    constexpr unsigned kTimes = 50;
    MountOptions names;
    for (unsigned i = 0; i < kTimes; ++i) {
        const double before = uptime().idle_s;
        auto file = open_file(world, "flat", "several", 0, names);
        if (!file) return failed(fmt::format("mount {} of one image, each at once after the last was unmounted: {}", i, file.error().message()));
        if (const double idle_s = uptime().idle_s - before; idle_s > kLongIdle_s)
            return failed(fmt::format("mount {} of an image that was just unmounted waits {:.1f} s in which nothing happens; right is that it waits for what is still let go of", i, idle_s));
        names = file->mount.options();
        auto wrong = read_once(file->subject, file->path(), {0, kBlockBytes});
        if (!wrong.empty()) return failed(fmt::format("mount {}: {}", i, wrong));
        file->fd.reset();
        if (auto s = file->mount.unmount(); !s) return forward(s);
    }
    return passed();
}

/// The daemon has not read the CLOSE yet, so the volume is there.
Result<Finding> mount_while_closing(World& world, const std::string& domain) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    auto first = mount_file(world, *script, "flat", "several", {.domain_id = domain, .fsid = {}, .device_names = {}});
    if (!first) return forward(first);
    MountOptions names = first->mount.options();
    if (auto s = first->mount.unmount(); !s) return forward(s);
    if (!script->readable(kEnough)) return failed("no CLOSE comes within 5 s of umount(2)");
    auto pending = world.start_mount("flat", names);
    if (!pending) return forward(pending);
    std::this_thread::sleep_for(kMoment);
    const double before = uptime().idle_s;
    auto wrong = serve_mount(*script, *pending);
    if (!wrong) return forward(wrong);
    const double idle_s = uptime().idle_s - before;
    if (!wrong->empty()) return failed("a mount of an image whose CLOSE is not answered yet: " + *wrong);
    if (idle_s > kLongIdle_s) return failed(fmt::format("a mount goes on {:.1f} s after the last CLOSE of its volume was read, in which nothing happens; right is at once", idle_s));
    ScriptedFile second{std::move(pending->mount), first->subject, script->last_object()};
    wrong = served_read(world, *script, second, {0, 16 * kBlockBytes});
    if (!wrong) return forward(wrong);
    return wrong->empty() ? passed() : failed("after a mount that waited for a CLOSE: " + *wrong);
}

int remount(const ImageMount& mount, const std::string& options) {
    return ::mount("none", mount.directory().c_str(), "erofs", MS_REMOUNT | MS_RDONLY, options.c_str()) < 0 ? -errno : 0;
}

/// The options of a mounted image, as /proc/self/mounts says them.
std::string mount_line(const ImageMount& mount) {
    const std::string mounts = read_file("/proc/self/mounts").value_or("");
    const size_t at = mounts.find(" " + mount.directory() + " ");
    return at == std::string::npos ? "" : mounts.substr(at, mounts.find('\n', at) - at);
}

/// mount -o remount: util-linux hands over what the image was mounted with, and what is asked for.
Result<Finding> remounted(World& world, const std::string& domain) {
    auto file = open_file(world, "flat", "several", 0, {.domain_id = domain, .fsid = {}, .device_names = {}});
    if (!file) return forward(file);
    const std::string fsid = "fsid=" + file->mount.fsid();
    const std::string same = domain.empty() ? fsid : fsid + ",domain_id=" + domain;
    const std::string line = mount_line(file->mount);
    Complaints complaints;
    for (unsigned i = 0; i < 10; ++i)
        complaints.add(right_is(0, remount(file->mount, same), "remount with \"" + same + "\", as it was mounted"));
    complaints.add(right_is(0, remount(file->mount, ""), "remount without options"));
    complaints.add(right_is(-EINVAL, remount(file->mount, same + ",nonsense"), "remount with an option that there is not"));
    // Refused or taken: the kernel may ignore them, not use them.
    for (const std::string& other : {std::string("fsid=another"), std::string("domain_id=another"), std::string("fsid=another,domain_id=another"), fsid + "," + fsid,
                                     same + ",device=another", same + ",cache_strategy=disabled", same + ",nouser_xattr"})
        for (unsigned i = 0; i < 2; ++i) (void)remount(file->mount, other);
    complaints.add(mount_line(file->mount).find(fsid) == std::string::npos ? fmt::format("after remounts /proc/self/mounts says \"{}\", before \"{}\"", mount_line(file->mount), line) : "");
    file->fd.reset();
    if (auto s = world.drop_caches(); !s) return forward(s);
    complaints.add(read_once(file->subject, file->path(), {0, 64 * kBlockBytes}));
    world.step("unmount what was remounted");
    const MountOptions names = file->mount.options();
    if (auto s = file->mount.unmount(); !s) return forward(s);
    auto again = open_file(world, "flat", "several", 0, names);
    if (!again) return failed("a mount after remounts and umount: " + again.error().message());
    complaints.add(read_once(again->subject, again->path(), {0, 64 * kBlockBytes}));
    return complaints.finding();
}

/// Reads windows of the file, one after the other; what is wrong, if anything.
std::string read_windows(const OpenFile& file, uint64_t begin, uint64_t end, int flags) {
    for (uint64_t at = begin; at < end; at += 128 << 10)
        if (auto wrong = read_once(file.subject, file.path(), {at, 128 << 10, flags}); !wrong.empty()) return wrong;
    return {};
}

/// The machine dies with fetched data on its way to the disk.
Result<Finding> power_lost(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    constexpr uint64_t kPart = 1 << 20;
    if (auto s = world.make_cache({.size_bytes = 16 << 20, .breakable = true, .erased = true}); !s) return forward(s);
    MountOptions names;
    {
        auto cold = open_file(world, "large", "large", 0);
        if (!cold) return forward(cold);
        if (auto wrong = read_windows(*cold, 0, kPart, flags); !wrong.empty()) return failed(wrong);
        names = cold->mount.options();
    }
    if (!world.wait_for_volumes()) return fail("unmount", names.fsid, "its volume is still there after a second");
    ::sync();
    {
        auto warm = open_file(world, "large", "large", 0, names);
        if (!warm) return forward(warm);
        // Given to the device, not made durable...
        if (auto wrong = read_windows(*warm, kPart, 2 * kPart, flags); !wrong.empty()) return failed(wrong);
        if (auto s = world.lose_power(); !s) return forward(s);
        // ...and never given to it, so that it cannot be read back.
        for (uint64_t at = 2 * kPart; at < 3 * kPart; at += 128 << 10) (void)read_windows(*warm, at, at + (128 << 10), flags);
    }
    if (!world.wait_for_volumes()) return fail("unmount", names.fsid, "its volume is still there after a second");
    if (auto s = world.power_up(); !s) return forward(s);
    if (auto s = world.restore_daemon(); !s) return forward(s);
    const uint64_t before = world.fetches();
    auto file = open_file(world, "large", "large", 0, names);
    if (!file) return failed("a mount after the machine died: " + file.error().message());
    if (auto wrong = read_windows(*file, 0, kPart, flags); !wrong.empty()) return failed("of what was on the disk before the machine died: " + wrong);
    if (world.fetches() != before) return failed("what was fetched, unmounted and synced before the machine died is fetched again");
    auto wrong = read_windows(*file, kPart, 4 * kPart, flags);
    return wrong.empty() ? passed() : failed("of what was fetched just before the machine died: " + wrong);
}

const char* const kVolume = "fs/netfs/fscache_volume.c, fscache_hash_volume(): a volume that is acquired again waits for the one that is let go of";
const char* const kRemount = "mount(8), remount: options are read from fstab or mtab and handed over; fs/erofs/super.c, erofs_fc_reconfigure() ignores fsid and domain_id";

std::vector<Case> all() {
    std::vector<Case> cases = {
        {"cache/refused-open-warm", "A mount whose OPEN the daemon refuses although its blob is in the cache fails; the cache file is not in use any more, and the next mount reads it.",
         "fs/cachefiles/namei.c, cachefiles_open_file(): each exit gives back file, dentry and mark", refused_warm},
        {"cache/mount-again-at-once", "50 times, an image that was just unmounted is mounted again; no mount waits for a second in which nothing happens.", kVolume, mount_again_at_once},
        {"cache/mount-while-closing", "A mount of an image whose CLOSE the daemon has not read yet waits for that, and goes on at once after it.", kVolume,
         [](World& w) { return mount_while_closing(w, ""); }},
        {"cache/mount-while-closing-domain", "The same of the only image of a domain.", kVolume, [](World& w) { return mount_while_closing(w, "one"); }},
        {"cache/remount", "Remounts with the options of the mount, and without any, are taken; with others they are refused or change nothing; the image is read and unmounted as ever.", kRemount,
         [](World& w) { return remounted(w, ""); }},
        {"cache/remount-domain", "The same of an image of a domain.", kRemount, [](World& w) { return remounted(w, "one"); }},
    };
    for (const auto& [goes, name, what] : {std::tuple{Goes::unmounted, "unmounted", "unmounting another image"}, {Goes::descriptor_closed, "descriptor-closed", "closing the anonymous descriptor of another image"}})
        for (const char* domain : {"", "one"})
            cases.push_back({fmt::format("cache/other-{}{}", name, *domain == 0 ? "" : "-domain"),
                             fmt::format("A read that waits for the daemon is not failed by {}{}, and gets its data.", what, *domain == 0 ? "" : " of its domain"),
                             "fs/cachefiles/ondemand.c, cachefiles_ondemand_clean_object(), cachefiles_ondemand_fd_release(): requests of that object end, no others",
                             [goes = goes, domain](World& w) { return one_of_two_goes(w, domain, goes); }});
    for (int flags : {O_DIRECT, 0})
        cases.push_back({fmt::format("cache/power-lost-{}", via_of(flags)),
                         fmt::format("After a power loss {} reads give right bytes: what was fetched and is on the disk, and what is not, which is fetched again.", via_of(flags)),
                         "fs/cachefiles/io.c, cachefiles_do_prepare_read(): SEEK_DATA decides what is there; Documentation/filesystems/ext4/journal.rst",
                         [flags](World& w) { return power_lost(w, flags); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::cache_cases
