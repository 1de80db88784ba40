// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/cache_device.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/base/process.h"

namespace diobench {

namespace {

fs::path null_blk_folder(unsigned index) { return fmt::format("/sys/kernel/config/nullb/nullb{}", index); }

Status wait_for_device(const std::string& path) {
    for (int i = 0; i < 500; ++i) {
        if (::access(path.c_str(), R_OK | W_OK) == 0) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return fail("wait for block device", path, "it did not appear within 5 s", ExitCode::invalid);
}

/// /dev/dmadiskN is there from the start, or never.
Result<std::string> set_up_dmadisk(const DeviceProfile& device, unsigned index) {
    const std::string name = fmt::format("dmadisk{}", index);
    const fs::path knobs = fs::path("/sys/block") / name;
    if (std::error_code none; !fs::exists(knobs, none))
        return fail("prepare device", name, "the kernel found no DMA engine: QEMU runs without our plugin (grep the console for dmadisk)");
    if (auto s = write_knob(knobs / "latency_ns", std::to_string(device.latency_ns)); !s) return forward(s);
    if (auto s = write_knob(knobs / "bandwidth", std::to_string(device.bandwidth_bytes_per_s)); !s) return forward(s);
    return "/dev/" + name;
}

}  // namespace

Status create_null_blk(const NullBlkOptions& options) {
    const fs::path folder = null_blk_folder(options.index);
    if (::mkdir(folder.c_str(), 0755) < 0) return fail_errno("create null_blk device", folder.string());
    const std::pair<const char*, std::string> settings[] = {
        {"size", std::to_string(options.size_bytes >> 20)},
        {"blocksize", "512"},
        {"memory_backed", "1"},
        {"irqmode", "2"},
        {"completion_nsec", std::to_string(options.completion_ns)},
        {"hw_queue_depth", std::to_string(options.queue_depth)},
        {"submit_queues", "1"},
        {"mbps", std::to_string(options.megabytes_per_s)},
        {"power", "1"},
    };
    for (const auto& [name, value] : settings)
        if (auto s = write_knob(folder / name, value); !s) return s;
    return {};
}

Status set_null_blk_health(NullBlkHealth health, ByteRange range) {
    // One line is one entry of at most 512 sectors (block/badblocks.c, BB_MAX_LEN).
    constexpr uint64_t kEntrySectors = 512;
    const uint64_t end = (range.offset_bytes + range.size_bytes) / 512;
    for (uint64_t sector = range.offset_bytes / 512; sector < end; sector += kEntrySectors)
        if (auto s = write_knob(null_blk_folder(0) / "badblocks",
                                fmt::format("{}{}-{}", health == NullBlkHealth::bad ? '+' : '-', sector, std::min(sector + kEntrySectors, end) - 1));
            !s)
            return s;
    return {};
}

Status remove_null_blk() {
    if (::rmdir(null_blk_folder(0).c_str()) < 0 && errno != ENOENT) return fail_errno("remove null_blk device", null_blk_folder(0).string());
    return {};
}

Result<std::string> prepare_device(const DeviceProfile& device, unsigned index) {
    if (device.kind == "directory") return std::string();
    std::string path = device.path;
    if (device.kind == "dmadisk") {
        auto disk = set_up_dmadisk(device, index);
        if (!disk) return forward(disk);
        path = *disk;
    } else if (device.kind == "null_blk") {
        if (auto s = create_null_blk({device.size_bytes, device.latency_ns, 128, device.bandwidth_bytes_per_s / 1'000'000, index}); !s)
            return forward(s);
        path = fmt::format("/dev/nullb{}", index);
    } else if (device.kind == "brd") {
        path = fmt::format("/dev/ram{}", index);
    } else if (device.kind != "disk" || index != 0) {
        return fail("prepare device", device.name, "there is no second device of kind \"" + device.kind + "\"");
    }
    if (auto s = wait_for_device(path); !s) return forward(s);
    return path;
}

Status make_ext4(const std::string& target, uint64_t size_bytes, unsigned block_bytes) {
    auto mke2fs = find_program("mke2fs", "e2fsprogs");
    if (!mke2fs) return forward(mke2fs);
    CommandOptions options;
    options.environment = {{"E2FSPROGS_FAKE_TIME", "1577836800"}, {"MKE2FS_CONFIG", "/etc/mke2fs.conf"}};
    std::vector<std::string> argv = {mke2fs->string(), "-q", "-F", "-t", "ext4", "-b", std::to_string(block_bytes), "-I", "256", "-N", "4096", "-m", "0",
                                     "-J", "size=4", "-U", "00000000-0000-4000-8000-000000000002",
                                     "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0,hash_seed=00000000-0000-4000-8000-000000000003",
                                     // Each mount makes 256 directories: checksums of their blocks were an eighth of a boot's instructions.
                                     "-O", "^resize_inode,^metadata_csum", target};
    if (size_bytes != 0) argv.push_back(std::to_string(size_bytes / block_bytes));
    auto made = run_checked(argv, options);
    if (!made) return forward(made);
    return {};
}

Status mount_ext4(const std::string& block_device, const std::string& directory) {
    ::mkdir(directory.c_str(), 0755);
    if (::mount(block_device.c_str(), directory.c_str(), "ext4", MS_NOATIME, "noinit_itable") < 0)
        return fail_errno("mount ext4 of", block_device);
    return {};
}

Status make_cache_file_system(const std::string& block_device, const std::string& directory, uint64_t size_bytes) {
    if (auto s = make_ext4(block_device, size_bytes); !s) return s;
    return mount_ext4(block_device, directory);
}

}  // namespace diobench
