// SPDX-License-Identifier: GPL-2.0-only
// All that a list has and nobody has answered yet, one after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/verdict/answer/answer_series.h"

namespace diobench {

/// Times that a series is begun whose judging ends without an answer, such as by a kill.
inline constexpr int kMostAttempts = 3;

struct FollowUpOptions {
    AnswerOptions answer;
    std::vector<std::string> notify;  ///< as FollowSettings::notify
    bool only_pass_over = false;      ///< judge nothing: what is there counts as seen
    /// Who is told of a series that begins, of its steps, and of its end; each may be empty.
    std::function<void(const JudgedSeries&)> on_begin;
    std::function<void(const AttemptStep&)> on_step;
    std::function<void(const JudgedSeries&)> on_end;
};

struct FollowUp {
    std::vector<JudgedSeries> answered;   ///< this time
    std::vector<std::string> problems;    ///< of series without an answer, of a command that did not take it: a sentence each
    size_t passed_over = 0;
};

/// Judges what is new in `read`, in its order, and tells `notify`; the state says after each how far it is, so that a kill at any
/// point costs no answer and makes none twice (the command may get one twice).  A series that cannot be judged is a problem,
/// and the next one's turn.  Errors: an interrupt, a state that cannot be kept.
[[nodiscard]] Result<FollowUp> follow_up(const ListRead& read, const std::vector<MailArchive>& archives, FollowState& state, const FollowUpOptions& options);

}  // namespace diobench
