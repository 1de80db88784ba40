// SPDX-License-Identifier: GPL-2.0-only
// The pages of `serve`: plain HTML without scripts. Pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/results/history/analysis.h"
#include "bench/results/store/progress_file.h"
#include "bench/results/store/stored_run.h"

namespace diobench {

/// What a page may hold as text: &, <, >, " and ' spelled out.
[[nodiscard]] std::string escape_html(std::string_view text);
/// "%2F" and "+" undone; what is no escape stays.
[[nodiscard]] std::string decode_url(std::string_view text);
[[nodiscard]] std::string encode_url(std::string_view text);
/// "a=1&b=x%2Fy" -> {a: "1", b: "x/y"}; of several the last counts.
[[nodiscard]] std::map<std::string, std::string> parse_query(std::string_view query);

/// A run in the list, and what of its folder is there to link to.
struct ListedRun {
    StoredRun run;
    std::string folder;  ///< "ID/", from where the pages are
    bool has_report = false;
    bool has_summary = false;
};
/// Id of a run, gate or night -> file to read, from where the pages are; those that have none are left out.
using PageAddresses = std::map<std::string, std::string>;
[[nodiscard]] std::string runs_page(const std::vector<ListedRun>& runs, const std::vector<ProgressState>& progress, const std::vector<StoredJudgement>& gates,
                                    const PageAddresses& links);

/// A series of a mailing list, as `follow` judged it: OUT/follow/NAME/answer.json.
struct AnsweredSeries {
    std::string name, title, message_id, revises, baseline, verdict, at;
    int64_t exit_code = 0;
    std::string reply;  ///< its mail, from where the pages are; empty: it is not there
    std::string gate;   ///< page of its gate; empty: it came to none
};
/// The newest first.
[[nodiscard]] std::string list_page(const std::vector<AnsweredSeries>& series);

/// One page of series, each a small figure with its verdicts and changes marked.
struct HistoryPage {
    SeriesRequest request;
    std::vector<HistorySeries> series;  ///< of this page
    std::vector<Pin> pins;
    size_t page = 0;
    size_t pages = 1;
    std::string problem;                ///< shown instead of series
    PageAddresses links;                ///< of the runs and gates of the series
};
inline constexpr size_t kCellsPerPage = 12;
[[nodiscard]] std::string history_page(const HistoryPage& page);

/// The figure: SVG of `width` by `height` pixels. A point leads to its run, a verdict to its gate.
[[nodiscard]] std::string series_svg(const HistorySeries& series, const std::vector<ChangePoint>& changes, const PageAddresses& links, int width, int height);

}  // namespace diobench
