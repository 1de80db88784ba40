// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/attempt.h"

#include <chrono>

#include "bench/common/base/process.h"

namespace diobench {

namespace {

constexpr std::string_view kBisect = "bisect";

using StepFunction = std::function<Result<StepOutcome>(const Candidate&)>;

/// The patches on trial, and the clock that each step is timed by.
class Trial {
public:
    Trial(const AttemptSteps& steps, AttemptReport& report) : steps_(steps), report_(report) {}

    Status run() {
        auto applied = make("apply", [this](const Candidate&) { return steps_.apply(report_.candidate); });
        if (!applied || !*applied) return status_of(applied);
        auto built = make("build", steps_.build);
        if (!built || !*built) return status_of(built);
        auto right = make("verify", steps_.verify);
        if (!right) return forward(right);
        if (!*right) return bisect(steps_.bisect_verify);
        auto fast = make("gate", steps_.gate);
        if (!fast) return forward(fast);
        return *fast ? Status{} : bisect(steps_.bisect_gate);
    }

private:
    static Status status_of(Result<bool>& made) { return made ? Status{} : Status(forward(made)); }

    /// Whether it is ok.
    Result<bool> make(std::string_view name, const StepFunction& step) {
        const auto started = std::chrono::steady_clock::now();
        auto outcome = step(report_.candidate);
        if (interrupted()) return interrupted_error("try");
        if (!outcome) outcome = StepOutcome{outcome.error().code, "failed", outcome.error().message(), "", ""};
        const double elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        report_.steps.push_back({std::string(name), std::move(*outcome), elapsed_s});
        if (steps_.on_step) steps_.on_step(report_.steps.back());
        return report_.steps.back().outcome.code == ExitCode::ok;
    }

    /// Only what is red has a patch to blame.
    Status bisect(const StepFunction& step) {
        const ExitCode code = report_.steps.back().outcome.code;
        const bool red = code == ExitCode::failed_check || (code == ExitCode::invalid && report_.steps.back().name == "verify");
        if (!red || report_.candidate.patches < 2) return {};
        auto made = make(kBisect, step);
        return status_of(made);
    }

    const AttemptSteps& steps_;
    AttemptReport& report_;
};

}  // namespace

int badness(ExitCode code) {
    switch (code) {
    case ExitCode::ok: return 0;
    case ExitCode::inconclusive: return 1;
    case ExitCode::failed_check: return 2;
    case ExitCode::usage: return 3;
    case ExitCode::invalid: break;
    }
    return 4;
}

const AttemptStep* AttemptReport::deciding() const {
    const AttemptStep* worst = nullptr;
    for (const auto& step : steps)
        if (step.name != kBisect && (worst == nullptr || badness(step.outcome.code) > badness(worst->outcome.code))) worst = &step;
    if (worst != nullptr && worst->outcome.code == ExitCode::ok) worst = &steps.back();
    return worst;
}

ExitCode AttemptReport::exit_code() const {
    const AttemptStep* step = deciding();
    return step == nullptr ? ExitCode::invalid : step->outcome.code;
}

std::string AttemptReport::next() const {
    for (size_t i = steps.size(); i-- > 0;) {
        if (!steps[i].outcome.next.empty()) return steps[i].outcome.next;
        if (&steps[i] == deciding()) break;
    }
    return {};
}

Status make_attempt(const AttemptSteps& steps, AttemptReport& report) { return Trial(steps, report).run(); }

}  // namespace diobench
