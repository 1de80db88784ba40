// SPDX-License-Identifier: GPL-2.0-only
// What a gate answers on the first screen of a terminal, page or mail: sentences, each made in one place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/verdict/judge/causes.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

struct GateAnswer {
    std::string headline;             ///< "my-series is worse than dio in every remote read: 32 of 32; nothing else: 0 of 148"
    std::vector<Cause> causes;        ///< what decides, a row each
    std::vector<std::string> where;   ///< one for each cause, or one for all where it is the same
    std::vector<std::string> undecided;  ///< causes of a verdict that something graver outweighs
    std::string better;               ///< empty: nothing is
    std::string accepted;             ///< by policy; empty: nothing
    std::vector<std::string> not_checked;
    std::string next;                 ///< the exact command; empty: none is known
    std::string evidence;             ///< "22 metrics of 1 test, 2 seeds on exact"
};
[[nodiscard]] GateAnswer gate_answer(const GateReport& report);

/// "REGRESSION: my-series is worse than dio in every remote read: 32 of 32; nothing else: 0 of 148".
[[nodiscard]] std::string gate_headline(const GateReport& report);
/// A cause in one line, for mails and the like: what, by how much, and the function that most of it is in.
[[nodiscard]] std::string cause_line(const GateReport& report, const Cause& cause);
/// Each sentence of the policy that makes a pass, with how many metrics and tests it does.
[[nodiscard]] std::map<std::string, size_t> accepted_reasons(const GateReport& report);
[[nodiscard]] std::string upper_case(std::string_view text);

}  // namespace diobench
