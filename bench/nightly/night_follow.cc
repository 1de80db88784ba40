// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/follow/opened_list.h"
#include "bench/nightly/night_stages.h"
#include "bench/verdict/answer/follow_up.h"

namespace diobench {

namespace {

constexpr std::string_view kFollowFolder = "follow";

FollowUpOptions options_of(const NightWork& night, const FollowSettings& settings) {
    FollowUpOptions out;
    out.answer = {fs::absolute(night.config.output) / kFollowFolder, settings.on, settings.from, {}};
    out.answer.attempt.tree = night.config.tree;
    out.answer.attempt.revision = night.config.revision;
    out.answer.attempt.policy = night.config.policy;
    out.answer.attempt.argv = night.options.argv;
    out.notify = settings.notify;
    out.on_begin = [&night](const JudgedSeries& series) { night.progress->stage("follow", series.name); };
    return out;
}

}  // namespace

Status follow_lists(NightWork& night) {
    if (night.config.lists.empty()) return {};
    auto list = open_list(night.config.lists, night.config.interest.empty() ? default_follow_settings() : night.config.interest, {});
    if (!list) return forward(list);
    auto done = follow_up(list->read, list->archives, list->state, options_of(night, list->settings));
    if (!done) return forward(done);
    for (const auto& series : done->answered) night.record.notes.push_back(fmt::format("list: {} ({}): {}", series.name, series.title, series.verdict));
    for (const auto& problem : done->problems) night.record.notes.push_back("list, not answered: " + problem);
    return {};
}

}  // namespace diobench
