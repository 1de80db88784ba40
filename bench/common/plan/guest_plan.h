// SPDX-License-Identifier: GPL-2.0-only
// What one boot is to do: written by the host into the initramfs as
// /plan.json, read by the guest's init.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/image/layout.h"
#include "bench/common/plan/cell.h"

namespace diobench {

/// The kind of a device that latency and bandwidth describe, before a machine makes it one of its own.
inline constexpr std::string_view kSimulated = "simulated";

/// A simulated (or real) device that the cache file system lies on.
struct DeviceProfile {
    std::string name;         ///< "ram", "nvme-80us"
    std::string kind;         ///< "dmadisk", "brd", "null_blk", "disk" (an existing block device, `path`), "directory" (of an existing file system, `path`)
    uint64_t latency_ns = 0;  ///< dmadisk, null_blk: completion time of each request
    uint64_t bandwidth_bytes_per_s = 0;  ///< dmadisk, null_blk: at most; 0: no limit
    uint64_t size_bytes = 0;
    std::string path;         ///< disk, directory: inside the guest

    [[nodiscard]] nlohmann::json to_json() const;
};

/// How long the daemon takes to fetch what is not in the cache: a round trip
/// (and up to `jitter_ns` more, drawn from the seed), then the bytes over one
/// link shared by all requests.
struct FetchProfile {
    std::string name = "lan";
    uint64_t round_trip_ns = 200'000;
    uint64_t bandwidth_bytes_per_s = 1'250'000'000;
    uint64_t jitter_ns = 0;

    [[nodiscard]] nlohmann::json to_json() const;
};

/// An image that the guest serves.
struct GuestImage {
    std::string layout;              ///< name; also the fsid
    std::vector<std::string> blobs;  ///< paths inside the guest: the image, then its extra devices
    uint64_t data_offset_bytes = 0;  ///< of the one file in the image, if it is contiguous
    bool contiguous = false;
    bool shared_domain = false;      ///< read through the second of two mounts of one domain
    std::vector<TestFile> files;

    /// Name under which blob `index` is served: cookie key without a mount's suffix.
    [[nodiscard]] std::string blob_name(size_t index) const;
    [[nodiscard]] const TestFile* file(std::string_view name) const;
};

/// Under which the text of a cell's job file is found: it is adapted to the files of a layout.
[[nodiscard]] std::string fio_text_key(const Cell& cell);

struct GuestPlan {
    uint64_t seed = 1;
    DeviceProfile device;
    std::vector<FetchProfile> fetches;                 ///< that cells name
    std::map<std::string, std::string> traces;         ///< text by name
    std::map<std::string, std::string> fio_jobs;       ///< text by fio_text_key()
    std::vector<std::string> config_symbols;  ///< lines that /proc/config.gz must contain
    std::map<std::string, std::string> absent_features;  ///< that back ends of cells need and this kernel lacks: why
    bool exact_clock = true;                  ///< the CPU model and the clock are checked for the exact machine
    std::vector<GuestImage> images;
    std::vector<Cell> cells;

    [[nodiscard]] const GuestImage* image(std::string_view layout) const;
    [[nodiscard]] const FetchProfile* fetch(std::string_view name) const;
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<GuestPlan> from_json(const nlohmann::json& json);
};

}  // namespace diobench
