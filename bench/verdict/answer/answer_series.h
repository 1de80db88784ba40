// SPDX-License-Identifier: GPL-2.0-only
// From a series on a list to the reply to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/host/follow/follow_list.h"
#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/attempt/attempt_options.h"

namespace diobench {

inline constexpr std::string_view kReplyFileName = "reply.txt";
/// Written last: what an answer came to, as JSON.
inline constexpr std::string_view kJudgedFileName = "answer.json";

struct AnswerOptions {
    fs::path output;              ///< gets a folder a series
    std::vector<std::string> on;  ///< what patches may stand on: the first to which they apply
    std::string from;             ///< as FollowSettings::from
    AttemptOptions attempt;       ///< how thoroughly: cases, suite, filter, seeds, policy, source, jobs, report, argv
};

/// Whether a folder is that of the series with this key, ended or begun.
[[nodiscard]] bool is_answer_of(const fs::path& folder, const std::string& key);
/// Judges one version in OUTPUT/NAME: thread.mbox, the trial (`try/`), the gate against the version before (`gate-before/`), reply.txt.
/// Its series becomes one of the user's own.  What is there of an attempt that did not end goes first; of one that did, its end is
/// read.  `series` has its name; what it came to is put into it.  `before`: nullptr if there is none.  Errors: an interrupt,
/// and what is no fault of the series.
[[nodiscard]] Status answer_series(const ListedSeries& listed, const std::vector<RawMail>& thread, const JudgedSeries* before, const AnswerOptions& options,
                                   const std::function<void(const AttemptStep&)>& on_step, JudgedSeries& series);

}  // namespace diobench
