// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/cell.h"

namespace diobench {

namespace {

Status read_dimension(const nlohmann::json& json, const Dimension& row, Cell& cell) {
    const std::string name(row.name);
    if (row.if_missing == IfMissing::usual && !json.contains(name)) return {};
    const auto& value = json.at(name);
    return set_value(cell, row, row.is_text() ? DimensionValue(value.get<std::string>()) : DimensionValue(value.get<uint64_t>()));
}

}  // namespace

std::string Cell::id() const {
    std::string out = workload;
    for (const auto& row : dimension_table()) {
        if (row.id == IdPart::elsewhere) continue;
        if (const auto part = part_of(*this, row)) out += "/" + *part;
    }
    return out;
}

nlohmann::json Cell::dimensions() const { return dimensions_to_json<nlohmann::json>(*this); }

nlohmann::json Cell::to_json() const {
    nlohmann::json out = dimensions();
    out["workload"] = workload;
    out["ops"] = ops;
    out["curve"] = curve;
    return out;
}

Result<Cell> Cell::from_json(const nlohmann::json& json) {
    try {
        Cell cell;
        cell.workload = json.at("workload");
        for (const auto& row : dimension_table())
            if (auto s = read_dimension(json, row, cell); !s) return fail("read cell", "", s.error().message());
        cell.ops = json.at("ops");
        cell.curve = json.at("curve");
        return cell;
    } catch (const std::exception& e) {
        return fail("read cell", "", e.what());
    }
}

}  // namespace diobench
