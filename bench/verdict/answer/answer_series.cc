// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/answer/answer_series.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/common/base/json_text.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/host/follow/reply_mail.h"
#include "bench/host/kernel/mail_headers.h"
#include "bench/host/run/environment.h"
#include "bench/verdict/answer/answer_text.h"
#include "bench/verdict/attempt/gate_step.h"
#include "bench/verdict/attempt/try_patches.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/read_gate.h"

namespace diobench {

namespace {

constexpr const char* kAnswer = "answer";
/// With the key of the series, for as long as its folder is not whole.
constexpr const char* kBegunFileName = ".begun";
constexpr const char* kMboxFrom = "From mboxrd@z Thu Jan  1 00:00:00 1970\n";

/// As an mboxrd, which read_mails() reads back as it was.
std::string mbox_of(const std::vector<RawMail>& mails) {
    std::string out;
    for (const auto& mail : mails) {
        out += kMboxFrom;
        for (const auto& line : split(mail.text, '\n')) {
            const size_t quotes = std::min(line.find_first_not_of('>'), line.size());
            out += std::string_view(line).substr(quotes).starts_with("From ") ? ">" + line + "\n" : line + "\n";
        }
        out += "\n";
    }
    return out;
}

/// What is there and ended; of another's, and of what did not end, nothing.
std::optional<nlohmann::json> ended_answer(const fs::path& folder, const std::string& key) {
    auto text = read_file(folder / kJudgedFileName);
    if (!text) return std::nullopt;
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object() || json.value("key", "") != key) return std::nullopt;
    return json;
}

/// An empty folder that says whose it is.
Status begin_folder(const fs::path& folder, const std::string& key) {
    std::error_code ec;
    if (fs::exists(folder, ec)) {
        if (read_file(folder / kBegunFileName).value_or("") != key) return fail(kAnswer, folder.string(), "it is there and is none of follow's: name another folder with --out");
        fs::remove_all(folder, ec);
        if (ec) return fail_errno("remove", folder.string(), ec.value());
    }
    if (auto s = make_directories(folder); !s) return s;
    return write_file_atomic(folder / kBegunFileName, key);
}

bool does_not_apply(const AttemptReport& report) { return report.steps.size() == 1 && report.steps.front().outcome.result == "does not apply"; }

/// A step that could not be made says nothing of the patches.
const AttemptStep* failed_step(const AttemptReport& report) {
    for (const auto& step : report.steps)
        if (step.outcome.result == "failed" && step.name != "bisect") return &step;
    return nullptr;
}

Result<AttemptReport> try_on_each(const ListedSeries& listed, const JudgedSeries& series, const fs::path& folder, const AnswerOptions& options,
                                  const std::function<void(const AttemptStep&)>& on_step) {
    AttemptOptions attempt = options.attempt;
    attempt.what = {(folder / "thread.mbox").string()};
    attempt.keep = series.name;
    // Of a version that did not apply there is no series.
    if (!series.revises.empty() && load_series(series.revises)) attempt.revises = series.revises;
    attempt.version = listed.version;
    attempt.existing = Existing::replace;
    attempt.output = folder / "try";
    for (size_t i = 0;; ++i) {
        attempt.on = options.on[i];
        auto report = try_patches(attempt, on_step);
        if (!report || !does_not_apply(*report) || i + 1 == options.on.size()) return report;
        std::error_code ec;
        fs::remove_all(attempt.output, ec);
        if (ec) return fail_errno("remove", attempt.output.string(), ec.value());
    }
}

/// Why a version that read wrong, did not build or did not boot is no measure.
std::string no_measure(const JudgedSeries& before) {
    const bool gated = before.verdict == "pass" || before.verdict == "regression" || before.verdict == "inconclusive";
    return gated ? std::string() : fmt::format("its own verdict was: {}", before.verdict);
}

Status hold_against_before(const JudgedSeries& before, const JudgedSeries& series, const fs::path& folder, const AnswerOptions& options, SeriesAnswer& answer) {
    answer.before = before.name;
    const bool gated = !answer.attempt.steps.empty() && std::any_of(answer.attempt.steps.begin(), answer.attempt.steps.end(), [](const AttemptStep& step) { return step.name == "gate"; });
    if (!gated) answer.not_against_before = "it did not come to a gate";
    else answer.not_against_before = no_measure(before);
    if (!answer.not_against_before.empty()) return {};
    const GateOptions gate = gate_of_attempt(options.attempt, {options.attempt.tree, options.attempt.revision}, before.name, series.name, folder / "gate-before");
    auto report = run_gate(gate);
    if (!report) return forward(report);
    answer.against_before = std::move(*report);
    return {};
}

/// The mail that is answered; of a series without a Message-ID the first of its thread.
const RawMail& answered_mail(const ListedSeries& listed, const std::vector<RawMail>& thread) {
    const auto found = std::find_if(thread.begin(), thread.end(), [&](const RawMail& mail) { return MailHeaders(mail.text).message_id() == listed.message_id; });
    return found == thread.end() ? thread.front() : *found;
}

/// The case that a reproducer is made of: the first that verify's sentence names.
std::string first_failed(const AttemptReport& report) {
    constexpr std::string_view kBefore = "the first is ";
    for (const auto& step : report.steps)
        if (step.name == "verify" && step.outcome.result == "wrong")
            if (const size_t at = step.outcome.sentence.rfind(kBefore); at != std::string::npos) return step.outcome.sentence.substr(at + kBefore.size());
    return {};
}

void take_end(const nlohmann::json& ended, JudgedSeries& series) {
    series.stage = FollowStage::answered;
    series.verdict = ended.value("verdict", "");
    series.exit_code = ended.value("exit_code", 0);
    series.at = ended.value("at", "");
}

}  // namespace

