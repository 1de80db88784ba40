// SPDX-License-Identifier: GPL-2.0-only
// What one boot is to do: written by the host into the initramfs as
// /plan.json, read by the guest's init.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/image/layout.h"
#include "bench/plan/cell.h"

namespace diobench {

/// A simulated (or real) device that the cache file system lies on.
struct DeviceProfile {
    std::string name;         ///< "ram", "nvme-80us"
    std::string kind;         ///< "brd", "null_blk", "disk" (an existing block device, `path`)
    uint64_t latency_ns = 0;  ///< null_blk: completion time of each request
    uint64_t size_bytes = 0;
    std::string path;         ///< block device inside the guest

    [[nodiscard]] nlohmann::json to_json() const;
};

/// How long the daemon takes to fetch what is not in the cache: a round trip,
/// then the bytes over one link shared by all requests.
struct FetchProfile {
    std::string name = "lan";
    uint64_t round_trip_ns = 200'000;
    uint64_t bandwidth_bytes_per_s = 1'250'000'000;

    [[nodiscard]] nlohmann::json to_json() const;
};

/// An image that the guest serves.
struct GuestImage {
    std::string layout;        ///< name; also the fsid
    std::string image;         ///< path of the image inside the guest
    std::string sha256;
    uint64_t data_offset_bytes = 0;  ///< of block 0 of data.bin in the image
    uint64_t size_bytes = 0;         ///< of data.bin
    uint32_t file_id = 1;
    std::vector<Hole> holes;
    bool measured = true;            ///< false: verified only
};

struct GuestPlan {
    uint64_t seed = 1;
    DeviceProfile device;
    FetchProfile fetch;
    std::vector<std::string> config_symbols;  ///< lines that /proc/config.gz must contain
    bool exact_clock = true;                  ///< the CPU model and the clock are checked for the exact machine
    std::vector<GuestImage> images;
    std::vector<Cell> cells;

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<GuestPlan> from_json(const nlohmann::json& json);
};

}  // namespace diobench
