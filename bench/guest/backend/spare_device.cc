// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/backend/cache_device.h"

namespace diobench {

Status write_blob(const std::string& blob, const std::string& device) {
    auto bytes = read_file(blob);
    if (!bytes) return forward(bytes);
    auto fd = UniqueFd::open(device, O_WRONLY);
    if (!fd) return forward(fd);
    if (auto s = write_all(fd->get(), *bytes, device); !s) return s;
    if (::fsync(fd->get()) < 0) return fail_errno("sync", device);
    return {};
}

Result<std::string> spare_device_with(BackendWorld& world, const std::string& blob) {
    if (world.spare_blob == blob) return world.spare_device;
    if (!world.spare_blob.empty()) return unsupported("use the spare device", "there is one, and another image is on it");
    if (world.plan.device.kind == "directory" || world.plan.device.kind == "disk")
        return unsupported("use a spare device", "this machine has none");
    auto device = prepare_device(world.plan.device, 1);
    if (!device) return forward(device);
    if (auto s = write_blob(blob, *device); !s) return forward(s);
    world.spare_device = *device;
    world.spare_blob = blob;
    return *device;
}

}  // namespace diobench
