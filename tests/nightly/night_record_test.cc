// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/nightly/disk_reserve.h"
#include "bench/nightly/night_record.h"
#include "bench/nightly/night_text.h"
#include "bench/nightly/retention.h"

namespace diobench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

NightRecord good_night(const std::string& id) {
    NightRecord night;
    night.id = id;
    night.started_at = "2026-11-23T02:00:00Z";
    night.elapsed_s = 1830;
    night.state = NightState::ended;
    night.stage = "ended";
    night.machine = "exact";
    night.suite = "nightly";
    night.seeds = 3;
    night.runs = {"r1", "r2"};
    night.kernels = {{"dio", "6.12.117", "aa", 312, 0, 1141, 28, 0, 0, "dio@last-good", "pass", "PASS", ""}};
    return night;
}

NightRecord night_with(const std::string& id, Verdict verdict, ExitCode code, const std::string& text) {
    NightRecord night = good_night(id);
    night.findings.push_back({verdict, code, text});
    return night;
}

size_t lines_of(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

TEST(NightRecord, ANightThatMeasuredNothingIsRed) {
    NightRecord night;
    EXPECT_EQ(night.verdict(), Verdict::invalid);
    EXPECT_EQ(night.exit_code(), ExitCode::invalid);
    EXPECT_TRUE(is_red(night));
    EXPECT_THAT(night_subject(night, "lab"), HasSubstr("nothing was measured"));
    EXPECT_EQ(good_night("n").exit_code(), ExitCode::ok);
}

TEST(NightRecord, TheWorstFindingDecides) {
    NightRecord night = night_with("n", Verdict::inconclusive, ExitCode::inconclusive, "a");
    EXPECT_EQ(night.exit_code(), ExitCode::inconclusive);
    night.findings.push_back({Verdict::regression, ExitCode::failed_check, "b"});
    EXPECT_EQ(night.exit_code(), ExitCode::failed_check);
    night.findings.push_back({Verdict::invalid, ExitCode::usage, "no disk space"});
    EXPECT_EQ(night.exit_code(), ExitCode::usage);
    night.findings.push_back({Verdict::invalid, ExitCode::invalid, "died"});
    EXPECT_EQ(night.exit_code(), ExitCode::invalid);
}

TEST(NightRecord, ComesBackAsItWasWritten) {
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    NightRecord night = night_with("n", Verdict::regression, ExitCode::failed_check, "text");
    night.notes = {"note"};
    ASSERT_TRUE(write_night(directory->path(), night));
    auto read = read_night(directory->path());
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, night);
    ASSERT_TRUE(write_file_atomic(directory->path() / kNightFileName, "{\"schema_version\": 1}"));
    EXPECT_FALSE(read_night(directory->path()));
}

TEST(NightRecord, OneThatCannotBeReadHidesNoOther) {
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    for (const char* id : {"20261121T020000", "20261122T020000", "20261123T020000"}) {
        ASSERT_TRUE(make_directories(directory->path() / id));
        ASSERT_TRUE(write_night(directory->path() / id, good_night(id)));
    }
    ASSERT_TRUE(write_file_atomic(directory->path() / "20261122T020000" / kNightFileName, "{\"schema_version\": 99}"));
    auto list = list_nights(directory->path());
    ASSERT_TRUE(list) << list.error().message();
    ASSERT_EQ(list->nights.size(), 2u);
    EXPECT_EQ(list->nights.front().id, "20261123T020000");
    EXPECT_THAT(list->unreadable, ElementsAre(HasSubstr("20261122T020000")));
}

TEST(NightText, FitsAMail) {
    NightRecord night = night_with("20261123T020000", Verdict::regression, ExitCode::failed_check, "dio against dio@last-good: +4.90 % latency_ns.mean of a/b");
    night.kernels.front().verdict = "regression";
    night.kernels.front().worst = "+4.90 % latency_ns.mean of a/b";
    night.notes = {"a note"};
    const std::string text = night_text(night, {good_night("20261122T020000")}, "lab-3", "/nights/20261123T020000");
    EXPECT_LE(lines_of(text), 10u) << text;
    EXPECT_THAT(text, HasSubstr("diobench night 2026-11-23 on lab-3: REGRESSION: dio against dio@last-good: +4.90 %"));
    EXPECT_THAT(text, HasSubstr("312 cases right; 1141 cells, 28 unsupported; regression against dio@last-good"));
    EXPECT_THAT(text, HasSubstr("Last good night: 20261122T020000, one night ago."));
    EXPECT_THAT(text, HasSubstr("Earlier nights: 20261122 pass."));
    for (int i = 0; i < 9; ++i) night.kernels.push_back(night.kernels.front());
    EXPECT_LE(lines_of(night_text(night, {}, "lab-3", "/n")), 10u);
}

