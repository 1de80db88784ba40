// SPDX-License-Identifier: GPL-2.0-only
// The wall-clock rule in simulated sessions: how often it is wrong, and what
// it finds.  The table of docs/calibration.md is made here and held against the page;
// with DIOBENCH_WRITE_DOCS set it is written.
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/verdict/wall/wall_rule.h"

namespace diobench {
namespace {

constexpr size_t kMetrics = 20;   // gate together
constexpr int kSessions = 200;
constexpr double kFloor = 0.05;
constexpr const char* kBegin = "<!-- made by tests/verdict/wall/power_test.cc -->\n";
constexpr const char* kEnd = "<!-- end -->\n";

/// Boots of a real clock: normal noise of the log, and one pair in twenty with five times as much.
class Noise {
public:
    Noise(double spread, uint64_t seed) : random_(seed), normal_(0, spread) {}
    double pair() {
        const double wide = uniform_(random_) < 0.05 ? 5 : 1;
        return wide * (normal_(random_) - normal_(random_));
    }

private:
    std::mt19937_64 random_;
    std::normal_distribution<double> normal_;
    std::uniform_real_distribution<double> uniform_{0, 1};
};

void add_pair(std::vector<WallSeries>& series, Noise& noise, double effect) {
    for (size_t i = 0; i < series.size(); ++i) series[i].worse_log_ratios.push_back(noise.pair() + (i == 0 ? std::log1p(effect) : 0));
}

struct Outcome {
    Verdict changed = Verdict::pass;    ///< of metric 0
    Verdict all = Verdict::pass;        ///< of the session
    bool false_alarm = false;           ///< a metric that did not change is called a regression
    size_t pairs = 0;
};

/// One session as gate_wall() makes it.
Outcome session(double effect, double spread, uint64_t seed) {
    const WallSettings settings;
    Noise noise(spread, seed);
    std::vector<WallSeries> first(kMetrics, WallSeries{{}, kFloor});
    while (first[0].worse_log_ratios.size() < first_set_pairs(kMetrics, settings)) add_pair(first, noise, effect);
    auto judged = judge_wall(first, settings, seed);
    while (wants_more_pairs(judged, first[0].worse_log_ratios.size(), settings)) {
        add_pair(first, noise, effect);
        judged = judge_wall(first, settings, seed);
    }
    Outcome out;
    out.pairs = first[0].worse_log_ratios.size();
    std::vector<size_t> suspects;
    for (size_t i = 0; i < judged.size(); ++i)
        if (judged[i].verdict == Verdict::regression) suspects.push_back(i);
    std::vector<WallSeries> second(kMetrics, WallSeries{{}, kFloor});
    if (!suspects.empty())
        for (size_t i = 0; i < first_set_pairs(suspects.size(), settings); ++i) add_pair(second, noise, effect);
    std::vector<WallSeries> asked;
    for (size_t i : suspects) asked.push_back(second[i]);
    const auto again = judge_wall(asked, settings, seed + 1);
    for (size_t i = 0; i < suspects.size(); ++i) judged[suspects[i]].verdict = confirmed(judged[suspects[i]], again[i]);
    for (size_t i = 0; i < judged.size(); ++i) {
        out.all = worse_of(out.all, judged[i].verdict);
        if (i != 0 || effect <= kFloor) out.false_alarm = out.false_alarm || judged[i].verdict == Verdict::regression;
    }
    out.changed = judged[0].verdict;
    return out;
}

struct Row {
    double spread, effect;
    int pass = 0, inconclusive = 0, regression = 0, false_alarms = 0;
    size_t pairs = 0;
};

std::vector<Row> simulate() {
    std::vector<Row> rows;
    uint64_t seed = 1;
    for (double spread : {0.005, 0.01, 0.03})
        for (double effect : {0.0, 0.02, 0.05, 0.08, 0.12}) {
            Row row{spread, effect};
            for (int i = 0; i < kSessions; ++i) {
                const Outcome outcome = session(effect, spread, ++seed);
                row.pass += outcome.changed == Verdict::pass ? 1 : 0;
                row.inconclusive += outcome.changed == Verdict::inconclusive ? 1 : 0;
                row.regression += outcome.changed == Verdict::regression ? 1 : 0;
                row.false_alarms += outcome.false_alarm ? 1 : 0;
                row.pairs += outcome.pairs;
            }
            rows.push_back(row);
        }
    return rows;
}

std::string table(const std::vector<Row>& rows) {
    std::string out = "| spread of a boot | true change | pass | inconclusive | regression | sessions with a false alarm | pairs |\n|---|---|---|---|---|---|---|\n";
    auto share = [](int count) { return fmt::format("{:.1f} %", 100.0 * count / kSessions); };
    for (const auto& row : rows)
        out += fmt::format("| {:.1f} % | {:+.0f} % | {} | {} | {} | {} | {:.1f} |\n", row.spread * 100, row.effect * 100, share(row.pass), share(row.inconclusive),
                           share(row.regression), share(row.false_alarms), static_cast<double>(row.pairs) / kSessions);
    return out;
}

TEST(Power, TheTableInTheDocumentIsTheTruth) {
    const auto rows = simulate();
    for (const auto& row : rows) {
        EXPECT_LE(row.false_alarms, kSessions / 100) << row.spread << " " << row.effect;
        if (row.effect > kFloor) {
            EXPECT_LE(row.pass, kSessions / 20) << "a change beyond the floor passed: " << row.spread << " " << row.effect;
        }
        if (row.spread > 0.01) continue;
        if (row.effect == 0) {
            EXPECT_GE(row.pass, kSessions * 0.95) << row.spread;
        }
        if (row.effect >= 0.12) {
            EXPECT_GE(row.regression, kSessions * 0.95) << row.spread;
        }
    }
    const fs::path page = project_root() / "docs/calibration.md";
    auto text = read_file(page);
    ASSERT_TRUE(text);
    const size_t begin = text->find(kBegin);
    const size_t end = text->find(kEnd, begin);  // the page has other tables
    ASSERT_TRUE(begin != std::string::npos && end != std::string::npos);
    const size_t from = begin + std::string(kBegin).size();
    if (std::getenv("DIOBENCH_WRITE_DOCS") != nullptr) {
        text->replace(from, end - from, table(rows));
        ASSERT_TRUE(write_file_atomic(page, *text));
    }
    EXPECT_EQ(text->substr(from, text->find(kEnd, from) - from), table(rows)) << "DIOBENCH_WRITE_DOCS=1 writes it";
}

}  // namespace
}  // namespace diobench
