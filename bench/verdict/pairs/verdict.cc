// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pairs/verdict.h"

namespace diobench {

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::inconclusive: return "inconclusive";
    case Verdict::regression: return "regression";
    case Verdict::invalid: break;
    }
    return "invalid";
}

ExitCode exit_code_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass: return ExitCode::ok;
    case Verdict::inconclusive: return ExitCode::inconclusive;
    case Verdict::regression: return ExitCode::failed_check;
    case Verdict::invalid: break;
    }
    return ExitCode::invalid;
}

}  // namespace diobench
