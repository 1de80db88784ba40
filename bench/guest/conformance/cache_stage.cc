// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/cache_stage.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/backend/cache_device.h"
#include "bench/guest/conformance/ext4_copy.h"

namespace diobench {

namespace {

constexpr const char* kRamDisk = "/dev/ram0";
constexpr const char* kNullBlk = "/dev/nullb0";
constexpr const char* kErrorInjection = "/proc/sys/cachefiles/error_injection";
constexpr const char* kHoldSubmitters = "/sys/module/ext4/parameters/hold_submitters";
constexpr const char* kBalloon = "/cache/balloon";

Status check_ram_disk(uint64_t wanted_bytes) {
    auto fd = UniqueFd::open(kRamDisk, O_RDONLY);
    if (!fd) return forward(fd);
    uint64_t bytes = 0;
    if (::ioctl(fd->get(), BLKGETSIZE64, &bytes) < 0) return fail_errno("ask for the size of", kRamDisk);
    if (bytes >= wanted_bytes) return {};
    return fail("use RAM disk", kRamDisk,
                fmt::format("it has {} bytes, {} are needed: put brd.rd_size={} on the kernel command line", bytes,
                            wanted_bytes, wanted_bytes >> 10),
                ExitCode::invalid);
}

/// A file system on it that is still in use, with nothing mounted, would fail every case that comes after.
Status wait_for_ram_disk() {
    constexpr milliseconds kLimit{2000};
    constexpr milliseconds kNap{5};
    for (auto left = kLimit / kNap; left > 0; --left) {
        UniqueFd alone(::open(kRamDisk, O_RDONLY | O_EXCL | O_CLOEXEC));
        if (alone.valid() || errno != EBUSY) return {};
        std::this_thread::sleep_for(kNap);
    }
    return fail("use RAM disk", kRamDisk, "the cache's file system is still in use with nothing mounted", ExitCode::invalid);
}

Result<std::string> bring_up(const CacheOptions& options) {
    if (options.device == CacheOptions::Device::ram) {
        if (auto s = check_ram_disk(options.size_bytes); !s) return forward(s);
        return std::string(kRamDisk);
    }
    if (auto s = create_null_blk({options.size_bytes, options.completion_ns, options.queue_depth}); !s) return forward(s);
    for (int i = 0; i < 500 && ::access(kNullBlk, F_OK) < 0; ++i) std::this_thread::sleep_for(milliseconds(2));
    return std::string(kNullBlk);
}

/// Not sync(2), which waits for a mount that waits for its daemon.
Status write_back() {
    auto directory = UniqueFd::open(kCacheDirectory, O_RDONLY | O_DIRECTORY);
    if (!directory) return forward(directory);
    if (::syncfs(directory->get()) < 0) return fail_errno("write back", kCacheDirectory);
    return {};
}

/// Zeros all of a device.
Status erase_device(const std::string& device, uint64_t size_bytes) {
    auto fd = UniqueFd::open(device, O_RDWR);
    if (!fd) return forward(fd);
    std::array<uint64_t, 2> range = {0, size_bytes};
    if (::ioctl(fd->get(), BLKZEROOUT, range.data()) < 0) return fail_errno("erase", device);
    return {};
}

}  // namespace

Result<CacheStage> CacheStage::create(const CacheOptions& options, StageContent content) {
    auto device = bring_up(options);
    if (!device) return forward(device);
    std::optional<DmDevice> dm;
    if (options.breakable) {
        auto created = DmDevice::create(*device);
        if (!created) return forward(created);
        dm.emplace(std::move(*created));
        *device = dm->path();
    }
    if (options.erased)
        if (auto s = erase_device(*device, options.size_bytes); !s) return forward(s);
    if (content == StageContent::ext4)
        if (auto s = copy_cache_file_system(*device, kCacheDirectory, options.size_bytes, options.block_bytes); !s) return forward(s);
    return CacheStage(options, content, std::move(*device), std::move(dm));
}

Status CacheStage::must_be_breakable() const {
    if (dm_) return {};
    return fail("break or repair", device_, "the cache was not made breakable (CacheOptions)", ExitCode::invalid);
}

Status CacheStage::hold() const {
    if (auto s = must_be_breakable(); !s) return s;
    if (auto s = write_back(); !s) return s;
    return dm_->hold();
}

Status CacheStage::load(DmTable table) const {
    if (auto s = must_be_breakable(); !s) return s;
    if (table != DmTable::linear)
        if (auto s = write_back(); !s) return s;
    return dm_->load(table);
}

Status CacheStage::break_completions(ByteRange range) {
    if (options_.device != CacheOptions::Device::timer)
        return fail("break", device_, "only a device that completes from an interrupt can fail there (CacheOptions::Device::timer)", ExitCode::invalid);
    ::sync();
    bad_.push_back(range);
    return set_null_blk_health(NullBlkHealth::bad, range);
}

Status CacheStage::break_completions() { return break_completions({0, options_.size_bytes}); }

Status CacheStage::break_completions_of(uint64_t block) { return break_completions({block * kBlockBytes, kBlockBytes}); }

Status CacheStage::repair_completions() {
    for (; !bad_.empty(); bad_.pop_back())
        if (auto s = set_null_blk_health(NullBlkHealth::good, bad_.back()); !s) return s;
    return {};
}

Status CacheStage::fill_space(uint64_t left_bytes) {
    auto balloon = UniqueFd::open(kBalloon, O_RDWR | O_CREAT);
    if (!balloon) return forward(balloon);
    struct statvfs space {};
    if (::ftruncate(balloon->get(), 0) < 0 || ::fstatvfs(balloon->get(), &space) < 0) return fail_errno("ask for the space of", kCacheDirectory);
    const auto free = static_cast<off_t>(space.f_bavail * space.f_frsize);
    if (left_bytes > 0) {
        if (::fallocate(balloon->get(), 0, 0, free - static_cast<off_t>(left_bytes)) < 0) return fail_errno("fill", kCacheDirectory);
        return {};
    }
    // What is left when no more fits: less than the smallest step.
    off_t at = 0;
    for (off_t step = free; step >= 4096; step /= 2)
        while (::fallocate(balloon->get(), 0, at, step) == 0) at += step;
    if (errno != ENOSPC) return fail_errno("fill", kCacheDirectory);
    return {};
}

Status CacheStage::free_space() {
    if (::unlink(kBalloon) < 0) return fail_errno("remove", kBalloon);
    return {};
}

Status CacheStage::unmount(milliseconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (content_ == StageContent::ext4 && ::umount(kCacheDirectory) < 0) {
        if (errno != EBUSY || std::chrono::steady_clock::now() > end) return fail_errno("unmount", kCacheDirectory);
        std::this_thread::sleep_for(milliseconds(5));
    }
    return {};
}

Status CacheStage::lose_power() const {
    if (auto s = must_be_breakable(); !s) return s;
    return dm_->load(DmTable::drop_writes);
}

Status CacheStage::power_up(milliseconds limit) const {
    if (auto s = must_be_breakable(); !s) return s;
    if (auto s = unmount(limit); !s) return s;
    if (auto s = dm_->load(DmTable::linear); !s) return s;
    return mount_ext4(device_, kCacheDirectory);
}

Status CacheStage::close(milliseconds limit) {
    if (auto s = repair_completions(); !s) return s;
    if (dm_)
        if (auto s = dm_->load(DmTable::linear); !s) return s;
    if (auto s = unmount(limit); !s) return s;
    if (dm_)
        if (auto s = dm_->remove(); !s) return s;
    return options_.device == CacheOptions::Device::timer ? remove_null_blk() : Status{};
}

Status inject_errors(InjectedErrors errors) { return write_knob(kErrorInjection, std::to_string(static_cast<unsigned>(errors))); }

std::optional<Finding> unless_injected() {
    if (::access(kErrorInjection, W_OK) == 0) return std::nullopt;
    return skipped("cachefiles of this kernel injects no errors (CONFIG_CACHEFILES_ERROR_INJECTION)");
}

Status set_submitters(Submitters submitters) { return write_knob(kHoldSubmitters, submitters == Submitters::held ? "1" : "0"); }

Status remove_stale_devices() {
    (void)inject_errors(InjectedErrors::none);
    (void)set_submitters(Submitters::free);
    if (auto s = remove_stale_dm_device(); !s) return s;
    if (auto s = wait_for_ram_disk(); !s) return s;
    return remove_null_blk();
}

}  // namespace diobench
