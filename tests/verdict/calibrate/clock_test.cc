// SPDX-License-Identifier: GPL-2.0-only
// Ratios by two clocks, of runs that are made up.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "bench/results/store/clock_file.h"
#include "bench/verdict/calibrate/clock_report.h"
#include "bench/verdict/calibrate/held_ratio.h"
#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const ClockArms kArms = {"fallback", {"dio"}};

Cell read_cell(const std::string& backend, IoMode io, const std::string& device = "ram") {
    Cell out;
    out.workload = "headline";
    out.backend = backend;
    out.layout = "flat";
    out.device = device;
    out.io = io;
    out.pattern = Pattern::random;
    out.engine = "pread";
    return out;
}

std::vector<Cell> both_ways(const std::string& backend, const std::string& device = "ram") {
    return {read_cell(backend, IoMode::buffered, device), read_cell(backend, IoMode::direct, device)};
}

std::vector<Cell> joined_cells(std::vector<Cell> cells, const std::vector<Cell>& more) {
    cells.insert(cells.end(), more.begin(), more.end());
    return cells;
}

/// Mean ns by kernel and id; a number that is no number is a cell that is not there.
using Means = std::map<std::pair<std::string, std::string>, double>;

/// `count` pairs of fallback and dio, each boot off its mean by its own share of `noise`.
std::vector<RunPair> pairs_of(const Means& means, size_t count, double noise = 0) {
    std::vector<RunPair> out;
    for (size_t i = 0; i < count; ++i) {
        // -1 .. 1, symmetric.
        const double share = count < 2 ? 0 : 2 * static_cast<double>(i) / static_cast<double>(count - 1) - 1;
        std::map<std::string, std::vector<CellResult>> cells;
        for (const auto& [place, mean] : means) {
            if (std::isnan(mean)) continue;
            // Buffered reads and the baseline stay, so that every ratio has the noise once.
            const bool moves = place.second.find("/direct/") != std::string::npos && place.first != "fallback";
            cells[place.first].push_back(sample_cell(place.first, place.second, mean * std::exp(moves ? noise * share : 0)));
        }
        const auto seed = static_cast<int64_t>(i + 1);
        out.push_back({seed, sample_arm("fallback", seed, cells["fallback"]), sample_arm("dio", seed, cells["dio"])});
    }
    return out;
}

std::string id_of(IoMode io) { return read_cell("fscache", io).id(); }

/// dio / fallback of one direct read: 1000 ns on fallback.
PlannedRatio arms_ratio() { return plan_ratios(std::vector<Cell>{read_cell("fscache", IoMode::direct)}, kArms, {}).front(); }
Means arms_means(double dio_ns) { return {{{"fallback", id_of(IoMode::direct)}, 1000}, {{"dio", id_of(IoMode::direct)}, dio_ns}}; }

std::vector<std::string> words_of(const std::vector<PlannedRatio>& ratios) {
    std::vector<std::string> out;
    for (const auto& ratio : ratios) out.push_back(ratio.what + (ratio.io.empty() ? "" : ", " + ratio.io));
    return out;
}

TEST(ClockRatios, AreDirectToBufferedArmToArmAndBackEndToBackEnd) {
    auto cells = joined_cells(both_ways("fscache"), both_ways("ext4"));
    cells.push_back(read_cell("raw", IoMode::direct));
    EXPECT_THAT(words_of(plan_ratios(cells, kArms, {})),
                ElementsAre("direct / buffered, fallback", "direct / buffered, dio", "direct / buffered, ext4", "dio / fallback, direct", "fscache / ext4, buffered",
                            "fscache / ext4, direct", "raw / ext4, direct"));
    const auto ratios = plan_ratios(cells, kArms, {});
    EXPECT_EQ(ratios[1].real, (RatioSides{{"dio", id_of(IoMode::direct)}, {"dio", id_of(IoMode::buffered)}}));
    EXPECT_EQ(ratios[3].real, (RatioSides{{"dio", id_of(IoMode::direct)}, {"fallback", id_of(IoMode::direct)}}));
    for (const auto& ratio : ratios) EXPECT_EQ(ratio.real, ratio.exact) << "uml calls everything as exact does";
}

