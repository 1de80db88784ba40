// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/dm_device.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bench/common/base/fd.h"

namespace diobench {

namespace {

constexpr const char* kControl = "/dev/mapper/control";
constexpr const char* kName = "diobench-cache";

/// One ioctl's argument: its head, and a table of one target behind it.
struct DmRequest {
    dm_ioctl head{};
    dm_target_spec target{};
    std::array<char, 256> parameters{};

    explicit DmRequest(uint32_t flags) {
        head.version[0] = DM_VERSION_MAJOR;
        head.data_size = sizeof *this;
        head.data_start = offsetof(DmRequest, target);
        head.flags = flags;
        std::strncpy(head.name, kName, sizeof head.name - 1);
    }
};

Status control(unsigned long command, DmRequest& request, const char* what) {
    auto fd = UniqueFd::open(kControl, O_RDWR);
    if (!fd) return forward(fd);
    if (::ioctl(fd->get(), command, &request) < 0) return fail_errno(what, kName);
    return {};
}

void set_table(DmRequest& request, DmTable table, const std::string& below, uint64_t sectors) {
    std::string type = "linear";
    std::string parameters = below + " 0";
    if (table == DmTable::error) {
        type = "error";
        parameters.clear();
    } else if (table != DmTable::linear) {
        // Device, start, seconds up, seconds down, number of features, feature.
        type = "flakey";
        parameters = below + " 0 0 100000 1 " + (table == DmTable::error_reads ? "error_reads" : "drop_writes");
    }
    request.head.target_count = 1;
    request.target.length = sectors;
    request.target.next = sizeof request.target + sizeof request.parameters;
    std::strncpy(request.target.target_type, type.c_str(), sizeof request.target.target_type - 1);
    std::strncpy(request.parameters.data(), parameters.c_str(), request.parameters.size() - 1);
}

Result<uint64_t> sectors_of(const std::string& path) {
    auto fd = UniqueFd::open(path, O_RDONLY);
    if (!fd) return forward(fd);
    uint64_t bytes = 0;
    if (::ioctl(fd->get(), BLKGETSIZE64, &bytes) < 0) return fail_errno("ask for the size of", path);
    return bytes >> 9;
}

}  // namespace

Result<DmDevice> DmDevice::create(const std::string& below) {
    auto sectors = sectors_of(below);
    if (!sectors) return forward(sectors);
    DmRequest request(0);
    if (auto s = control(DM_DEV_CREATE, request, "create device-mapper device"); !s) return forward(s);
    DmDevice device(fmt::format("/dev/dm-{}", minor(request.head.dev)), below, *sectors);
    if (auto s = device.load(DmTable::linear); !s) return forward(s);
    return device;
}

DmDevice::DmDevice(DmDevice&& other) noexcept
    : path_(std::move(other.path_)), below_(std::move(other.below_)), sectors_(other.sectors_) {
    other.path_.clear();
}

DmDevice::~DmDevice() {
    if (!path_.empty()) (void)remove();
}

Status DmDevice::load(DmTable table) const {
    DmRequest load(0);
    set_table(load, table, below_, sectors_);
    if (auto s = control(DM_TABLE_LOAD, load, "load table of"); !s) return s;
    // "Suspend" without the suspend flag resumes: the loaded table becomes the one in use.
    DmRequest resume(DM_SKIP_LOCKFS_FLAG);
    return control(DM_DEV_SUSPEND, resume, "change table of");
}

Status DmDevice::hold() const {
    DmRequest suspend(DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);
    return control(DM_DEV_SUSPEND, suspend, "suspend");
}

Status DmDevice::remove() {
    DmRequest request(0);
    auto removed = control(DM_DEV_REMOVE, request, "remove device-mapper device");
    if (removed) path_.clear();
    return removed;
}

Status remove_stale_dm_device() {
    if (::access(kControl, F_OK) < 0) return {};
    DmRequest request(0);
    auto removed = control(DM_DEV_REMOVE, request, "remove device-mapper device");
    if (!removed && removed.error().errno_value == ENXIO) return {};
    return removed;
}

}  // namespace diobench
