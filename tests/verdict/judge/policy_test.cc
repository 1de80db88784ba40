// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/paths.h"

namespace diobench {
namespace {

const std::string kGate = "[[gate]]\nname = \"time\"\ncells = [\"a/*\"]\nmetrics = [\"latency_ns.mean\"]\nfloor_percent = 0.5\n";
const std::vector<std::string> kCells = {"a/x", "a/y", "b/x"};
constexpr const char* kToday = "2026-11-23";

std::string error_of(const std::string& text) {
    auto parsed = parse_policy(text, "p.toml");
    return parsed ? "no error" : parsed.error().message();
}

Status checked(const std::string& text, const char* machine = "exact", const char* suite = "quick") {
    auto parsed = parse_policy(text, "p.toml");
    EXPECT_TRUE(parsed) << parsed.error().message();
    return check_policy(*parsed, kCells, machine, suite, kToday);
}

TEST(Policy, ReadsATable) {
    auto parsed = parse_policy(kGate, "p.toml");
    ASSERT_TRUE(parsed);
    const GateLine& line = parsed->gates.at(0);
    EXPECT_EQ(line.scope.line, 1);
    EXPECT_DOUBLE_EQ(line.tolerance.floor, 0.005);
    EXPECT_EQ(line.metrics.at(0), find_metric("latency_ns.mean"));
    EXPECT_TRUE(checked(kGate));
}

TEST(Policy, TheProjectsOwnIsRight) {
    auto parsed = read_policy(project_root() / kPolicyFileName);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_GE(parsed->wall.max_pairs, parsed->wall.min_pairs);
}

TEST(Policy, RefusesWhatItDoesNotKnowWithFileAndLine) {
    EXPECT_THAT(error_of(kGate + "flor = 1\n"), testing::AllOf(testing::HasSubstr("p.toml:6"), testing::HasSubstr("unknown key"), testing::HasSubstr("floor_percent")));
    EXPECT_THAT(error_of("x = 1\n" + kGate), testing::AllOf(testing::HasSubstr("p.toml:1"), testing::HasSubstr("gate, trade_off, waiver, wall")));
    EXPECT_THAT(error_of("[[gate]]\nname = \"t\"\ncells = [\"*\"]\nmetrics = [\"latency\"]\n"), testing::AllOf(testing::HasSubstr("p.toml:4"), testing::HasSubstr("latency_ns.mean")));
    EXPECT_THAT(error_of(kGate + "machines = [\"exat\"]\n"), testing::AllOf(testing::HasSubstr("p.toml:6"), testing::HasSubstr("known are exact, uml, kvm, host")));
    EXPECT_THAT(error_of(kGate + "margin = -1\n"), testing::HasSubstr("p.toml:6"));
    EXPECT_THAT(error_of(kGate + "margin = \"1\"\n"), testing::HasSubstr("expected a number"));
    EXPECT_THAT(error_of("[[gate]]\nname = \"t\"\nmetrics = [\"errors\"]\n"), testing::HasSubstr("has no \"cells\""));
    EXPECT_THAT(error_of("[[gate]]\nname = \"t\"\ncells = [\"*\"]\n"), testing::HasSubstr("has no \"metrics\""));
    EXPECT_THAT(error_of("[[gate]]\nname = \"t\"\ncells = [\"*\"]\nmetrcs = [\"errors\"]\n"),
                testing::HasSubstr(":4: metrcs: [[gate]] has no \"metrics\": is this meant to be it?"));
    EXPECT_THAT(error_of("[[gate]\n"), testing::HasSubstr("p.toml:1"));
    EXPECT_THAT(error_of(""), testing::HasSubstr("no [[gate]] table"));
    EXPECT_THAT(error_of(kGate + "[wall]\nmin_pairs = 20\nmax_pairs = 10\n"), testing::HasSubstr("less than min_pairs"));
    EXPECT_THAT(error_of(kGate + "[wall]\nmin_pairs = 1000\n"), testing::AllOf(testing::HasSubstr("p.toml:7: min_pairs"), testing::HasSubstr("more than max_pairs")));
    EXPECT_THAT(error_of(kGate + "[wall]\nmin_pairs = 8.5\n"), testing::HasSubstr("whole number"));
    EXPECT_THAT(error_of(kGate + "floor_of = \"cpu_ns_per_op.total\"\n"), testing::AllOf(testing::HasSubstr("p.toml:6"), testing::HasSubstr("machines = [\"exact\"]")));
    EXPECT_THAT(error_of(kGate + "floor_of = \"cpu\"\n"), testing::HasSubstr("there is no such metric"));
}

TEST(Policy, TellsAllThatIsWrongAtOnce) {
    EXPECT_THAT(error_of("[[gate]]\nname = 1\ncells = [\"*\"]\nmachines = [\"exat\"]\nmetrics = [\"latency\", \"x\"]\nmargin = -1\n[[waiver]]\ncells = [\"*\"]\n[wall]\nalpha_percent = 90\nx = 1\n"),
                testing::AllOf(testing::HasSubstr("p.toml:2: name"), testing::HasSubstr("\"exat\" is no machine"), testing::HasSubstr("\"latency\""), testing::HasSubstr("\"x\""),
                               testing::HasSubstr("p.toml:6: margin"), testing::HasSubstr("has no \"owner\""), testing::HasSubstr("has no \"expires\""),
                               testing::HasSubstr("p.toml:10: alpha_percent"), testing::HasSubstr("unknown key in [wall]")));
}

TEST(Policy, ATradeOffNeedsOneConditionAndAReason) {
    const std::string head = kGate + "[[trade_off]]\ncells = [\"a/x\"]\nmetric = \"latency_ns.mean\"\nworse_by_at_most_percent = 10\nif_metric = \"errors\"\n";
    EXPECT_THAT(error_of(head + "reason = \"r\"\n"), testing::HasSubstr("at_most"));
    EXPECT_THAT(error_of(head + "at_most = 1\nat_most_percent_of_baseline = 1\nreason = \"r\"\n"), testing::HasSubstr("instead of it"));
    EXPECT_THAT(error_of(head + "at_most = 1\n"), testing::HasSubstr("reason"));
    EXPECT_EQ(error_of(head + "at_most = 1\nreason = \"r\"\n"), "no error");
}

std::string waiver(const std::string& expires, const std::string& cells = "a/x") {
    return kGate + "[[waiver]]\ncells = [\"" + cells + "\"]\nowner = \"me\"\nreason = \"known\"\nexpires = " + expires + "\n";
}

TEST(Policy, AWaiverNeedsAnOwnerAReasonAndADay) {
    EXPECT_EQ(error_of(waiver("2026-12-31")), "no error");
    EXPECT_THAT(error_of(waiver("\"2026-12-31\"")), testing::HasSubstr("a day without quotes"));
    for (const char* key : {"owner", "reason", "expires"}) {
        std::string text = waiver("2026-12-31");
        const size_t at = text.rfind(std::string(key) + " = ");
        text.erase(at, text.find('\n', at) - at);
        EXPECT_THAT(error_of(text), testing::HasSubstr("has no \"" + std::string(key) + "\"")) << key;
    }
}

TEST(Policy, AnExpiredWaiverIsAnError) {
    EXPECT_TRUE(checked(waiver("2026-11-23"))) << "the last day holds";
    auto status = checked(waiver("2026-11-22"));
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), testing::AllOf(testing::HasSubstr("p.toml:6"), testing::HasSubstr("ended on 2026-11-22")));
}

