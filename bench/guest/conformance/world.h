// SPDX-License-Identifier: GPL-2.0-only
// What a conformance case works with: a cache on a device that can be broken,
// a daemon that can be told to misbehave, mounts of the test images, readers.
//
// In a world of another back end than fscache there is neither cache nor daemon: the device, which can be broken as
// well, holds a copy of the image, which that back end (bench/guest/backend/) mounts.
//
// Everything is opened by the first call that needs it and undone when the
// world ends.  A case runs in a process and a mount namespace of its own.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/plan/dimensions.h"
#include "bench/guest/conformance/direct.h"
#include "bench/guest/daemon/daemon.h"
#include "bench/guest/daemon/faults.h"

namespace diobench {

using std::chrono::milliseconds;

/// For whatever waits for nobody any more to come to its end.
inline constexpr milliseconds kEnough{5000};

/// What the cache file system lies on.
struct CacheOptions {
    enum class Device {
        ram,    ///< brd: a request is done when its submission returns
        timer,  ///< null_blk, memory backed: a request completes from a timer's interrupt
    };
    Device device = Device::ram;
    uint64_t completion_ns = 100'000;  ///< timer: of each request
    unsigned queue_depth = 64;         ///< timer: tags, requests that may be under way at once
    uint64_t size_bytes = 64 << 20;    ///< of the file system (ram: at most the RAM disk's size)
    bool breakable = false;            ///< below a device-mapper table: break_device() and repair_device() work
    unsigned block_bytes = 4096;       ///< of the file system
    bool erased = false;               ///< nothing of cases before is on the device: for a journal that will be replayed
    std::vector<std::string> limits = {};  ///< "brun 30%" and the like, in an order that the kernel takes
    bool own_daemon = false;           ///< none is started: the case answers at cache_device() itself (DaemonScript)
    bool bound = true;                 ///< false: the case does it itself (World::bind())
};

/// Of fscache; other back ends have no names, and nothing of theirs is shared.
struct MountOptions {
    std::string domain_id;                  ///< shared domain; empty: none
    std::string fsid;                       ///< empty: a fresh one, so that nothing of the image is in the cache
    std::vector<std::string> device_names;  ///< device= of the extra blobs; empty: fresh ones
    std::string cache_strategy = {};        ///< of compressed data; empty: the file system's own choice
};

/// An image that is mounted; unmounted when destroyed (lazily if it is busy).
class ImageMount {
public:
    ImageMount(ImageMount&& other) noexcept;
    ImageMount& operator=(ImageMount&&) = delete;
    ~ImageMount();

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] const std::string& fsid() const { return options_.fsid; }
    /// The options it was mounted with, fresh names filled in: mounting with
    /// them again after unmount() finds the cache as it was left ("warm").
    [[nodiscard]] const MountOptions& options() const { return options_; }
    /// Path of a file of the image.
    [[nodiscard]] std::string file(std::string_view name) const { return directory_ + "/" + std::string(name); }
    /// Not fscache: path of the file or device below that holds the image's first blob.
    [[nodiscard]] const std::string& backing() const { return backing_; }
    /// umount(2), once; the error keeps its errno (EBUSY while files are open).
    [[nodiscard]] Status unmount();
    /// umount2(MNT_DETACH): out of the tree now, gone when its last file is closed.
    [[nodiscard]] Status detach();

private:
    friend class World;
    ImageMount(std::string directory, MountOptions options) : directory_(std::move(directory)), options_(std::move(options)) {}
    std::string directory_;
    MountOptions options_;
    std::string backing_ = {};
    std::shared_ptr<void> below_ = {};  ///< what must live as long (loop devices)
};

/// A process that reads, so that it can be killed, or be stuck without us.
class ReaderProcess {
public:
    ReaderProcess(ReaderProcess&& other) noexcept;
    ReaderProcess& operator=(ReaderProcess&&) = delete;
    /// Kills it and waits at most a second for its end.
    ~ReaderProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void kill(int signal) const { ::kill(pid_, signal); }
    /// What is known of a reader that has ended.
    struct End {
        int exit_status = 0;  ///< as the shell says it: 128 + signal for a killed one
        std::string text;     ///< what its body returned: empty, or what is wrong
    };
    /// Waits until it has ended; nothing if it has not within `limit`.
    [[nodiscard]] std::optional<End> wait(milliseconds limit);
    /// Its state ("D (disk sleep)"), for texts about one that does not end.
    [[nodiscard]] std::string where() const;

private:
    friend class World;
    ReaderProcess(pid_t pid, UniqueFd answer) : pid_(pid), answer_(std::move(answer)) {}
    pid_t pid_ = -1;
    UniqueFd answer_;
};

