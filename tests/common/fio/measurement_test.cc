// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/fio/fio_measurement.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

/// fio's bucket of a value and the middle by which json+ names it, as in fio's stat.c.
uint64_t fio_bin_of(uint64_t value_ns) {
    constexpr unsigned kBits = 6;
    if (value_ns < (2u << kBits)) return value_ns;
    const unsigned error_bits = static_cast<unsigned>(std::bit_width(value_ns)) - 1 - kBits;
    const uint64_t low = value_ns >> error_bits << error_bits;
    return low + (uint64_t{1} << error_bits) / 2;
}

nlohmann::json latency_of(const std::vector<uint64_t>& values) {
    nlohmann::json bins = nlohmann::json::object();
    double sum = 0;
    for (uint64_t value : values) {
        const auto key = std::to_string(fio_bin_of(value));
        bins[key] = bins.value(key, 0) + 1;
        sum += static_cast<double>(value);
    }
    return {{"N", values.size()}, {"min", *std::ranges::min_element(values)}, {"max", *std::ranges::max_element(values)},
            {"mean", sum / static_cast<double>(values.size())}, {"bins", bins}};
}

nlohmann::json job_of(const std::vector<uint64_t>& latencies, int error) {
    const nlohmann::json idle = {{"io_bytes", 0}};
    const nlohmann::json none = {{"N", 0}, {"min", 0}, {"max", 0}, {"mean", 0.0}};
    const nlohmann::json latency = latencies.empty() ? none : latency_of(latencies);
    return {{"jobname", "a"}, {"error", error}, {"job_runtime", 3}, {"usr_cpu", 33.333333}, {"sys_cpu", 66.666667}, {"ctx", 5}, {"write", idle}, {"trim", idle},
            {"read", {{"total_ios", latencies.size()}, {"io_bytes", 4096 * latencies.size()}, {"short_ios", 0}, {"runtime", 2},
                      {"lat_ns", latency}, {"clat_ns", latency}}}};
}

std::string output_of(const std::vector<nlohmann::json>& jobs) { return nlohmann::json({{"fio version", "fio-3.33"}, {"jobs", jobs}}).dump(2); }

}  // namespace

TEST(FioHistogram, ErrorOfOneValueIsWithinTheBound) {
    double worst = 0;
    for (uint64_t value = 1; value < (uint64_t{1} << 34); value += 1 + value / 397) {
        // Two larger ones, so that the median is not clamped to the exact minimum or maximum.
        auto histogram = histogram_from_fio(latency_of({1, value, value, value * 3}));
        ASSERT_TRUE(histogram) << histogram.error().message();
        const double reported = static_cast<double>(histogram->quantile_ns(0.5));
        worst = std::max(worst, std::abs(reported - static_cast<double>(value)) / static_cast<double>(value));
    }
    EXPECT_LE(worst, FioMeasurement::kConversionErrorBound);
    EXPECT_GT(worst, FioMeasurement::kConversionErrorBound / 2) << "the bound says nothing";
}

TEST(FioHistogram, KeepsCountSumMinimumAndMaximum) {
    auto histogram = histogram_from_fio(latency_of({100, 2001, 30003, 30003}));
    ASSERT_TRUE(histogram);
    EXPECT_EQ(histogram->count(), 4u);
    EXPECT_EQ(histogram->sum_ns(), 100u + 2001 + 30003 + 30003);
    EXPECT_EQ(histogram->min_ns(), 100u);
    EXPECT_EQ(histogram->max_ns(), 30003u);
}

TEST(FioHistogram, RefusesBinsThatDoNotAddUp) {
    auto latency = latency_of({100, 2001});
    latency["N"] = 3;
    EXPECT_THAT(histogram_from_fio(latency).error().message(), HasSubstr("2 values instead of 3"));
    latency.erase("bins");
    EXPECT_THAT(histogram_from_fio(latency).error().message(), HasSubstr("json+"));
}

TEST(FioOutput, AddsJobsUpAndIgnoresNotesAround) {
    const auto text = "a : Saving output of x in y\n" + output_of({job_of({1000, 2000}, 0), job_of({3000}, 0)}) + "\nbye\n";
    auto measured = parse_fio_output(text, "");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->version, "fio-3.33");
    EXPECT_EQ(measured->ops, 3u);
    EXPECT_EQ(measured->bytes, 3u * 4096);
    EXPECT_EQ(measured->elapsed_ns, 2'000'000u);
    EXPECT_EQ(measured->cpu_user_ns, 2'000'000u);
    EXPECT_EQ(measured->cpu_system_ns, 4'000'000u);
    EXPECT_EQ(measured->context_switches, 10u);
    EXPECT_EQ(measured->latency.count(), 3u);
    EXPECT_EQ(measured->latency.max_ns(), 3000u);
    EXPECT_EQ(measured->errors, 0u);
    EXPECT_EQ(measured->complaint, "");
}

TEST(FioOutput, ARefusedOpenIsNotAFailedRead) {
    const auto text = "fio: pid=7, err=22/file:filesetup.c:805, func=open(/mnt/x), error=Invalid argument\n\n" + output_of(std::vector{job_of({}, 22)});
    auto measured = parse_fio_output(text, "fio: looks like your file system does not support direct=1/buffered=0\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->open_errno, 22);
    EXPECT_EQ(measured->complaint, "open(/mnt/x): Invalid argument (looks like your file system does not support direct=1/buffered=0)");
    const auto failed = "fio: pid=7, err=5/file:io_u.c:1844, func=io_u error, error=Input/output error\n" + output_of(std::vector{job_of({1000}, 5)});
    measured = parse_fio_output(failed, "");
    ASSERT_TRUE(measured);
    EXPECT_EQ(measured->open_errno, 0);
    EXPECT_EQ(measured->errors, 1u);
    EXPECT_EQ(measured->first_errno, 5);
    EXPECT_THAT(measured->complaint, HasSubstr("Input/output error"));
}

TEST(FioOutput, WithoutAResultQuotesFio) {
    auto measured = parse_fio_output("", "Bad option <foo=1>\nfio: unable to open 'x' job file\n");
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().message(), "run fio: fio says: unable to open 'x' job file");
    EXPECT_EQ(measured.error().code, ExitCode::invalid);
    EXPECT_THAT(parse_fio_output("{\n \"jobs\": [\n", "").error().message(), HasSubstr("without a result"));
    EXPECT_FALSE(parse_fio_output("{\n \"jobs\": 3\n}\n", ""));
}

TEST(FioOutput, AWriteIsAnError) {
    auto job = job_of({1000}, 0);
    job["write"]["io_bytes"] = 4096;
    EXPECT_THAT(parse_fio_output(output_of(std::vector{job}), "").error().message(), HasSubstr("it wrote"));
}

TEST(FioMeasurement, SurvivesJson) {
    auto measured = parse_fio_output(output_of(std::vector{job_of({1000, 2000}, 0)}), "");
    ASSERT_TRUE(measured);
    measured->cpu_ns = 77;
    measured->between_snapshots_ns = 88;
    auto again = FioMeasurement::from_json(measured->to_json());
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->to_json(), measured->to_json());
    EXPECT_FALSE(FioMeasurement::from_json(nlohmann::json::object()));
}