TEST(ClockRatios, EveryCandidateIsHeldAgainstTheBaseline) {
    const auto ratios = plan_ratios(std::vector<Cell>{read_cell("fscache", IoMode::direct)}, {"fallback", {"dio-sync", "dio"}}, {});
    EXPECT_THAT(words_of(ratios), ElementsAre("dio-sync / fallback, direct", "dio / fallback, direct"));
}

TEST(ClockRatios, AHostHasItsOwnKernelAndDevice) {
    const auto cells = joined_cells(both_ways("loop", "host"), joined_cells(both_ways("ext4", "host"), both_ways("fscache", "host")));
    const auto ratios = plan_ratios(cells, kArms, {"host", "nvme-80us"});
    EXPECT_THAT(words_of(ratios), ElementsAre("direct / buffered, loop", "direct / buffered, ext4", "loop / ext4, buffered", "loop / ext4, direct")) << "no arms, no fscache";
    EXPECT_EQ(ratios[3].real.numerator, (RatioSide{"host", read_cell("loop", IoMode::direct, "host").id()}));
    EXPECT_EQ(ratios[3].exact.numerator, (RatioSide{"dio", read_cell("loop", IoMode::direct, "nvme-80us").id()}));
}

TEST(ClockRatios, RowsOfOneHeadingStandTogether) {
    std::vector<Cell> cells;
    for (const uint64_t size : {4096u, 131072u})
        for (const char* device : {"nvme-80us", "ram"})
            for (Cell cell : both_ways("fscache", device)) {
                cell.block_size_bytes = size;
                cells.push_back(cell);
            }
    std::vector<std::string> seen;
    for (const auto& ratio : plan_ratios(cells, kArms, {}))
        if (ratio.family == RatioFamily::arms) seen.push_back(ratio.device + " " + ratio.read);
    EXPECT_THAT(seen, ElementsAre("nvme-80us rand 4k qd1 pread", "nvme-80us rand 128k qd1 pread", "ram rand 4k qd1 pread", "ram rand 128k qd1 pread"));
}

TEST(HeldRatio, AgreesWhereBothClocksAreOnOneSide) {
    const auto held = hold_ratio(arms_ratio(), pairs_of(arms_means(500), 3), pairs_of(arms_means(800), 8, 0.01), "uml", 0.95);
    ASSERT_EQ(held.status, RatioStatus::ok) << held.reason;
    EXPECT_NEAR(held.exact[kCounted]->ratio, 0.5, 1e-12);
    EXPECT_EQ(held.exact[kCounted]->boots, 3u);
    EXPECT_NEAR(held.real->ratio, 0.8, 1e-9);
    EXPECT_EQ(held.real->boots, 8u);
    EXPECT_LT(held.real->interval.high, 0.81);
    EXPECT_TRUE(held.judged());
    EXPECT_EQ(held.agrees(kCounted), true);
    EXPECT_NEAR(*held.factor(kCounted), 1.6, 1e-9);
    EXPECT_EQ(held.agrees(1), std::nullopt) << "nothing was modelled";
}

TEST(HeldRatio, IsOpposedWhereTheyAreNot) {
    for (double exact_ns : {1100.0, 1000.0}) {  // an exact 1 is on neither side
        const auto held = hold_ratio(arms_ratio(), pairs_of(arms_means(exact_ns), 3), pairs_of(arms_means(900), 8, 0.01), "uml", 0.95);
        EXPECT_EQ(held.agrees(kCounted), false) << exact_ns;
    }
}

TEST(HeldRatio, IsNotJudgedWhereTheIntervalHoldsOne) {
    const auto held = hold_ratio(arms_ratio(), pairs_of(arms_means(500), 3), pairs_of(arms_means(1010), 8, 0.05), "uml", 0.95);
    ASSERT_EQ(held.status, RatioStatus::ok);
    EXPECT_LT(held.real->interval.low, 1);
    EXPECT_GT(held.real->interval.high, 1);
    EXPECT_FALSE(held.judged());
    EXPECT_EQ(held.agrees(kCounted), std::nullopt);
    EXPECT_NEAR(*held.factor(kCounted), 2.02, 1e-9) << "apart they are all the same";
}