struct PendingMount {
    ReaderProcess process;
    ImageMount mount;  ///< there once the process has ended well
};

class World {
public:
    /// `direct`: as the series declares it.  `step`: shared memory of `step_bytes` that says what is being done, for
    /// whoever has to report that it was never finished; may be null.
    World(uint64_t seed, DirectSupport direct, std::string_view backend = kFscache, char* step = nullptr, size_t step_bytes = 0);
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    /// Undoes everything; the error is the first thing that could not be undone.
    /// What a case leaves (an open file keeps its mount busy) is its own fault.
    [[nodiscard]] Status close();

    /// Seed of every image's content (FileContent{{seed, file_id}, ...}).
    [[nodiscard]] uint64_t seed() const { return seed_; }
    /// By which images are mounted.
    [[nodiscard]] std::string_view backend() const { return backend_; }
    /// What this kernel does with O_DIRECT on these files; never unknown.
    [[nodiscard]] DirectSupport direct() const { return direct_; }
    /// What the series says of it; maybe unknown.
    [[nodiscard]] DirectSupport declared_direct() const { return declared_direct_; }
    void found_direct(DirectSupport direct) { direct_ = direct; }
    /// Notes what is done now: "io_submit of 32 reads"; said if it never ends.
    /// Printed with its time if the kernel command line has DIOBENCH_TRACE=1.
    void step(std::string_view what);
    /// The same, and in the kernel's log: of a kernel that never comes back this is the last that is heard.
    void announce(std::string_view what);

    // The cache.

    /// Chooses the cache's device; only before the first mount, default CacheOptions{}.
    [[nodiscard]] Status make_cache(const CacheOptions& options);
    /// Binds the cache directory once more, after close_cache_device() or CacheOptions::bound; starts no daemon.
    [[nodiscard]] Status bind();
    /// The default one if there is none yet, and its daemon.  Done before buffers are made: their pages would be
    /// shared with the daemon, a fork, and each be copied by a page fault when it is written.
    [[nodiscard]] Status ensure_cache();
    /// From now on every request to a breakable device fails with an I/O error.
    [[nodiscard]] Status break_device();
    /// Every read fails, every write is done (dm-flakey, error_reads).
    [[nodiscard]] Status break_device_for_reads();
    /// Every request waits until repair_device().
    [[nodiscard]] Status hold_device();
    [[nodiscard]] Status repair_device();
    /// From now on every request to a device with a timer fails, and says so
    /// when it completes: what device-mapper breaks fails at once, at submission.
    [[nodiscard]] Status break_completions();
    /// The same for requests that touch one block of a file on the cache's file system, or of the device itself.
    [[nodiscard]] Status break_block_of(const std::string& path, uint64_t block);
    [[nodiscard]] Status repair_completions();
    /// The descriptor of /dev/cachefiles, once there is a cache.
    [[nodiscard]] int cache_device() const;
    /// A command to /dev/cachefiles, given in a directory ("cull NAME", "inuse NAME"; empty: any); 0, or -errno.
    [[nodiscard]] int cache_command(std::string_view text, const std::string& directory = {}) const;
    /// From now on what a breakable device is to write is lost, as if the machine died; nothing is written back before.
    [[nodiscard]] Status lose_power();
    /// The machine comes up again: the cache is closed, its file system mounted as the device has it, and bound; starts
    /// no daemon.  Images are unmounted before.
    [[nodiscard]] Status power_up();
    /// Fills the cache file system until no block is left, or `left_bytes`; freed by the second call.
    [[nodiscard]] Status fill_cache_space(uint64_t left_bytes = 0);
    [[nodiscard]] Status free_cache_space();
    /// Sectors (512 bytes) the cache's block device has read so far
    /// (/proc/diskstats); a RAM disk counts only if it is breakable.
    [[nodiscard]] Result<uint64_t> device_sectors_read() const;
    /// Path of the cache file of a cookie: exists once a mount that used it is
    /// gone (a new cache file is an O_TMPFILE until then).
    [[nodiscard]] std::optional<std::string> cache_file(const std::string& volume, const std::string& cookie_key) const;