bool is_answer_of(const fs::path& folder, const std::string& key) { return read_file(folder / kBegunFileName).value_or("") == key || ended_answer(folder, key).has_value(); }

Status answer_series(const ListedSeries& listed, const std::vector<RawMail>& thread, const JudgedSeries* before, const AnswerOptions& options,
                     const std::function<void(const AttemptStep&)>& on_step, JudgedSeries& series) {
    const fs::path folder = options.output / series.name;
    series.directory = folder.string();
    if (auto ended = ended_answer(folder, listed.key)) {
        take_end(*ended, series);
        return {};
    }
    if (auto s = begin_folder(folder, listed.key); !s) return s;
    if (auto s = write_file_atomic(folder / "thread.mbox", mbox_of(thread)); !s) return s;
    auto report = try_on_each(listed, series, folder, options, on_step);
    if (!report) return forward(report);
    if (const AttemptStep* failed = failed_step(*report); failed != nullptr) return fail(kAnswer, series.name, fmt::format("{}: {}", failed->name, failed->outcome.sentence));
    SeriesAnswer answer;
    answer.title = listed.title;
    answer.attempt = std::move(*report);
    answer.notes = listed.notes;
    answer.tools = tool_versions();
    answer.first_failed = first_failed(answer.attempt);
    for (const auto& patch : listed.patches) answer.patches.push_back(patch.title);
    if (auto gate = read_gate(folder / "try" / "gate")) answer.against_base = std::move(*gate);
    if (before != nullptr)
        if (auto s = hold_against_before(*before, series, folder, options, answer); !s) return s;
    if (auto s = write_file_atomic(folder / kReplyFileName, reply_mail(answered_mail(listed, thread).text, options.from, answer_text(answer))); !s) return s;
    const nlohmann::json ended = {{"schema_version", 1}, {"key", listed.key}, {"name", series.name}, {"title", listed.title}, {"message_id", listed.message_id},
                                  {"revises", series.revises}, {"baseline", answer.attempt.baseline}, {"verdict", answer.verdict()}, {"exit_code", static_cast<int>(answer.exit_code())},
                                  {"at", utc_text()}};
    if (auto s = write_file_atomic(folder / kJudgedFileName, json_text(ended) + "\n"); !s) return s;
    take_end(ended, series);
    return {};
}

}  // namespace diobench