TEST(HeldRatio, TooFewBootsJudgeNothing) {
    const auto held = hold_ratio(arms_ratio(), pairs_of(arms_means(500), 3), pairs_of(arms_means(500), kFewestPairs - 1), "uml", 0.95);
    EXPECT_FALSE(held.judged());
    EXPECT_TRUE(hold_ratio(arms_ratio(), pairs_of(arms_means(500), 3), pairs_of(arms_means(500), kFewestPairs), "uml", 0.95).judged());
}

TEST(HeldRatio, OfOneKernelTakesItsBootsOnEitherSideOfAPair) {
    auto planned = plan_ratios(both_ways("fscache"), kArms, {});
    ASSERT_EQ(planned[1].what, "direct / buffered, dio");
    Means means = {{{"dio", id_of(IoMode::direct)}, 500}, {{"dio", id_of(IoMode::buffered)}, 1000}};
    auto pairs = pairs_of(means, 4);
    EXPECT_EQ(hold_ratio(planned[1], pairs, pairs, "uml", 0.95).real->boots, 4u);
    // As on machine host: both sides are one kernel.
    for (auto& pair : pairs) pair.baseline = pair.candidate;
    const auto held = hold_ratio(planned[1], pairs, pairs, "uml", 0.95);
    EXPECT_EQ(held.real->boots, 8u);
    EXPECT_NEAR(held.real->ratio, 0.5, 1e-12);
}

TEST(HeldRatio, AMissingNumberIsLoudAndARefusedReadIsNot) {
    const auto good = pairs_of(arms_means(500), 8);
    auto absent = hold_ratio(arms_ratio(), good, pairs_of(arms_means(NAN), 8), "uml", 0.95);
    EXPECT_EQ(absent.status, RatioStatus::missing);
    EXPECT_THAT(absent.reason, AllOf(HasSubstr("real: a boot of dio has no cell "), HasSubstr(id_of(IoMode::direct))));
    EXPECT_TRUE(absent.exact[kCounted] && !absent.real);
    EXPECT_EQ(hold_ratio(arms_ratio(), good, {}, "uml", 0.95).reason, "real: there is no boot of dio");

    auto one_failed = good;
    CellResult& cell = one_failed[3].candidate.results.cells.front();
    cell.status = CellStatus::invalid;
    cell.metrics.reset();
    cell.reason = "a byte is wrong";
    const auto failed = hold_ratio(arms_ratio(), good, one_failed, "uml", 0.95);
    EXPECT_EQ(failed.status, RatioStatus::missing) << "one boot without a number takes the ratio";
    EXPECT_THAT(failed.reason, HasSubstr("of dio is invalid: a byte is wrong"));
    EXPECT_THAT(hold_ratio(arms_ratio(), one_failed, good, "uml", 0.95).reason, HasSubstr("exact: "));

    cell.known = true;
    EXPECT_EQ(hold_ratio(arms_ratio(), good, one_failed, "uml", 0.95).status, RatioStatus::unsupported) << "its series says so";
    cell.known = false;
    cell.status = CellStatus::unsupported;
    EXPECT_EQ(hold_ratio(arms_ratio(), good, one_failed, "uml", 0.95).status, RatioStatus::unsupported);

    auto no_metric = good;
    no_metric[0].candidate.results.cells.front().metrics->erase("latency_ns.mean");
    EXPECT_THAT(hold_ratio(arms_ratio(), good, no_metric, "uml", 0.95).reason, HasSubstr("no latency_ns.mean"));
}

std::vector<RunPair> with_modelled(std::vector<RunPair> pairs, double baseline_ns, double candidate_ns, const char* metric = "modelled_ns") {
    for (auto& pair : pairs) {
        (*pair.baseline.results.cells.front().metrics)[metric] = baseline_ns;
        (*pair.candidate.results.cells.front().metrics)[metric] = candidate_ns;
    }
    return pairs;
}

TEST(HeldRatio, AModelledClockIsHeldWhereThereIsOne) {
    const auto real = pairs_of(arms_means(800), 8, 0.01);
    const auto held = hold_ratio(arms_ratio(), with_modelled(pairs_of(arms_means(1200), 3), 100, 75), real, "uml", 0.95);
    EXPECT_EQ(held.agrees(kCounted), false);
    EXPECT_EQ(held.agrees(1), true);
    EXPECT_NEAR(held.exact[1]->ratio, 0.75, 1e-12);
}