TEST(Policy, OfAUsersOwnReadsFewMatch) {
    EXPECT_TRUE(checked("[[gate]]\ncells = [\"no-such/*\", \"*\"]\nmetrics = [\"latency_ns.mean\"]\nname = \"x\"\n", "exact", "own"));
    EXPECT_FALSE(checked("[[gate]]\ncells = [\"no-such/*\", \"*\"]\nmetrics = [\"latency_ns.mean\"]\nname = \"x\"\n"));
}

TEST(Policy, AGlobThatMatchesNoCellIsAnError) {
    auto status = checked(waiver("2026-12-31", "c/*"));
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), testing::AllOf(testing::HasSubstr("p.toml:6"), testing::HasSubstr("\"c/*\"")));
    EXPECT_FALSE(checked(kGate + "except = [\"b/z\"]\n"));
    EXPECT_FALSE(checked(kGate + "except = [\"a/*\"]\n")) << "nothing is left";
    EXPECT_FALSE(checked(kGate + "machines = [\"kvm\"]\n")) << "no table applies";
    EXPECT_TRUE(checked(kGate + "[[gate]]\nname = \"n\"\ncells = [\"c/*\"]\nsuites = [\"nightly\"]\nmetrics = [\"errors\"]\n")) << "another suite's";
}

TEST(Policy, TheLastTableThatNamesAMetricCounts) {
    auto parsed = parse_policy(kGate + "[[gate]]\nname = \"loose\"\ncells = [\"a/y\"]\nmetrics = [\"latency_ns.mean\", \"errors\"]\nfloor_percent = 3\n", "p.toml");
    ASSERT_TRUE(parsed);
    auto strict = gated_metrics(*parsed, "a/x", "exact", "quick");
    ASSERT_EQ(strict.size(), 1u);
    EXPECT_EQ(strict[0].line->name, "time");
    auto loose = gated_metrics(*parsed, "a/y", "exact", "quick");
    ASSERT_EQ(loose.size(), 2u);
    EXPECT_EQ(loose[0].metric->name, "latency_ns.mean");
    EXPECT_EQ(loose[0].line->name, "loose");
    EXPECT_TRUE(gated_metrics(*parsed, "b/x", "exact", "quick").empty());
}

TEST(Policy, WaiversOfAMetricDoNotCoverTheCell) {
    auto parsed = parse_policy(waiver("2026-12-31") + "metrics = [\"latency_ns.mean\"]\n", "p.toml");
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_NE(find_waiver(*parsed, "a/x", find_metric("latency_ns.mean"), "exact", "quick"), nullptr);
    EXPECT_EQ(find_waiver(*parsed, "a/x", find_metric("errors"), "exact", "quick"), nullptr);
    EXPECT_EQ(find_waiver(*parsed, "a/x", nullptr, "exact", "quick"), nullptr);
    EXPECT_EQ(find_waiver(*parsed, "a/y", find_metric("latency_ns.mean"), "exact", "quick"), nullptr);
}

}  // namespace
}  // namespace diobench