    // The daemon, started by the first mount.

    /// May be used before the first mount and at any moment after.
    [[nodiscard]] DaemonFaults& faults() { return *faults_; }
    /// What all daemons of this world did.
    [[nodiscard]] const DaemonCounters& served() const { return *counters_; }
    /// READs so far: a read that needed none moves nothing.
    [[nodiscard]] uint64_t fetches() const { return counters_->reads_taken; }
    /// Waits until the daemon has taken `reads` READs since the world began; false after `limit`.
    [[nodiscard]] bool wait_for_fetches(uint64_t reads, milliseconds limit) const;
    /// The extra name `cookie_key` (of one volume "erofs,DOMAIN", or of any if
    /// empty) is served from `path`.  Only before the first mount.
    [[nodiscard]] Status serve(const std::string& volume, const std::string& cookie_key, const std::string& path);
    /// SIGKILL; /dev/cachefiles stays open, requests wait for the next daemon.
    [[nodiscard]] Status kill_daemon();
    /// Another daemon, which asks for the requests of the one that was killed.
    [[nodiscard]] Status restore_daemon();
    /// Kills the daemon and closes /dev/cachefiles: the cache is dead, every request fails.
    [[nodiscard]] Status close_cache_device();

    // Mounts and files.

    /// Mounts /images/IMAGE.0.erofs with as many devices as there are
    /// /images/IMAGE.N.erofs; the daemon serves them under the mount's names.
    /// Fails as mount(2) does, with its errno; is_unsupported() if the kernel lacks the back end.
    [[nodiscard]] Result<ImageMount> mount(const std::string& image, MountOptions options = {});
    /// Mounts what is served (serve()) under the names of `options`, of which none is filled in.
    [[nodiscard]] Result<ImageMount> mount_served(MountOptions options);
    /// The same by a process of its own, which waits for a daemon; what it returns is what is wrong, as for start_reader().
    [[nodiscard]] Result<PendingMount> start_mount(const std::string& image, MountOptions options = {});
    /// A path that nothing else uses, for a case's own files; gone with the world.
    [[nodiscard]] Result<std::string> scratch_directory();
    /// The same on a file system of a disk that is not the cache's: what is
    /// written there can be dropped from memory and read again.
    [[nodiscard]] Result<std::string> disk_directory();

    /// Waits until the kernel has let go of all volumes, which it does some time after their last image is unmounted;
    /// false if it has not after a second.
    [[nodiscard]] bool wait_for_volumes() const;
    /// Drops page cache, dentries and inodes that are not in use.
    [[nodiscard]] Status drop_caches();
    /// Page cache of an open file, bytes.
    [[nodiscard]] Result<uint64_t> cached_bytes(int fd) const;
    /// "IO : rd=" of /proc/fs/fscache/stats: reads sent to cache files.
    [[nodiscard]] Result<uint64_t> cache_reads() const;

    /// Runs `body` in a child process; what it returns is its answer.  The
    /// child does not keep the cache alive.
    [[nodiscard]] Result<ReaderProcess> start_reader(const std::function<std::string()>& body);

private:
    struct State;
    enum class Takeover { no, yes };
    [[nodiscard]] Status start_daemon(Takeover takeover);
    [[nodiscard]] Status unmount_left();
    void leave_cache_in_child();
    [[nodiscard]] MountOptions with_fresh_names(const std::string& image, MountOptions options);
    [[nodiscard]] Result<ImageMount> mount_by_backend(const std::string& image);
    uint64_t seed_;
    DirectSupport declared_direct_;
    DirectSupport direct_;
    std::string backend_;
    char* step_;
    size_t step_bytes_;
    DaemonFaults* faults_ = nullptr;
    DaemonCounters* counters_ = nullptr;
    std::unique_ptr<State> state_;
};

/// CLOCK_MONOTONIC, ns: for bounds on how long a call took.
[[nodiscard]] uint64_t monotonic_ns();

}  // namespace diobench
