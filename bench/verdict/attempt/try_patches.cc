// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/try_patches.h"

#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/json_text.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/build.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/run/environment.h"
#include "bench/host/verify/case_selection.h"
#include "bench/results/export/summary.h"
#include "bench/verdict/attempt/attempt_text.h"
#include "bench/verdict/attempt/candidate.h"
#include "bench/verdict/attempt/gate_step.h"
#include "bench/verdict/attempt/verify_step.h"
#include "bench/verdict/gate/gate_plan.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

/// An output directory that goes with what is in it, unless it was there before or is kept.
class OutputDirectory {
public:
    static Result<OutputDirectory> create(const fs::path& path) {
        std::error_code ec;
        const bool there = fs::exists(path, ec);
        if (there && !fs::is_empty(path, ec)) return fail("try", "--out " + path.string(), "there is something in it: choose a new folder, or an empty one");
        if (auto s = make_directories(path); !s) return forward(s);
        return OutputDirectory(path, there);
    }
    OutputDirectory(OutputDirectory&& other) noexcept : path_(std::move(other.path_)), keep_(other.keep_) { other.keep_ = true; }
    OutputDirectory& operator=(OutputDirectory&&) = delete;
    ~OutputDirectory() {
        std::error_code ec;
        if (!keep_) fs::remove_all(path_, ec);
    }
    void keep() { keep_ = true; }

private:
    OutputDirectory(fs::path path, bool keep) : path_(std::move(path)), keep_(keep) {}
    fs::path path_;
    bool keep_;
};

/// The kernels of both machines; their build logs are named by errors.
Result<StepOutcome> build_candidate(const SourceOfBuilds& from, const Candidate& candidate) {
    Progress progress("build");
    auto kernel = resolve_kernel(candidate.series);
    if (!kernel) return forward(kernel);
    Bases bases(from.tree, from.revision);
    auto source = bases.source(kernel->base, progress);
    if (!source) return forward(source);
    std::vector<std::string> sentences;
    for (const Target target : {Target::uml_checked, Target::bzimage}) {
        BuildOptions options;
        options.target = target;
        auto built = build_kernel(**source, kernel->chain.back().folder.string(), progress, options);
        if (!built) return StepOutcome{built.error().code, "does not build", fmt::format("{} does not build", candidate.name), built.error().message(), ""};
        sentences.push_back(fmt::format("for {} {}", target == Target::bzimage ? "the gate" : "verify", built->cached ? "from the cache" : fmt::format("in {:.0f} s", built->build_seconds)));
    }
    return StepOutcome{ExitCode::ok, "ok", fmt::format("{}, {}", sentences[0], sentences[1]), "", ""};
}

/// Everything that steps leave for later ones.
struct Workshop {
    AttemptOptions options;
    CandidateSource from;
    fs::path directory;
    SourceOfBuilds source;
    std::string first_failed;
    GateReport gate;

    [[nodiscard]] GateOptions gate_options(const Candidate& candidate) const { return gate_of_attempt(options, source, from.baseline, candidate.series, directory / "gate"); }
};

AttemptSteps real_steps(Workshop& shop) {
    AttemptSteps out;
    out.apply = [&shop](Candidate& candidate) { return apply_candidate(shop.options, shop.from, shop.directory / "series", candidate, shop.source); };
    out.build = [&shop](const Candidate& candidate) { return build_candidate(shop.source, candidate); };
    out.verify = [&shop](const Candidate& candidate) { return verify_candidate(shop.options, shop.source, candidate, shop.directory / "verify", shop.first_failed); };
    out.gate = [&shop](const Candidate& candidate) { return gate_candidate(shop.gate_options(candidate), shop.options, shop.gate); };
    out.bisect_verify = [&shop](const Candidate& candidate) {
        return bisect_wrong(shop.options, shop.source, shop.from.baseline, candidate, shop.directory / "bisect", shop.first_failed);
    };
    out.bisect_gate = [&shop](const Candidate& candidate) { return bisect_slow(shop.gate_options(candidate), shop.gate, shop.directory / "bisect"); };
    return out;
}

Status write_files(const AttemptReport& report) {
    const fs::path directory = report.directory;
    if (auto s = write_file_atomic(directory / kSummaryFileName, attempt_text(report)); !s) return s;
    return write_file_atomic(directory / kAttemptFileName, json_text(attempt_json(report)) + "\n");
}

}  // namespace

Status check_attempt(const AttemptOptions& options) {
    if (options.keep.empty() && options.existing == Existing::replace) return fail("try", "--force", "it replaces the series that --keep NAME names: add --keep, or leave it out");
    if (auto cases = select_cases(options.cases); !cases) return forward(cases);
    GateOptions gate = gate_of_attempt(options, {}, "", "", "");
    if (auto plan = make_plan(gate); !plan) return forward(plan);
    if (auto s = require_machine({MachineKind::uml}); !s) return s;
    return require_machine({MachineKind::exact, Accelerator::tcg});
}

Result<AttemptReport> try_patches(const AttemptOptions& options, const std::function<void(const AttemptStep&)>& on_step) {
    const auto started = Clock::now();
    auto from = find_candidate(options);
    if (!from) return forward(from);
    if (auto s = check_attempt(options); !s) return forward(s);
    const Run run = begin_run("try", machine_name(MachineKind::exact), options.seed, options.argv);
    Workshop shop{options, std::move(*from), options.output.empty() ? fs::path("out") / run.id : options.output, {}, "", {}};
    auto directory = OutputDirectory::create(shop.directory);
    if (!directory) return forward(directory);
    AttemptReport report;
    report.baseline = shop.from.baseline;
    report.candidate.name = options.keep.empty() ? shop.from.name : options.keep;
    report.directory = shop.directory.string();
    report.started_at = run.started_at;
    AttemptSteps steps = real_steps(shop);
    steps.on_step = on_step;
    if (auto s = make_attempt(steps, report); !s) return forward(s);
    directory->keep();
    report.elapsed_s = std::chrono::duration<double>(Clock::now() - started).count();
    if (auto s = write_files(report); !s) return forward(s);
    return report;
}

}  // namespace diobench
