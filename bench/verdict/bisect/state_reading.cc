// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/state_reading.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

StateReading no_answer(std::string problem, ExitCode code = ExitCode::invalid) {
    StateReading out;
    out.problem = std::move(problem);
    out.code = code;
    return out;
}

std::string why_none(const CellResult& cell) { return fmt::format("{}: {} (boot {})", status_name(cell.status), cell.reason, cell.boot); }

StateReading read_numbers(const std::vector<const CellResult*>& cells, const Metric& metric) {
    StateReading out;
    for (const auto* cell : cells) {
        if (cell->status != CellStatus::ok) return no_answer("the cell has no number: " + why_none(*cell));
        const auto value = cell->metric(metric.name);
        if (!value) return no_answer(fmt::format("{} is missing in boot {}", metric.name, cell->boot));
        if (!std::isfinite(*value)) return no_answer(fmt::format("{} is no finite number in boot {}", metric.name, cell->boot));
        out.values.push_back(*value);
    }
    out.value = median(out.values);
    return out;
}

StateReading read_ways(const std::vector<const CellResult*>& cells) {
    StateReading out;
    for (const auto* cell : cells) {
        std::string way = "refused";
        if (cell->status == CellStatus::ok && cell->observed_io) way = status_name(*cell->observed_io);
        else if (cell->status != CellStatus::unsupported) return no_answer("the cell has no answer: " + why_none(*cell));
        if (!out.way.empty() && out.way != way) return no_answer(fmt::format("its reads are {} with one seed and {} with another", out.way, way));
        out.way = std::move(way);
    }
    return out;
}

}  // namespace

StateReading read_state(const Results& results, const std::string& kernel, const WatchedCell& watched, size_t seeds) {
    const KernelResult* arm = results.find_kernel(kernel);
    if (arm == nullptr) return no_answer(fmt::format("the run has no kernel {}", kernel));
    if (arm->status != KernelStatus::ok)
        return no_answer(fmt::format("{}: {}", status_name(arm->status), arm->reason), arm->status == KernelStatus::build_failed ? ExitCode::usage : ExitCode::invalid);
    std::vector<const CellResult*> cells;
    for (const auto& cell : results.cells)
        if (cell.kernel == kernel && cell.cell == watched.cell) cells.push_back(&cell);
    if (seeds == 0 || cells.size() != seeds) return no_answer(fmt::format("the cell came back from {} boots of {}", cells.size(), seeds));
    return watched.metric != nullptr ? read_numbers(cells, *watched.metric) : read_ways(cells);
}

}  // namespace diobench
