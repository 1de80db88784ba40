// SPDX-License-Identifier: GPL-2.0-only
// The few numbers that people compare, and what each is by the clock of its
// run: counted, modelled or timed.  This is the one place that decides it for
// terminals and mails (of the page: reports/clock.py).  On machine exact a
// nanosecond is an instruction: what the CPU does is counted, and a time is
// what a model makes of it and of a simulated device.  There nothing is fast
// or slow unless the model's name stands beside it.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "bench/common/measure/metric_table.h"
#include "bench/results/store/results.h"

namespace diobench {

enum class NumberKind { counted, modelled, timed };

struct Measure {
    std::string_view name;   ///< "throughput_bytes_per_s", ... in JSON, whatever the clock
    std::string_view title;  ///< of the table, with the unit of the printed value
    double divisor;          ///< from the base unit to that of the title
    Direction direction;
    NumberKind kind;
    std::string_view better;  ///< follows the name of an arm that has a better number
    std::string_view worse;
    std::string_view of_floor;                          ///< "needs {} of its instructions"; empty: not held against the floor
    std::optional<double> (*value)(const CellResult&);  ///< in the base unit
    std::string (*text)(double);                        ///< with its unit, for sentences
    std::string_view ratio_title = "";                  ///< of a table of ratios
    double resolution = 0;                              ///< steps of so much, in the base unit, say nothing
};

/// What the CPU does, growth of the page cache, throughput and p99; on a real clock throughput, p99, CPU per read and page cache.
[[nodiscard]] std::span<const Measure> comparison_measures(const ClockInfo& clock);
/// The one of that name.
[[nodiscard]] const Measure& comparison_measure(const ClockInfo& clock, std::string_view name);
/// Mean latency, which is also what a read takes of the time of a loop that keeps as many in flight.
[[nodiscard]] const Measure& time_per_read(const ClockInfo& clock);
/// Bytes of another process's hot set that the reads evicted.
[[nodiscard]] const Measure& evicted_of_neighbour();

/// "counted", "timed", "modelled (1 instruction = 1 ns, device ram or nvme-80us)".
[[nodiscard]] std::string kind_text(NumberKind kind, const std::set<std::string>& devices);
[[nodiscard]] std::string_view kind_name(NumberKind kind);

/// What the kinds of number are on this clock, in sentences for people.
[[nodiscard]] std::string_view clock_meaning(const ClockInfo& clock);

/// A floor that is passed by more than this share is wrong, and not noise.
[[nodiscard]] double wrong_floor_from(const ClockInfo& clock);
/// "is modelled faster" or "is faster".
[[nodiscard]] std::string_view faster_words(const ClockInfo& clock);

}  // namespace diobench
