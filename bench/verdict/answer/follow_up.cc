// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/answer/follow_up.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/series.h"

namespace diobench {

namespace {

constexpr auto kNotifyLimit = std::chrono::minutes(5);

class FollowUpRun {
public:
    FollowUpRun(const std::vector<MailArchive>& archives, FollowState& state, const FollowUpOptions& options) : archives_(archives), state_(state), options_(options) {}

    Status begin() {
        auto known = state_.judged();
        if (!known) return forward(known);
        for (auto& series : *known) {
            names_.insert(series.name);
            known_.emplace(series.key, std::move(series));
        }
        return {};
    }

    Status take(const ListedSeries& listed) {
        if (!listed.refusal.empty()) return {};
        JudgedSeries series = row_of(listed);
        if (series.stage == FollowStage::told || series.stage == FollowStage::passed_over) return {};
        if (options_.only_pass_over) {
            if (series.stage == FollowStage::answered) return {};
            series.stage = FollowStage::passed_over;
            ++out.passed_over;
            return keep(series);
        }
        if (series.stage == FollowStage::begun) {
            if (auto s = judge(listed, series); !s) return s;
            if (series.stage != FollowStage::answered) return {};
        }
        if (auto s = tell(series); !s) return s;
        if (options_.on_end) options_.on_end(series);
        out.answered.push_back(std::move(series));
        return {};
    }

    FollowUp out;

private:
    /// What is known of it, or a new row with a name that nothing else has.
    JudgedSeries row_of(const ListedSeries& listed) {
        if (const auto found = known_.find(listed.key); found != known_.end()) return found->second;
        JudgedSeries out_row;
        out_row.key = listed.key;
        out_row.title = listed.title;
        out_row.message_id = listed.message_id;
        if (const auto before = known_.find(listed.revises_key); before != known_.end() && before->second.stage != FollowStage::passed_over) out_row.revises = before->second.name;
        out_row.name = free_name(listed.name, listed.key);
        return out_row;
    }

    /// Without a state that remembers, the folder does.
    std::string free_name(const std::string& wanted, const std::string& key) const {
        std::error_code ec;
        for (int number = 1;; ++number) {
            std::string name = number == 1 ? wanted : fmt::format("{}-{}", wanted, number);
            if (!names_.contains(name) && is_answer_of(options_.answer.output / name, key)) return name;
            const bool a_series = std::ranges::any_of(series_folders(), [&](const fs::path& folder) { return fs::exists(folder / name, ec); });
            if (!names_.contains(name) && !a_series && !fs::exists(options_.answer.output / name, ec)) return name;
        }
    }

    Status keep(const JudgedSeries& series) {
        names_.insert(series.name);
        known_[series.key] = series;
        return state_.note(series);
    }

    Status judge(const ListedSeries& listed, JudgedSeries& series) {
        if (series.attempts >= kMostAttempts) {
            out.problems.push_back(fmt::format("{}: given up, {} attempts ended without an answer; {} has what there is of the last", series.name, series.attempts, series.directory));
            return {};
        }
        ++series.attempts;
        if (auto s = keep(series); !s) return s;
        if (options_.on_begin) options_.on_begin(series);
        auto mails = fetch_mails(listed.thread, archives_);
        const auto before = known_.find(listed.revises_key);
        const bool has_before = before != known_.end() && !series.revises.empty() && before->second.stage != FollowStage::begun;
        Status judged = mails ? answer_series(listed, *mails, has_before ? &before->second : nullptr, options_.answer, options_.on_step, series) : Status(forward(mails));
        if (interrupted()) {
            --series.attempts;  // somebody's wish
            if (auto s = keep(series); !s) return s;
            return interrupted_error("follow");
        }
        if (!judged) out.problems.push_back(fmt::format("{}: {}", series.name, judged.error().message()));
        return keep(series);
    }

    Status tell(JudgedSeries& series) {
        if (!options_.notify.empty()) {
            const fs::path file = fs::path(series.directory) / kReplyFileName;
            auto reply = read_file(file);
            if (!reply) return forward(reply);
            std::vector<std::string> argv = options_.notify;
            for (auto& word : argv) word = replace_all(replace_all(word, "{file}", file.string()), "{subject}", "Re: " + series.title);
            CommandOptions how;
            how.time_limit = kNotifyLimit;
            how.input = *reply;
            auto done = run_checked(argv, how);
            if (interrupted()) return interrupted_error("follow");
            if (!done) {
                // It is asked again the next time.
                out.problems.push_back(fmt::format("{}: notify: {}", series.name, done.error().message()));
                return {};
            }
        }
        series.stage = FollowStage::told;
        return keep(series);
    }

    const std::vector<MailArchive>& archives_;
    FollowState& state_;
    const FollowUpOptions& options_;
    std::map<std::string, JudgedSeries> known_;
    std::set<std::string> names_;
};

}  // namespace

Result<FollowUp> follow_up(const ListRead& read, const std::vector<MailArchive>& archives, FollowState& state, const FollowUpOptions& options) {
    FollowUpRun run(archives, state, options);
    if (auto s = run.begin(); !s) return forward(s);
    for (const auto& listed : read.series)
        if (auto s = run.take(listed); !s) return forward(s);
    return std::move(run.out);
}

}  // namespace diobench
