// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/boot_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/units.h"
#include "bench/common/digest/sha256.h"
#include "bench/common/image/layout.h"
#include "bench/guest/backend/backend.h"

namespace diobench {

namespace {

// Room for one image in the cache, another mounted cold, and ext4's own metadata.
constexpr uint64_t kLeastDevice = 192 * kMiB;
constexpr unsigned kLeastMemoryMib = 768;
constexpr uint64_t kFileSystemBytes = 40 * kMiB;

std::set<std::string> layouts_of(const std::vector<Cell>& cells) {
    std::set<std::string> out;
    for (const Cell& cell : cells)
        if (cell.backend != kNull) out.insert(cell.layout);
    return out;
}

/// Null for backend null.
const BackendInfo* info_of(const Cell& cell) { return find_backend(cell.backend).value_or(nullptr); }

bool copies(const std::vector<Cell>& cells, BackendCopies what) {
    return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) { return info_of(cell) != nullptr && info_of(cell)->copies == what; });
}

/// Layouts whose image lies on the spare device.
size_t spare_images(const std::vector<Cell>& cells) {
    std::set<std::string> out;
    for (const Cell& cell : cells)
        if (needs_second_device(cell)) out.insert(cell.layout);
    return out.size();
}

bool fits(PlannedBoot boot, const Cell& cell) {
    boot.cells.push_back(cell);
    return boot.cells.size() <= kMostCells && layouts_of(boot.cells).size() <= kMostLayouts && spare_images(boot.cells) <= 1;
}

/// Bytes of data of the layouts' files, all of them.
uint64_t data_bytes(const std::set<std::string>& layouts) {
    uint64_t sum = 0;
    for (const auto& name : layouts)
        if (auto layout = find_layout(name))
            for (const auto& file : (*layout)->files) sum += (file.size_bytes + kBlockBytes) / kBlockBytes * kBlockBytes;
    return sum;
}

uint64_t largest_layout(const std::set<std::string>& layouts) {
    uint64_t most = 0;
    for (const auto& name : layouts) most = std::max(most, data_bytes({name}));
    return most;
}

/// How often the images lie on the device beside the cache.
uint64_t copies_of_data(const std::vector<Cell>& cells) {
    return (copies(cells, BackendCopies::blobs) ? 1 : 0) + (copies(cells, BackendCopies::files) ? 1 : 0);
}

uint64_t hot_sets(const std::vector<Cell>& cells) {
    std::set<uint64_t> sizes;
    for (const Cell& cell : cells) sizes.insert(cell.neighbour_bytes);
    uint64_t sum = 0;
    for (uint64_t size : sizes) sum += size;
    return sum;
}

}  // namespace

bool needs_second_device(const Cell& cell) { return info_of(cell) != nullptr && info_of(cell)->second_device; }

std::vector<PlannedBoot> plan_boots(const std::vector<Cell>& cells, const std::vector<uint64_t>& seeds) {
    std::vector<PlannedBoot> once;
    std::map<std::string, size_t> open;     // the boot of a device that still takes cells
    std::map<std::string, size_t> number;
    for (const Cell& cell : cells) {
        auto found = open.find(cell.device);
        if (found == open.end() || !fits(once[found->second], cell)) {
            const size_t n = ++number[cell.device];
            once.push_back({n == 1 ? cell.device : fmt::format("{}-{}", cell.device, n), cell.device, 0, {}});
            open[cell.device] = once.size() - 1;
        }
        once[open.at(cell.device)].cells.push_back(cell);
    }
    std::vector<PlannedBoot> out;
    for (uint64_t seed : seeds)
        for (PlannedBoot boot : once) {
            boot.seed = seed;
            if (seeds.size() > 1) boot.label += fmt::format("-seed{}", seed);
            out.push_back(std::move(boot));
        }
    return out;
}

std::string plan_sha256(const std::vector<PlannedBoot>& boots) {
    std::string text;
    for (const PlannedBoot& boot : boots) {
        if (boot.seed != boots.front().seed) continue;
        text += boot.device + '\n';
        for (const Cell& cell : boot.cells) text += cell.id() + '\n';
    }
    return sha256_hex(text);
}

Result<std::vector<PlannedBoot>> take_shard(std::vector<PlannedBoot> boots, unsigned number, unsigned count) {
    if (number > boots.size())
        return fail("share boots", fmt::format("--shard {}/{}", number, count), fmt::format("there are only {} boots: shares 1 to {} have something to do", boots.size(), boots.size()));
    std::vector<PlannedBoot> out;
    for (size_t i = number - 1; i < boots.size(); i += count) out.push_back(std::move(boots[i]));
    return out;
}

Result<std::vector<PlannedBoot>> take_boots(std::vector<PlannedBoot> boots, const std::vector<std::string>& labels) {
    if (labels.empty()) return boots;
    std::vector<PlannedBoot> out;
    std::set<std::string> wanted(labels.begin(), labels.end());
    for (PlannedBoot& boot : boots)
        if (wanted.erase(boot.label) > 0) out.push_back(std::move(boot));
    if (!wanted.empty()) return fail("choose boots", *wanted.begin(), "this run has no boot of that name: workloads, suite or seeds are others than when it was planned");
    return out;
}

uint64_t device_bytes(const PlannedBoot& boot) {
    const auto layouts = layouts_of(boot.cells);
    const uint64_t need = data_bytes(layouts) * (1 + copies_of_data(boot.cells)) + 2 * largest_layout(layouts) + hot_sets(boot.cells) + kFileSystemBytes;
    return std::max(kLeastDevice, (need + 16 * kMiB - 1) / (16 * kMiB) * (16 * kMiB));
}

unsigned memory_mib(const PlannedBoot& boot, DeviceContent content) {
    // The initramfs, what is written to the devices, and as much again as the page cache may hold.
    const auto layouts = layouts_of(boot.cells);
    const uint64_t images = data_bytes(layouts);
    const uint64_t need = 2 * images + (content == DeviceContent::in_memory ? device_bytes(boot) : 0) + spare_images(boot.cells) * images + 384 * kMiB;
    return std::max(kLeastMemoryMib, static_cast<unsigned>((need / kMiB + 127) / 128 * 128));
}

}  // namespace diobench
