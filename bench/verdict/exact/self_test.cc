// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/self_test.h"

#include <cmath>
#include <fmt/format.h>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr std::string_view kWithout = "null-plus-0";
constexpr std::string_view kWith = "null-plus-1000";
/// The timer's tick may fall into one of the two timed regions: instructions of one, generously.
constexpr double kTickInstructions = 20'000;

/// The id of the same cell with the other engine.
std::string partner_id(std::string id) {
    const size_t at = id.find(kWith);
    return at == std::string::npos ? std::string() : id.replace(at, kWith.size(), kWithout);
}

SelfTest failed(std::string_view name, std::string detail) { return {std::string(name), SelfTest::Outcome::failed, std::move(detail)}; }

/// The first cell whose bytes are not those of the other run, in words; empty if there is none.
std::string first_difference(const Results& first, const Results& second) {
    if (first.cells.size() != second.cells.size()) return fmt::format("{} cells and {} cells", first.cells.size(), second.cells.size());
    for (size_t i = 0; i < first.cells.size(); ++i)
        if (cells_to_json({first.cells[i]}).dump() != cells_to_json({second.cells[i]}).dump()) return fmt::format("cell {} differs", first.cells[i].cell);
    return {};
}

/// The first cell of which only one run has a number, and what became of the other, in words; empty if there is none: a boot
/// that was lost (a host too busy, a machine that was killed) says nothing of whether boots are alike.
std::string first_lost(const Results& first, const Results& second) {
    for (const auto& cell : first.cells) {
        const CellResult* other = find_cell(second.cells, cell.kernel, cell.cell);
        if (other == nullptr || (cell.status == CellStatus::ok) == (other->status == CellStatus::ok)) continue;
        return fmt::format("cell {} has a number in the {} run only: {}", cell.cell, cell.status == CellStatus::ok ? "first" : "second",
                           cell.status == CellStatus::ok ? other->reason : cell.reason);
    }
    return {};
}

/// Why the pair does not show exactly the control's instructions; empty if it does.
std::string control_error(const CellResult& without, const CellResult& with) {
    auto difference = [&](std::string_view metric) -> std::optional<double> {
        auto less = without.metric(metric);
        auto more = with.metric(metric);
        return less && more ? std::optional(*more - *less) : std::nullopt;
    };
    const auto shortest = difference("latency_ns.min");
    const auto mean = difference("latency_ns.mean");
    const auto ops = with.metric("ops");
    if (!shortest || !mean || !ops || *ops <= 0) return "the control's cells have no latency";
    if (*shortest != static_cast<double>(kControlInstructions))
        return fmt::format("{} instructions a read were added and the shortest read shows {}", kControlInstructions, *shortest);
    if (std::abs(*mean - static_cast<double>(kControlInstructions)) > kTickInstructions / *ops)
        return fmt::format("{} instructions a read were added and the mean shows {:.1f}", kControlInstructions, *mean);
    return {};
}

}  // namespace

SelfTest check_same_twice(const Results& first, const Results& second) {
    constexpr std::string_view kName = "the same kernel twice with one seed";
    size_t numbers = 0, known = 0;
    for (const auto& cell : first.cells) {
        numbers += cell.status == CellStatus::ok ? 1 : 0;
        known += cell.known ? 1 : 0;
    }
    if (numbers == 0) return failed(kName, "no cell of the self-test has a number");
    if (std::string lost = first_lost(first, second); !lost.empty()) return failed(kName, "a boot was lost: " + lost);
    if (std::string difference = first_difference(first, second); !difference.empty())
        return failed(kName, "the two runs are not byte-identical: " + difference + "; this machine's numbers cannot be trusted");
    std::string detail = fmt::format("{} cells, byte-identical", first.cells.size());
    if (known > 0) detail += fmt::format("; {} of them without a number, as the candidate's series says", known);
    return {std::string(kName), SelfTest::Outcome::passed, detail};
}

SelfTest check_control(const Results& results) {
    constexpr std::string_view kName = "a known number of extra instructions";
    size_t pairs = 0;
    for (const auto& with : results.cells) {
        const std::string partner = partner_id(with.cell);
        if (partner.empty()) continue;
        const CellResult* without = find_cell(results.cells, with.kernel, partner);
        if (without == nullptr) return failed(kName, fmt::format("cell {} has no partner {}", with.cell, partner));
        if (std::string error = control_error(*without, with); !error.empty()) return failed(kName, error);
        ++pairs;
    }
    if (pairs == 0) return failed(kName, "the run has no cell of the control engine");
    return {std::string(kName), SelfTest::Outcome::passed, fmt::format("{} added a read, exactly {} seen", kControlInstructions, kControlInstructions)};
}

}  // namespace diobench
