// SPDX-License-Identifier: GPL-2.0-only
// A conformance case: one statement about reading EROFS files over fscache
// that a kernel keeps or breaks, with the code that finds out.
//
// Cases register themselves (one topic a file in cases/): adding one edits
// nothing else.  The host links the same table to list, select and order them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

class World;

enum class Outcome {
    pass,
    fail,  ///< the kernel breaks the statement
    skip,  ///< the statement says nothing about this kernel; the text says why
    note,  ///< Linux leaves room: the text says what this kernel does
};
/// "pass", "fail", "skip", "note".
[[nodiscard]] std::string_view outcome_name(Outcome outcome);

struct Finding {
    Outcome outcome = Outcome::pass;
    std::string text;  ///< what was done, what came, what is right; empty only for pass
};
[[nodiscard]] inline Finding passed() { return {}; }
[[nodiscard]] inline Finding failed(std::string text) { return {Outcome::fail, std::move(text)}; }
[[nodiscard]] inline Finding skipped(std::string reason) { return {Outcome::skip, std::move(reason)}; }
[[nodiscard]] inline Finding noted(std::string text) { return {Outcome::note, std::move(text)}; }

struct Case {
    std::string name;    ///< "topic/what" or "topic/image/how": letters, digits, '-', '.', '/'
    std::string right;   ///< one sentence: what a correct kernel does
    std::string source;  ///< why that is right: man page, kernel documentation, file and function
    /// Runs in a process of its own on a fresh cache; an error is one of the
    /// harness's own steps that failed, which is never a pass.
    std::function<Result<Finding>(World&)> run;
    unsigned limit_s = 20;  ///< seconds the machine is idle (15 times as many if it is not) after which the case counts as hung
    /// Page faults of mappings of a mount's files: after the first such case lockdep
    /// is off (KernelComplaint::inherent), so they run behind all that it watches (in_run_order()).
    bool maps_files = false;
    /// Asks kmemleak, which took a third of the time: off in boots of other cases.
    bool wants_kmemleak = false;
    std::string feature = {};  ///< that it is about, beside that of its back end (kernel-patches/features.toml); empty: none
    size_t flood_lines = 200;  ///< more lines of the kernel from one case are a complaint: whoever can make it print without bound can fill a log
};
/// The same case, with maps_files.
[[nodiscard]] inline Case mapping(Case one) {
    one.maps_files = true;
    return one;
}

/// The same case, about a feature.
[[nodiscard]] inline Case about(std::string_view feature, Case one) {
    one.feature = feature;
    return one;
}

/// The same case, with wants_kmemleak.
[[nodiscard]] inline Case asking_kmemleak(Case one) {
    one.wants_kmemleak = true;
    return one;
}

/// Adds `more` behind `cases`.
void append(std::vector<Case>& cases, std::vector<Case> more);

/// Every registered case, by name.
[[nodiscard]] const std::vector<Case>& all_cases();
/// The one of that name; null if there is none.
[[nodiscard]] const Case* find_case(std::string_view name);

/// `const CaseRegistrar registrar{all};` at the end of a file of cases/.  Called when somebody asks for cases: most
/// processes of a guest never do, and start for each cell.
struct CaseRegistrar {
    explicit CaseRegistrar(std::vector<Case> (*all)());
};

}  // namespace diobench