TEST(NightText, NewsIsWhatIsRedOrChanged) {
    const auto good = good_night("2");
    const auto red = night_with("1", Verdict::regression, ExitCode::failed_check, "x");
    EXPECT_FALSE(is_news(good, {}));
    EXPECT_FALSE(is_news(good, {good_night("1")}));
    EXPECT_TRUE(is_news(good, {red}));
    EXPECT_TRUE(is_news(red, {good_night("0")}));
    NightRecord lost = good_night("1");
    lost.state = NightState::unfinished;
    EXPECT_TRUE(is_news(good, {lost}));
}

TEST(NightText, APointReleaseIsNews) {
    NightRecord night = good_night("2");
    NightRecord before = good_night("1");
    night.kernels.front().base_version = "6.12.118";
    before.kernels.front().base_version = "6.12.117";
    NightRecord failed = good_night("1");
    failed.kernels.front().base_version.clear();  // it did not build
    EXPECT_TRUE(is_news(night, {before}));
    EXPECT_TRUE(is_news(night, {failed, before}));
    EXPECT_THAT(night_text(night, {before}, "lab", "/n"), HasSubstr("is on Linux 6.12.118 (6.12.117 before)"));
    EXPECT_FALSE(is_news(night, {night, before}));
    EXPECT_FALSE(is_news(night, {failed, night, before}));
}

TEST(NightText, ThatNothingWasJudgedIsNoGoodNews) {
    NightRecord night = good_night("2");
    night.kernels.front().verdict.clear();
    night.kernels.front().baseline.clear();
    night.kernels.front().judged = "tonight is a new beginning";
    EXPECT_EQ(night.verdict(), Verdict::pass);
    EXPECT_THAT(night_subject(night, "lab"), testing::AllOf(HasSubstr("1141 cells; dio NOT JUDGED: tonight is a new beginning"), Not(HasSubstr("none worse"))));
    EXPECT_FALSE(is_news(night, {})) << "the first night has nothing to be held against";
    EXPECT_TRUE(is_news(night, {good_night("1")}));
    EXPECT_THAT(night_subject(good_night("1"), "lab"), HasSubstr("1141 cells, none worse"));
}

TEST(NightText, EveryThirdUndecidedNightIsNews) {
    const auto undecided = night_with("n", Verdict::inconclusive, ExitCode::inconclusive, "x");
    EXPECT_TRUE(is_news(undecided, {good_night("1")}));
    EXPECT_FALSE(is_news(undecided, {undecided, good_night("1")}));
    EXPECT_TRUE(is_news(undecided, {undecided, undecided, good_night("1")}));
    EXPECT_FALSE(is_news(undecided, {undecided, undecided, undecided}));
}

TEST(Retention, TheLastGoodNightStays) {
    const auto red = [](const char* id) { return night_with(id, Verdict::regression, ExitCode::failed_check, "x"); };
    EXPECT_THAT(folders_to_remove({red("5"), red("4"), good_night("3"), good_night("2"), good_night("1")}, 2), ElementsAre("2", "1"));
    EXPECT_THAT(folders_to_remove({good_night("2"), good_night("1")}, 2), ElementsAre());
}

TEST(NightRecord, AFindingAboutAKernelIsOnItAlone) {
    NightRecord night = good_night("1");
    night.kernels.push_back(night.kernels.front());
    night.kernels.back().name = "other";
    night.findings.push_back({Verdict::regression, ExitCode::failed_check, "slower", "other"});
    EXPECT_EQ(night.verdict(), Verdict::regression);
    EXPECT_EQ(night.verdict_on(night.kernels.front()), Verdict::pass);
    EXPECT_EQ(night.verdict_on(night.kernels.back()), Verdict::regression);
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    ASSERT_TRUE(write_night(directory->path(), night));
    EXPECT_EQ(read_night(directory->path())->findings, night.findings);
    night.findings.push_back({Verdict::invalid, ExitCode::invalid, "the machine is wrong"});
    EXPECT_EQ(night.verdict_on(night.kernels.front()), Verdict::invalid);
}

