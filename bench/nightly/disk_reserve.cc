// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/disk_reserve.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr const char* kName = ".diobench-reserve";

}  // namespace

Status DiskReserve::keep() const {
    for (const auto& folder : folders_) {
        const fs::path file = folder / kName;
        std::error_code ec;
        if (fs::file_size(file, ec) == kReserveBytes && !ec) continue;
        auto fd = UniqueFd::open(file.string(), O_WRONLY | O_CREAT | O_TRUNC);
        if (!fd) return forward(fd);
        if (const int error = ::posix_fallocate(fd->get(), 0, kReserveBytes); error != 0) {
            fs::remove(file, ec);
            return fail_errno("keep room to report a full disk in", file.string(), error);
        }
    }
    return {};
}

void DiskReserve::release() const {
    std::error_code ec;
    for (const auto& folder : folders_) fs::remove(folder / kName, ec);
}

Status check_free_space(const std::vector<fs::path>& folders, uint64_t least_bytes) {
    for (const auto& folder : folders) {
        std::error_code ec;
        const auto space = fs::space(folder, ec);
        if (ec) return fail_errno("look for disk space in", folder.string(), ec.value());
        if (space.available < least_bytes)
            return fail("begin a night", folder.string(),
                        fmt::format("no disk space: {} free and {} wanted ([keep] least_free_mib); make room: old folders of nights, kernels and trees of the cache folder",
                                    human_bytes(static_cast<double>(space.available)), human_bytes(static_cast<double>(least_bytes))));
    }
    return {};
}

}  // namespace diobench
