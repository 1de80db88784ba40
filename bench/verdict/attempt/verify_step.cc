// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/verify_step.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/console/console.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/verify/verify_kernels.h"
#include "bench/results/export/conformance_text.h"
#include "bench/verdict/bisect/bisect_text.h"
#include "bench/verdict/bisect/walk.h"

namespace diobench {

namespace {

constexpr size_t kShownGroups = 5;
constexpr size_t kOopsLines = 10;
constexpr size_t kColumns = 110;
/// Asked of a kernel that did not boot: any case is heard of once it does.
constexpr const char* kAnyCase = "mode/direct-support";

VerifyOptions verify_options(const AttemptOptions& options, const SourceOfBuilds& source, const std::string& series, const fs::path& directory) {
    VerifyOptions out;
    out.kernels = {series};
    out.cases = options.cases;
    out.seed = options.seed;
    out.output = directory;
    out.tree = source.tree;
    out.revision = source.revision;
    out.jobs = options.jobs;
    out.history = options.keep.empty() ? History::leave : History::record;
    out.argv = options.argv;
    return out;
}

size_t count(const KernelResult& kernel, ConformanceStatus status, bool known) {
    return static_cast<size_t>(std::count_if(kernel.conformance.begin(), kernel.conformance.end(), [&](const ConformanceEntry& one) { return one.status == status && one.known == known; }));
}

/// What the console of the boot says that went wrong first.
std::string oops_of(const KernelResult& kernel, const fs::path& directory) {
    for (const auto& boot : kernel.boots) {
        const auto console = read_file(directory / boot.console);
        const auto lines = console ? first_complaint(*console, kOopsLines) : std::vector<std::string>();
        if (!lines.empty()) return "  " + join(lines, "\n  ") + "\n";
    }
    return {};
}

StepOutcome did_not_boot(const KernelResult& kernel, ExitCode code, const fs::path& directory) {
    return {code, "does not boot", fmt::format("{} does not boot, which is its own fault: {}", kernel.name, kernel.reason), oops_of(kernel, directory), ""};
}

std::string counts_text(const KernelResult& kernel) {
    const size_t known = count(kernel, ConformanceStatus::fail, true);
    std::string out = fmt::format("{} of {} cases pass", count(kernel, ConformanceStatus::pass, false), kernel.conformance.size());
    if (known > 0) out += fmt::format(", {} fail as known", known);
    if (const size_t skipped = count(kernel, ConformanceStatus::skip, false); skipped > 0) out += fmt::format(", {} not asked of it", skipped);
    if (const size_t noted = count(kernel, ConformanceStatus::note, false); noted > 0) out += fmt::format(", {} noted", noted);
    return out;
}

}  // namespace

StepOutcome verify_outcome(const KernelResult& kernel, ExitCode code, const fs::path& directory, std::string& first_failed) {
    if (kernel.status == KernelStatus::build_failed) return {code, "does not build", kernel.reason, "", ""};
    if (kernel.status != KernelStatus::ok && kernel.conformance.empty()) return did_not_boot(kernel, code, directory);
    if (code == ExitCode::ok) return {code, "pass", counts_text(kernel), "", ""};
    std::string first;
    for (const auto& one : kernel.conformance)
        if (first.empty() && one.status == ConformanceStatus::fail && !one.known) first = one.case_name;
    const size_t failed = count(kernel, ConformanceStatus::fail, false);
    first_failed = first;
    return {code, "wrong", fmt::format("{} fails {} of {} cases, the first is {}", kernel.name, failed, kernel.conformance.size(), first),
            new_failures_text(kernel, kShownGroups, kColumns, Ink::plain), ""};
}

Result<StepOutcome> verify_candidate(const AttemptOptions& options, const SourceOfBuilds& source, const Candidate& candidate, const fs::path& directory, std::string& first_failed) {
    auto outcome = verify_kernels(verify_options(options, source, candidate.series, directory));
    if (!outcome) return forward(outcome);
    StepOutcome out = verify_outcome(outcome->results.kernels.front(), outcome->exit_code, directory, first_failed);
    if (!first_failed.empty()) out.next = "diobench verify " + shell_text({candidate.series, "--case", first_failed});
    return out;
}

Result<size_t> first_bad_state(size_t last, const std::function<Result<bool>(size_t)>& is_bad) {
    size_t good = 0;
    size_t bad = last;
    while (bad - good > 1) {
        const size_t middle = good + (bad - good) / 2;
        auto answer = is_bad(middle);
        if (!answer) return forward(answer);
        (*answer ? bad : good) = middle;
    }
    return bad;
}

Result<StepOutcome> bisect_wrong(const AttemptOptions& options, const SourceOfBuilds& source, const std::string& baseline, const Candidate& candidate, const fs::path& directory,
                                 const std::string& failed) {
    auto walk = walk_series(baseline, candidate.series, source.tree, source.revision, directory / "states");
    if (!walk) return forward(walk);
    auto first = first_bad_state(walk->length(), [&](size_t state) -> Result<bool> {
        auto kernel = walk->kernel(state);
        if (!kernel) return forward(kernel);
        VerifyOptions verify = verify_options(options, source, kernel->series, directory / walk->name_of(state));
        verify.cases = {failed.empty() ? kAnyCase : failed};
        verify.history = History::leave;
        auto outcome = verify_kernels(verify);
        if (!outcome) return forward(outcome);
        if (outcome->exit_code == ExitCode::usage)
            return fail("bisect", patch_text(walk->patches[state - 1]), "the series does not build with this patch as its last: " + outcome->results.kernels.front().reason);
        return outcome->exit_code != ExitCode::ok;
    });
    if (!first) return forward(first);
    return StepOutcome{ExitCode::ok, "found", fmt::format("patch {} of {}: {}", *first, walk->length(), patch_text(walk->patches[*first - 1])), "", ""};
}

}  // namespace diobench