TEST(Retention, ANightThatWasGoodForOneKernelStays) {
    NightRecord half = good_night("1");
    half.kernels.push_back(half.kernels.front());
    half.kernels.back().name = "other";
    half.findings.push_back({Verdict::regression, ExitCode::failed_check, "slower", "other"});
    NightRecord bad = half;
    bad.id = "2";
    bad.findings.push_back({Verdict::regression, ExitCode::failed_check, "slower", bad.kernels.front().name});
    EXPECT_THAT(folders_to_remove({bad, half}, 1), ElementsAre());
    StoredJudgement stored_half, stored_bad;
    stored_half.kind = stored_bad.kind = kNightJudgement;
    stored_half.verdict = stored_bad.verdict = "regression";
    stored_half.started_at = "2026-01-01T00:00:00Z";
    stored_bad.started_at = "2026-03-01T00:00:00Z";
    stored_half.kernels = {{"dio", "pass"}, {"other", "regression"}};
    stored_bad.kernels = {{"dio", "regression"}, {"other", "regression"}};
    stored_half.runs = {"half"};
    stored_bad.runs = {"bad"};
    EXPECT_THAT(runs_to_remove({stored_bad, stored_half}, {"half", "bad"}, {}, "2026-02-01T00:00:00Z"), ElementsAre());
    stored_half.kernels["dio"] = "inconclusive";
    EXPECT_THAT(runs_to_remove({stored_bad, stored_half}, {"half", "bad"}, {}, "2026-02-01T00:00:00Z"), ElementsAre("half"));
}

TEST(Retention, OldRunsOfNightsGoUnlessPinnedOrGood) {
    auto night = [](const std::string& started_at, const std::string& verdict, std::vector<std::string> runs) {
        StoredJudgement out;
        out.kind = kNightJudgement;
        out.started_at = started_at;
        out.verdict = verdict;
        out.runs = std::move(runs);
        return out;
    };
    StoredJudgement gate = night("2026-01-01T00:00:00Z", "pass", {"g"});
    gate.kind = kGateJudgement;
    const std::vector<StoredJudgement> all = {night("2026-03-01T00:00:00Z", "regression", {"d"}), night("2026-01-03T00:00:00Z", "pass", {"c"}), gate,
                                              night("2026-01-02T00:00:00Z", "pass", {"b", "pinned"}), night("2026-01-01T00:00:00Z", "pass", {"a", "removed long ago"})};
    EXPECT_THAT(runs_to_remove(all, {"a", "b", "c", "d", "g", "pinned"}, {{"p", "pinned", "", "*", ""}}, "2026-02-01T00:00:00Z"), ElementsAre("a", "b"));
}

TEST(Retention, EachMachineKeepsItsLastGoodNight) {
    StoredJudgement exact, uml;
    exact.kind = uml.kind = kNightJudgement;
    exact.verdict = uml.verdict = "pass";
    exact.started_at = "2026-01-01T00:00:00Z";
    uml.started_at = "2026-01-02T00:00:00Z";
    exact.machine = "exact";
    uml.machine = "uml";
    exact.runs = {"e"};
    uml.runs = {"u"};
    EXPECT_THAT(runs_to_remove({uml, exact}, {"e", "u"}, {}, "2026-02-01T00:00:00Z"), ElementsAre());
}

TEST(DiskReserve, IsGivenFree) {
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    const DiskReserve reserve({directory->path()});
    ASSERT_TRUE(reserve.keep());
    ASSERT_TRUE(reserve.keep());
    EXPECT_FALSE(fs::is_empty(directory->path()));
    reserve.release();
    EXPECT_TRUE(fs::is_empty(directory->path()));
    EXPECT_TRUE(check_free_space({directory->path()}, 1));
    auto full = check_free_space({directory->path()}, UINT64_MAX);
    ASSERT_FALSE(full);
    EXPECT_THAT(full.error().message(), HasSubstr("no disk space"));
}

}  // namespace
}  // namespace diobench
