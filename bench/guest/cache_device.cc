// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cache_device.h"

#include <chrono>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "bench/base/fd.h"
#include "bench/base/files.h"
#include "bench/base/process.h"

namespace diobench {

namespace {

/// drivers/block/null_blk, memory backed: a request of any size completes
/// `latency_ns` after it was started, by an hrtimer (irqmode 2).
Status prepare_null_blk(const DeviceProfile& device) {
    const fs::path folder = "/sys/kernel/config/nullb/nullb0";
    if (::mkdir(folder.c_str(), 0755) < 0) return fail_errno("create null_blk device", folder.string());
    const std::pair<const char*, std::string> settings[] = {
        {"size", std::to_string(device.size_bytes >> 20)},
        {"blocksize", "512"},
        {"memory_backed", "1"},
        {"irqmode", "2"},
        {"completion_nsec", std::to_string(device.latency_ns)},
        {"hw_queue_depth", "128"},
        {"submit_queues", "1"},
        {"power", "1"},
    };
    for (const auto& [name, value] : settings)
        if (auto s = write_knob(folder / name, value); !s) return s;
    return {};
}

Status wait_for_device(const std::string& path) {
    for (int i = 0; i < 500; ++i) {
        if (::access(path.c_str(), R_OK | W_OK) == 0) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return fail("wait for block device", path, "it did not appear within 5 s", ExitCode::invalid);
}

}  // namespace

Result<std::string> prepare_device(const DeviceProfile& device) {
    if (device.kind == "null_blk") {
        if (auto s = prepare_null_blk(device); !s) return forward(s);
    } else if (device.kind != "brd" && device.kind != "disk") {
        return fail("prepare device", device.name, "unknown kind \"" + device.kind + "\"");
    }
    if (auto s = wait_for_device(device.path); !s) return forward(s);
    return device.path;
}

Status make_cache_file_system(const std::string& block_device, const std::string& directory) {
    auto mke2fs = find_program("mke2fs", "e2fsprogs");
    if (!mke2fs) return forward(mke2fs);
    CommandOptions options;
    options.environment = {{"E2FSPROGS_FAKE_TIME", "1577836800"}, {"MKE2FS_CONFIG", "/etc/mke2fs.conf"}};
    auto made = run_checked({mke2fs->string(), "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-N", "4096", "-m", "0",
                             "-J", "size=4", "-U", "00000000-0000-4000-8000-000000000002",
                             "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0,hash_seed=00000000-0000-4000-8000-000000000003",
                             "-O", "^resize_inode", block_device},
                            options);
    if (!made) return forward(made);
    ::mkdir(directory.c_str(), 0755);
    if (::mount(block_device.c_str(), directory.c_str(), "ext4", MS_NOATIME, "noinit_itable") < 0)
        return fail_errno("mount ext4 of", block_device);
    return {};
}

}  // namespace diobench
