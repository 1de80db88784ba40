// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/cell_times.h"

#include "bench/common/base/paths.h"

namespace diobench {

namespace {

fs::path file() { return cache_root() / "cell-seconds.json"; }

}  // namespace

CellTimes CellTimes::load() {
    CellTimes out;
    auto text = read_file(file());
    if (!text) return out;
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object()) return out;
    for (const auto& [id, seconds] : json.items())
        if (seconds.is_number()) out.seconds_[id] = seconds.get<double>();
    return out;
}

double CellTimes::estimate_s(const Cell& cell) const {
    if (auto found = seconds_.find(cell.id()); found != seconds_.end()) return found->second;
    // Seen under emulation on one core: staging a cell, a read, a KiB of it.
    const auto ops = static_cast<double>(cell.ops);
    const double once = 0.2 + ops * 40e-6 + ops * static_cast<double>(cell.block_size_bytes) / 1024 * 1e-6;
    return cell.curve ? 2.5 * once : once;
}

void CellTimes::note(const std::string& cell_id, double seconds) { seconds_[cell_id] = seconds; }

void CellTimes::save() const {
    nlohmann::json json = seconds_;
    if (make_directories(file().parent_path())) (void)write_file_atomic(file(), json.dump());
}

}  // namespace diobench
