// SPDX-License-Identifier: GPL-2.0-only
// protocol/close-* and protocol/killed-while-copied: requests that end while the daemon has not taken them, or is just taking them.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::protocol_close_cases {

namespace {

constexpr milliseconds kMoment{30};

/// An image that is unmounted, its CLOSE not read.
struct Unread {
    DaemonScript script;
    MountOptions names;
    uint32_t object_id = 0;
};

Result<Unread> leave_close_unread(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "flat", "several");
    if (!file) return forward(file);
    Unread unread{std::move(*script), file->mount.options(), file->object_id};
    if (auto s = file->mount.unmount(); !s) return forward(s);
    if (!unread.script.readable(kEnough)) return fail("unmount", unread.names.fsid, "no CLOSE comes within 5 s");
    return unread;
}

/// Mounts the image again and reads; what is wrong.
Result<std::string> mount_again(World& world, DaemonScript& script, const MountOptions& names) {
    auto file = mount_file(world, script, "flat", "several", names);
    if (!file) return file.error().message();
    return served_read(world, script, *file, {0, 16 * kBlockBytes});
}

/// Nobody reads the CLOSE; its anonymous descriptor is closed.
Result<Finding> descriptor_closed(World& world) {
    auto unread = leave_close_unread(world);
    if (!unread) return forward(unread);
    world.step("close the anonymous descriptor of an object whose CLOSE nobody has read");
    unread->script.forget(unread->object_id);
    Complaints complaints;
    if (!world.wait_for_volumes()) {
        complaints.add("a CLOSE that nobody has read is not ended by closing its anonymous descriptor: a worker of the kernel still waits a second later, and with it the volume; "
                       "right is that nobody waits for a daemon that has closed the object");
        auto close = unread->script.take(kMoment);
        if (!close) return forward(close);
        if (!world.wait_for_volumes()) return failed("after its CLOSE was read, too, the volume of an image that is unmounted stays");
    }
    auto wrong = mount_again(world, unread->script, unread->names);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after a CLOSE that nobody read: " + *wrong);
    return complaints.finding();
}

/// Nobody reads the CLOSE; the cache is closed.
Result<Finding> device_closed(World& world) {
    auto unread = leave_close_unread(world);
    if (!unread) return forward(unread);
    if (auto s = world.close_cache_device(); !s) return forward(s);
    unread->script.forget_all();
    Complaints complaints;
    complaints.add(world.wait_for_volumes() ? "" : "closing /dev/cachefiles does not end a CLOSE that nobody has read: the volume is still there after a second");
    if (auto s = world.bind(); !s) return failed("after a cache was closed with a CLOSE that nobody had read: " + s.error().message());
    auto wrong = mount_again(world, unread->script, unread->names);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after a cache was closed with a CLOSE that nobody had read: " + *wrong);
    return complaints.finding();
}

/// Memory that a system call has to wait for while the cache's device is held: a page of a file there that is not in memory.
class LateMemory {
public:
    [[nodiscard]] static Result<LateMemory> create() {
        auto file = UniqueFd::open(kPath, O_RDWR | O_CREAT | O_TRUNC);
        if (!file) return forward(file);
        const std::string page(kBlockBytes, 'x');
        if (::write(file->get(), page.data(), page.size()) != static_cast<ssize_t>(page.size()) || ::fsync(file->get()) < 0) return fail_errno("write", kPath);
        if (const int error = ::posix_fadvise(file->get(), 0, 0, POSIX_FADV_DONTNEED); error != 0) return fail_errno("drop the page of", kPath, error);
        void* memory = ::mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
        if (memory == MAP_FAILED) return fail_errno("map", kPath);
        return LateMemory(memory);
    }
    LateMemory(LateMemory&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
    LateMemory& operator=(LateMemory&&) = delete;
    ~LateMemory() {
        if (memory_ == nullptr) return;
        ::munmap(memory_, kBlockBytes);
        ::unlink(kPath);
    }
    [[nodiscard]] void* get() const { return memory_; }

private:
    static constexpr const char* kPath = "/cache/late-page";  // below kCacheDirectory
    explicit LateMemory(void* memory) : memory_(memory) {}
    void* memory_;
};

/// The reader dies between the daemon's choice of its READ and the copy of it.
Result<Finding> killed_while_copied(World& world) {
    auto script = DaemonScript::begin(world, {.breakable = true});
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "large", "large");
    if (!file) return forward(file);
    UniqueFd device(::fcntl(world.cache_device(), F_DUPFD_CLOEXEC, 0));
    if (!device.valid()) return fail_errno("duplicate", "/dev/cachefiles");
    auto memory = LateMemory::create();
    if (!memory) return forward(memory);
    auto reader = file->start_read(world, {1 << 20, kBlockBytes});
    if (!reader) return forward(reader);
    if (!script->readable(kEnough)) return failed("a read of what is not in the cache sends nothing to the daemon: " + reader->where());
    if (auto s = world.hold_device(); !s) return forward(s);
    auto daemon = world.start_reader([&]() -> std::string {
        const ssize_t n = ::read(device.get(), memory->get(), kBlockBytes);
        return n >= 0 ? "" : fail_errno("read", "/dev/cachefiles").value().message();
    });
    if (!daemon) return forward(daemon);
    world.step("kill a reader while its READ is copied to the daemon");
    for (auto left = kEnough; left.count() > 0 && script->readable(); left -= kMoment) std::this_thread::sleep_for(kMoment);
    std::this_thread::sleep_for(kMoment);
    if (daemon->wait(milliseconds(0))) return fail("hold", "a read(2) of /dev/cachefiles", "it did not wait for its memory");
    reader->kill(SIGKILL);
    const bool ended = reader->wait(kEnough).has_value();
    if (auto s = world.repair_device(); !s) return forward(s);
    if (!ended) return failed("a reader that is killed while its READ is copied to the daemon does not end: " + reader->where());
    auto end = daemon->wait(kEnough);
    if (!end) return failed("read(2) of /dev/cachefiles does not return after the reader whose READ it copies was killed: " + daemon->where());
    Complaints complaints;
    complaints.add(end->text.empty() ? "" : "read(2) of a READ whose reader is killed meanwhile: " + end->text);
    auto wrong = served_read(world, *script, *file, {1 << 20, 4 * kBlockBytes});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after a reader was killed while its READ was copied: " + *wrong);
    return complaints.finding();
}

const char* const kClose = "fs/cachefiles/ondemand.c, cachefiles_ondemand_fd_release(): a CLOSE that is new ends with its descriptor; cachefiles_flush_reqs() ends all";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"protocol/close-unread", "Closing the anonymous descriptor of an image that is unmounted ends its CLOSE, read or not: its volume is let go of, and it can be mounted again.", kClose, descriptor_closed},
    {"protocol/close-unread-device", "Closing /dev/cachefiles ends a CLOSE that nobody has read: the volume is let go of, and the cache can be bound again.", kClose, device_closed},
    {"protocol/killed-while-copied", "A reader that is killed while the daemon's read(2) copies its READ ends at once, and harms neither the daemon nor later reads.",
     "fs/cachefiles/ondemand.c, cachefiles_ondemand_daemon_read(): the request is counted while it is copied", killed_while_copied},
}; }};

}  // namespace

}  // namespace diobench::protocol_close_cases
