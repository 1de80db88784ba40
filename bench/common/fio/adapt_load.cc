// SPDX-License-Identifier: GPL-2.0-only
// How many threads, how much memory and how much time jobs that run together take: what a cell can have.
#include <algorithm>
#include <cmath>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/common/fio/draft.h"

namespace diobench {

namespace {

constexpr uint64_t kMostTogether = 64;
constexpr uint64_t kMostBufferBytes = 128 * kMiB;

/// What a clock allows.  Emulated, a second in which the CPU is busy takes some 5 to 10 of ours, and one in which it waits
/// for the next arrival nearly nothing; a machine that is silent for minutes is taken for hung.
struct Budget {
    uint64_t busy_ns;          ///< as fast as it goes
    uint64_t paced_ns;         ///< most, where reads wait for a rate or think
    double paced_reads;        ///< in that time, if it is shorter
    double reads;              ///< without a runtime
    uint64_t ramp_ns;
    uint64_t window_ns;        ///< of latency_target
    uint64_t search_ns;        ///< for it
    const char* why;
};
constexpr uint64_t kMillisecond = 1'000'000;
constexpr Budget kEmulated = {500 * kMillisecond, 20'000 * kMillisecond, 20'000, 100'000, 100 * kMillisecond, 20 * kMillisecond, 1'000 * kMillisecond,
                              "the machine is emulated: a second of its clock takes several of yours"};
constexpr Budget kReal = {240'000 * kMillisecond, 240'000 * kMillisecond, 1e12, 20e6, 60'000 * kMillisecond, 10'000 * kMillisecond, 240'000 * kMillisecond,
                          "a machine that says nothing for longer is taken for hung"};

const Budget& budget_of(FioClock clock) { return clock == FioClock::emulated ? kEmulated : kReal; }

/// Reads a second of all its threads by what it is held back with; 0: it is not.
double pace_of(const FioDraft& draft) {
    const auto jobs = static_cast<double>(draft.numjobs());
    if (const uint64_t iops = draft.bytes("rate_iops"); iops != 0) return static_cast<double>(iops) * jobs;
    if (const uint64_t rate = draft.bytes("rate"); rate != 0) return static_cast<double>(rate) / static_cast<double>(draft.largest_block()) * jobs;
    const uint64_t think_ns = draft.time_ns("thinktime", BareTime::microseconds);
    const uint64_t spin_ns = std::min(think_ns, draft.time_ns("thinktime_spin", BareTime::microseconds));
    if (think_ns == 0 || spin_ns * 2 > think_ns || draft.find("thinktime_iotime") != nullptr) return 0;
    return kNsPerSecond / static_cast<double>(think_ns) * static_cast<double>(draft.bytes("thinktime_blocks", 1)) * jobs;
}

/// How long a phase may read.
uint64_t allowed_ns(const std::vector<FioDraft*>& phase, const Budget& budget) {
    double pace = 0;
    for (const FioDraft* draft : phase) {
        if (draft->find("latency_target") != nullptr) return budget.search_ns;
        const double own = pace_of(*draft);
        if (own == 0) return budget.busy_ns;
        pace += own;
    }
    const double ns = std::min(budget.paced_reads / pace * kNsPerSecond, static_cast<double>(budget.paced_ns));
    return std::max(budget.busy_ns, static_cast<uint64_t>(ns) / kMillisecond * kMillisecond);
}

void limit_threads(const std::vector<FioDraft*>& phase, FioChanges& changes) {
    uint64_t threads = 0;
    for (const FioDraft* draft : phase) threads += draft->numjobs();
    if (threads <= kMostTogether) return;
    if (phase.size() > kMostTogether) return changes.fault(*phase.front()->source, std::to_string(phase.size()) + " jobs run at the same time; at most 64 can");
    // Each keeps one; the others are shared out as before.
    const uint64_t spare = kMostTogether - phase.size();
    const uint64_t wanted = threads - phase.size();
    for (FioDraft* draft : phase)
        if (draft->numjobs() > 1)
            draft->change("numjobs", std::to_string(1 + (draft->numjobs() - 1) * spare / wanted), "at most 64 threads read at the same time", changes);
}

uint64_t buffers_of(const FioDraft& draft) { return draft.numjobs() * draft.bytes("iodepth", 1) * draft.largest_block(); }

void limit_memory(const std::vector<FioDraft*>& phase, FioChanges& changes) {
    for (int i = 0; i < 64; ++i) {
        uint64_t sum = 0;
        for (const FioDraft* draft : phase) sum += buffers_of(*draft);
        if (sum <= kMostBufferBytes) return;
        FioDraft& largest = **std::ranges::max_element(phase, {}, [](const FioDraft* draft) { return buffers_of(*draft); });
        const char* key = largest.bytes("iodepth", 1) > 1 ? "iodepth" : "numjobs";
        if (largest.bytes(key, 1) == 1) return changes.fault(*largest.source, "its buffers do not fit into the machine: lower bs");
        largest.set(key, std::to_string(largest.bytes(key, 1) / 2));
    }
}

/// One change for what took several steps.
void note_memory(const std::vector<FioDraft*>& phase, const std::vector<FioDraft>& before, FioChanges& changes) {
    for (size_t i = 0; i < phase.size(); ++i)
        for (const char* key : {"iodepth", "numjobs"})
            if (phase[i]->value_of(key) != before[i].value_of(key))
                phase[i]->change(key, phase[i]->value_of(key), "buffers of all that is under way have 128m at most", changes);
}

void limit_runtime(FioDraft& draft, uint64_t most_ns, const FioSurroundings& around, FioChanges& changes) {
    const Budget& budget = budget_of(around.clock);
    const uint64_t asked = draft.time_ns("runtime", BareTime::seconds);
    if (asked > most_ns) return draft.change("runtime", fio_time_text(most_ns), budget.why, changes);
    if (asked != 0) return;
    const double reads = estimated_fio_reads(draft, around);
    const double pace = pace_of(draft);
    // A thread that polls for submissions has the only CPU most of the time.
    const bool endless = reads > budget.reads || draft.flag("sqthread_poll") || (pace != 0 && reads / pace * kNsPerSecond > static_cast<double>(most_ns));
    if (endless) draft.change("runtime", fio_time_text(most_ns), std::string("all of it takes too long; ") + budget.why, changes);
}

/// fio looks for the iodepth in steps of a window; it must not be at the end of the file before.
void limit_search(FioDraft& draft, uint64_t most_ns, const Budget& budget, FioChanges& changes) {
    if (draft.find("latency_target") == nullptr) return;
    const uint64_t window = draft.time_ns("latency_window", BareTime::microseconds);
    if (window > budget.window_ns) draft.change("latency_window", fio_time_text(budget.window_ns), budget.why, changes);
    if (draft.find("runtime") == nullptr) draft.change("runtime", fio_time_text(most_ns), "fio ends by itself when it has found the iodepth", changes);
    if (!draft.flag("time_based")) draft.change("time_based", "1", "the file is read again until the iodepth is found", changes);
}

}  // namespace

void adapt_load(std::vector<FioDraft*>& phase, const FioSurroundings& around, FioChanges& changes) {
    limit_threads(phase, changes);
    std::vector<FioDraft> before;
    for (const FioDraft* draft : phase) before.push_back(*draft);
    limit_memory(phase, changes);
    note_memory(phase, before, changes);
    const Budget& budget = budget_of(around.clock);
    const uint64_t most_ns = allowed_ns(phase, budget);
    for (FioDraft* draft : phase) {
        limit_runtime(*draft, most_ns, around, changes);
        limit_search(*draft, most_ns, budget, changes);
        if (draft->time_ns("ramp_time", BareTime::seconds) > budget.ramp_ns) draft->change("ramp_time", fio_time_text(budget.ramp_ns), budget.why, changes);
    }
}

}  // namespace diobench