TEST(HeldRatio, TheTrapsOfUserModeLinuxAreHeldBesideItsClockOnly) {
    const auto real = pairs_of(arms_means(800), 8, 0.01);
    const auto exact = with_modelled(pairs_of(arms_means(1200), 3), 100, 110, "modelled_uml_ns");
    EXPECT_EQ(hold_ratio(arms_ratio(), exact, real, "uml", 0.95).agrees(2), false);
    EXPECT_FALSE(hold_ratio(arms_ratio(), exact, real, "host", 0.95).exact[2]);
}

/// A ratio as it may come out.
HeldRatio made_up(RatioFamily family, double exact, double real, double half_width, const std::string& what = "dio / fallback") {
    HeldRatio out;
    out.planned.family = family;
    out.planned.what = what;
    out.planned.device = "ram";
    out.planned.read = "rand 4k qd1 pread";
    out.status = RatioStatus::ok;
    out.exact[kCounted] = RatioEstimate{exact, {exact, exact}, 3};
    out.real = RatioEstimate{real, {real - half_width, real + half_width}, 8};
    return out;
}

ClockReport made_up_report() {
    ClockReport out;
    out.suite = "headline";
    out.filter = "*";
    out.kernels = {"fallback", "dio"};
    out.seeds = 3;
    out.pairs = 8;
    out.host.cpu = "a processor";
    out.host.cpus = 2;
    ClockOfHost uml;
    uml.machine = "uml";
    uml.outcome = ClockOfHost::Outcome::measured;
    uml.boots = 16;
    uml.ratios = {made_up(RatioFamily::arms, 0.5, 0.8, 0.1), made_up(RatioFamily::arms, 1.2, 0.9, 0.05), made_up(RatioFamily::arms, 0.9, 0.99, 0.1),
                  made_up(RatioFamily::direct_buffered, 2, 3, 0.5, "direct / buffered, dio")};
    ClockOfHost kvm;
    kvm.machine = "kvm";
    kvm.reason = "no /dev/kvm; run on bare metal";
    out.clocks = {uml, kvm};
    return out;
}

TEST(ClockSummary, CountsWhatIsJudgedAndHowFarApartAllAre) {
    const auto report = made_up_report();
    const auto& ratios = report.clocks[0].ratios;
    const auto all = summarise_ratios(ratios, kCounted, std::nullopt, 0.95);
    EXPECT_EQ(all.ratios, 4u);
    EXPECT_EQ(all.judged, 3u);
    EXPECT_EQ(all.agree, 2u);
    EXPECT_EQ(all.agree_share.low, binomial_interval(2, 3, 0.95).low);
    EXPECT_EQ(all.agree_share.high, binomial_interval(2, 3, 0.95).high);
    EXPECT_NEAR(all.median_factor, (1.2 / 0.9 + 1.5) / 2, 1e-12) << "of 1.1, 1.33, 1.5 and 1.6: whichever clock has more";
    EXPECT_TRUE(std::isinf(all.median_factor_interval.high)) << "four are too few";
    const auto arms = summarise_ratios(ratios, kCounted, RatioFamily::arms, 0.95);
    EXPECT_EQ(arms.ratios, 3u);
    EXPECT_EQ(arms.judged, 2u);
    EXPECT_EQ(arms.agree, 1u);
    const auto none = summarise_ratios(ratios, kCounted, RatioFamily::backends, 0.95);
    EXPECT_EQ(none.ratios, 0u);
    EXPECT_TRUE(std::isnan(none.median_factor));
    EXPECT_EQ(summarise_ratios(ratios, 1, std::nullopt, 0.95).ratios, 0u) << "nothing was modelled";
}

