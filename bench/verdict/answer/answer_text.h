// SPDX-License-Identifier: GPL-2.0-only
// What is written to the author of a series that was found on a list.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// All that is known of a series that was judged.
struct SeriesAnswer {
    std::string title;                  ///< of the series
    AttemptReport attempt;
    std::optional<GateReport> against_base;    ///< none: it did not come to it
    std::optional<GateReport> against_before;  ///< against the version before
    std::string before;                 ///< name of that; empty: there is none
    std::string not_against_before;     ///< why there is no gate against it
    std::string first_failed;           ///< case of verify; empty: none failed
    std::vector<std::string> patches;   ///< their titles
    std::vector<std::string> notes;     ///< what was passed over or assumed when the thread was read
    std::map<std::string, std::string> tools;  ///< tool_versions()

    /// The worse of what it came to alone and against the version before.
    [[nodiscard]] ExitCode exit_code() const;
    /// "pass", "wrong", "regression", "does not apply"...
    [[nodiscard]] std::string verdict() const;
};

/// The text of the reply: verdict, what is wrong and how to see it, numbers with their conditions, how to repeat it.
[[nodiscard]] std::string answer_text(const SeriesAnswer& answer);

}  // namespace diobench
