// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/statuses.h"

#include <fmt/format.h>

namespace diobench {

namespace {

bool has_numbers(const CellResult& cell) { return cell.status == CellStatus::ok; }
bool is_broken(const CellResult& cell) { return cell.status == CellStatus::invalid || cell.status == CellStatus::failed; }

std::string with_seed(std::string_view text, int64_t seed) { return fmt::format("{} (seed {})", text, seed); }

StatusFinding invalid(std::string reason) { return {Verdict::invalid, std::move(reason), ""}; }

/// Bytes and cache state were right: what could not be proved is that nothing but direct reads was done, and the baseline did prove it.
bool was_direct_and_is_mixed(const CellResult& old_cell, const CellResult& new_cell) {
    return has_numbers(old_cell) && old_cell.observed_io == ObservedIo::direct && new_cell.status == CellStatus::invalid &&
           new_cell.observed_io == ObservedIo::mixed;
}

StatusFinding look_at_pair(const CellPair& pair) {
    if (pair.candidate == nullptr) return invalid(with_seed("the candidate's run has no such cell", pair.seed));
    if (pair.baseline == nullptr) return invalid(with_seed("the baseline's run has no such cell", pair.seed));
    const CellResult& old_cell = *pair.baseline;
    const CellResult& new_cell = *pair.candidate;
    if (was_direct_and_is_mixed(old_cell, new_cell))
        return {Verdict::regression, with_seed(fmt::format("reads were direct and leave pages in the page cache now: {}", new_cell.reason), pair.seed), ""};
    if (is_broken(old_cell) && is_broken(new_cell) && old_cell.known && new_cell.known)
        return {Verdict::pass, "", fmt::format("both kernels fail here, as their series say ({})", new_cell.reason)};
    if (is_broken(new_cell))
        return invalid(with_seed(fmt::format("candidate {}: {}", status_name(new_cell.status), new_cell.reason), pair.seed));
    if (is_broken(old_cell)) {
        if (old_cell.known) return {Verdict::pass, "", fmt::format("nothing to compare with: the baseline fails here, as its series says ({})", old_cell.reason)};
        return invalid(with_seed(fmt::format("baseline {}: {}", status_name(old_cell.status), old_cell.reason), pair.seed));
    }
    if (has_numbers(old_cell) && !has_numbers(new_cell))
        return {Verdict::regression, with_seed(fmt::format("the candidate no longer supports this: {}", new_cell.reason), pair.seed), ""};
    if (!has_numbers(old_cell) && has_numbers(new_cell)) return {Verdict::pass, "", "new: the baseline does not support this"};
    if (!has_numbers(old_cell)) return {Verdict::pass, "", "neither kernel supports this"};
    if (old_cell.observed_io == ObservedIo::direct && new_cell.observed_io == ObservedIo::buffered)
        return {Verdict::regression, with_seed("reads were direct and now go through the page cache", pair.seed), ""};
    return {};
}

}  // namespace

void look_at_kernels(std::span<const RunPair> pairs, GateReport& report) {
    for (const auto& pair : pairs)
        for (const auto& [role, arm] : {std::pair("baseline", &pair.baseline), {"candidate", &pair.candidate}}) {
            const KernelResult* kernel = arm->results.find_kernel(arm->kernel);
            if (kernel == nullptr || kernel->status == KernelStatus::ok) continue;
            report.problems.push_back(with_seed(fmt::format("{} {}: {}: {}", role, arm->kernel, status_name(kernel->status), kernel->reason), pair.seed));
            if (kernel->status == KernelStatus::build_failed) report.exit_code = ExitCode::usage;
        }
}

StatusFinding look_at_statuses(const CellSamples& samples) {
    StatusFinding out;
    bool first = true;
    for (const auto& pair : samples.pairs) {
        StatusFinding finding = look_at_pair(pair);
        if (finding.verdict > out.verdict) {
            out.verdict = finding.verdict;
            out.reason = finding.reason;
        }
        if (first) out.note = finding.note;
        else if (finding.note.empty() != out.note.empty() && finding.verdict == Verdict::pass && out.verdict == Verdict::pass)
            return invalid(with_seed("with this seed the cell has another status than with the one before", pair.seed));
        first = false;
    }
    if (samples.pairs.empty()) return invalid("no run was made");
    return out;
}

}  // namespace diobench