TEST(ClockReport, HasItsSentenceTablesAndJson) {
    const auto report = made_up_report();
    const auto json = report.to_json();
    EXPECT_EQ(json.at("clocks").at(0).at("summaries").size(), 3u) << "all, direct / buffered, arms; none of what is not there";
    EXPECT_EQ(json.at("clocks").at(0).at("summaries").at(0).at("agree"), 2);
    EXPECT_TRUE(json.at("clocks").at(0).at("summaries").at(0).at("median_factor_interval").at("high").is_null());
    EXPECT_EQ(json.at("clocks").at(0).at("ratios").at(1).at("agrees").at("counted"), false);
    EXPECT_TRUE(json.at("clocks").at(0).at("ratios").at(2).at("agrees").at("counted").is_null()) << "not judged";
    EXPECT_TRUE(json.at("clocks").at(0).at("ratios").at(1).at("agrees").at("modelled").is_null());
    EXPECT_EQ(json.at("clocks").at(1).at("outcome"), "skipped");
    EXPECT_EQ(stopwatch_sentence(json), "A stopwatch on this host (uml) names the same side as faster in 2 of 3 comparisons (95 %: 9 to 99 %), ratios apart by a factor of 1.42 in the median");
    EXPECT_THAT(report.failures(), ElementsAre());
    EXPECT_EQ(report.exit_code(), ExitCode::ok);
    const std::string text = clock_text(report);
    EXPECT_THAT(text, AllOf(HasSubstr("OPPOSED"), HasSubstr("agrees"), HasSubstr("open"), HasSubstr("kvm: skipped, no /dev/kvm; run on bare metal"), HasSubstr("2 of 3 (9 to 99 %)"),
                            HasSubstr("names the same side as faster in 2 of 3 comparisons"), Not(HasSubstr("modelled"))));
}

TEST(ClockReport, HasAColumnMoreForAModelledClock) {
    auto report = made_up_report();
    report.clocks[0].ratios[1].exact[1] = RatioEstimate{0.95, {0.95, 0.95}, 3};
    const auto json = report.to_json();
    EXPECT_EQ(json.at("clocks").at(0).at("ratios").at(1).at("agrees").at("modelled"), true);
    EXPECT_EQ(json.at("clocks").at(0).at("summaries").size(), 5u);
    EXPECT_EQ(json.at("clocks").at(0).at("summaries").at(3).at("exact_clock"), "modelled");
    EXPECT_THAT(clock_text(report), HasSubstr("modelled"));
    EXPECT_THAT(stopwatch_sentence(json), HasSubstr("2 of 3 comparisons")) << "the front speaks of what is counted";
}

TEST(ClockReport, WhatIsMissingIsLoud) {
    auto report = made_up_report();
    for (int i = 0; i < 2; ++i) {
        HeldRatio lost = made_up(RatioFamily::arms, 1, 1, 0);
        lost.status = RatioStatus::missing;
        lost.reason = "real: x of dio is failed: the machine died";
        lost.real.reset();
        report.clocks[0].ratios.push_back(lost);
    }
    EXPECT_THAT(report.failures(), ElementsAre("uml: 2 ratios are without a number: real: x of dio is failed: the machine died"));
    EXPECT_EQ(report.exit_code(), ExitCode::invalid);
    EXPECT_THAT(clock_text(report), HasSubstr("! uml: 2 ratios are without a number"));
    EXPECT_EQ(report.to_json().at("clocks").at(0).at("summaries").at(0).at("ratios"), 4) << "and in no sum";
}

TEST(ClockReport, AClockThatDecidesNothingIsInconclusive) {
    auto report = made_up_report();
    report.clocks[0].ratios.erase(report.clocks[0].ratios.begin(), report.clocks[0].ratios.begin() + 2);
    report.clocks[0].ratios.pop_back();
    EXPECT_EQ(report.exit_code(), ExitCode::inconclusive);
    EXPECT_THAT(stopwatch_sentence(report.to_json()), HasSubstr("(uml) finds no side faster in 1 comparisons"));
    report.clocks[0].outcome = ClockOfHost::Outcome::too_busy;
    report.clocks[0].reason = "this host is too busy for a stopwatch";
    EXPECT_THAT(report.failures(), ElementsAre("uml: this host is too busy for a stopwatch"));
    report.clocks[0].ratios.clear();
    EXPECT_EQ(report.exit_code(), ExitCode::inconclusive);
    report.clocks[0].outcome = ClockOfHost::Outcome::failed;
    EXPECT_EQ(report.exit_code(), ExitCode::invalid);
    EXPECT_EQ(report.failures().size(), 1u);
    EXPECT_THAT(stopwatch_sentence(report.to_json()), HasSubstr("No stopwatch has been held"));
}

}  // namespace
}  // namespace diobench
