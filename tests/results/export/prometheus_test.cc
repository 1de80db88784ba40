// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/prometheus.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "tests/common/plan/new_dimensions.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;

namespace {

/// The lines of the text that start with `prefix` and contain `part`.
std::vector<std::string> lines_of(const std::string& text, const std::string& prefix, const std::string& part = "") {
    std::vector<std::string> out;
    for (auto& line : split(text, '\n'))
        if (line.starts_with(prefix) && line.find(part) != std::string::npos) out.push_back(line);
    return out;
}

double value_of(const std::string& line) { return std::stod(line.substr(line.rfind(' ') + 1)); }

}  // namespace

TEST(Prometheus, RebinningMovesNoValue) {
    Histogram histogram;
    std::vector<uint64_t> values;
    for (uint64_t v : {0ull, 1ull, 511ull, 512ull, 513ull, 1023ull, 1024ull, 123456ull, (1ull << 27) - 1, 1ull << 27, (1ull << 33) - 1, 1ull << 33})
        values.push_back(v);
    for (uint64_t v = 3; v < (1ull << 34); v += v / 7 + 1) values.push_back(v);
    for (uint64_t v : values) histogram.record(v);
    auto counts = rebin(histogram);
    for (size_t i = 0; i < counts.size(); ++i) {
        auto expected = std::count_if(values.begin(), values.end(), [&](uint64_t v) { return v <= kLatencyBounds_ns[i]; });
        EXPECT_EQ(counts[i], static_cast<uint64_t>(expected)) << "le " << kLatencyBounds_ns[i] << " ns";
    }
    EXPECT_LT(counts.back(), histogram.count());  // what is longer is in +Inf alone
}

TEST(Prometheus, NamesEndInBaseUnits) {
    EXPECT_EQ(prometheus_name(*find_metric("latency_ns.p99_9")), "diobench_latency_p99_9_seconds");
    EXPECT_EQ(prometheus_name(*find_metric("cpu_ns_per_op.reader")), "diobench_cpu_per_op_reader_seconds");
    EXPECT_EQ(prometheus_name(*find_metric("page_cache_bytes.erofs_file.peak")), "diobench_page_cache_erofs_file_peak_bytes");
    EXPECT_EQ(prometheus_name(*find_metric("throughput_bytes_per_s")), "diobench_throughput_bytes_per_second");
    EXPECT_EQ(prometheus_name(*find_metric("ops_per_s")), "diobench_ops_per_second");
    EXPECT_EQ(prometheus_name(*find_metric("read_amplification")), "diobench_read_amplification_ratio");
    EXPECT_EQ(prometheus_name(*find_metric("context_switches")), "diobench_context_switches");
    EXPECT_DOUBLE_EQ(prometheus_value(*find_metric("latency_ns.p50"), 1500), 1.5e-6);
}

TEST(Prometheus, NoTwoMetricsShareAName) {
    std::set<std::string> names = {"diobench_latency_seconds", "diobench_cell_status", "diobench_run_info", "diobench_kernel_info"};
    for (const auto& metric : metric_table()) EXPECT_TRUE(names.insert(prometheus_name(metric)).second) << metric.name;
}

TEST(Prometheus, MissingIsNoSampleAndNeverZero) {
    Results results = sample_results();
    results.cells[3].metrics->erase("seconds");
    auto text = prometheus_text(results);
    ASSERT_TRUE(text);
    EXPECT_EQ(lines_of(*text, "diobench_seconds{").size(), 4u);  // six cells: one failed, one without this metric
    EXPECT_EQ(lines_of(*text, "diobench_latency_p99_9_seconds").size(), 0u);  // nobody has it: no samples
    EXPECT_THAT(*text, Not(HasSubstr("# HELP diobench_latency_p99_9_seconds")));
    EXPECT_EQ(lines_of(*text, "diobench_errors{").size(), 5u);  // a measured 0 is a sample
    EXPECT_EQ(lines_of(*text, "diobench_cell_status{", "status=\"failed\"").size(), 1u);
    EXPECT_EQ(lines_of(*text, "diobench_cell_status{").size(), results.cells.size());
}

TEST(Prometheus, HistogramsAreCumulativeAndAddUp) {
    auto text = prometheus_text(sample_results());
    ASSERT_TRUE(text);
    auto of_dio = [&](const std::string& suffix) {
        return lines_of(*text, "diobench_latency_seconds_" + suffix + "{kernel=\"dio\",workload=\"rand-4k\",backend=\"fscache\"");
    };
    auto buckets = of_dio("bucket");
    ASSERT_EQ(buckets.size(), kLatencyBounds_ns.size() + 1);
    double before = 0;
    for (const auto& line : buckets) {
        EXPECT_GE(value_of(line), before) << line;
        before = value_of(line);
    }
    EXPECT_THAT(buckets.back(), HasSubstr("le=\"+Inf\""));
    EXPECT_EQ(value_of(buckets.back()), 512);
    EXPECT_EQ(value_of(of_dio("count").at(0)), 512);
    EXPECT_NEAR(value_of(of_dio("sum").at(0)), 512 * 20000e-9, 1e-12);
    for (const auto& line : buckets) {  // all 512 reads took 20000 ns
        std::smatch le;
        ASSERT_TRUE(std::regex_search(line, le, std::regex("le=\"([^\"]+)\"")));
        if (le[1] == "+Inf") continue;
        EXPECT_EQ(value_of(line), std::stod(le[1]) < 20000e-9 ? 0 : 512) << line;
    }
}

TEST(Prometheus, CellsThatCannotBeToldApartAreAnError) {
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);
    results.cells.back().cell += "-again";
    auto text = prometheus_text(results);
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message(), HasSubstr("same dimensions"));
}

TEST(Prometheus, ANewDimensionIsALabelOrAVariant) {
    const ScopedDimension readahead(readahead_row());
    const ScopedDimension scheduler(scheduler_row());
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);
    results.cells.back().cell += "/readahead1m/kyber";
    EXPECT_THAT(prometheus_text(results).error().message(), HasSubstr("same dimensions"));
    ASSERT_TRUE(set_value(results.cells.back().dimensions, *find_dimension("readahead_bytes"), uint64_t{1 << 20}));
    ASSERT_TRUE(set_value(results.cells.back().dimensions, *find_dimension("scheduler"), "kyber"));
    auto text = prometheus_text(results);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(lines_of(*text, "diobench_ops{", "numjobs=\"1\",scheduler=\"kyber\",variant=\"readahead1m\",machine=\"exact\"").size(), 1u);
    EXPECT_EQ(lines_of(*text, "diobench_ops{", "numjobs=\"1\",scheduler=\"none\",variant=\"\",machine=\"exact\"").size(), 5u);
}

TEST(Prometheus, LabelsOfACellAreInTheirOrder) {
    auto text = prometheus_text(sample_results());
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("diobench_ops{kernel=\"dio\",workload=\"rand-4k\",backend=\"fscache\",layout=\"flat\",device=\"ram\",cache_state=\"local\","
                                 "io=\"direct\",pattern=\"random\",block_size=\"4k\",engine=\"pread\",iodepth=\"1\",numjobs=\"1\",variant=\"\","
                                 "machine=\"exact\",suite=\"quick\"} 512"));
}

TEST(Prometheus, BootsOfACellAreOneSample) {
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);
    results.cells.back().boot = 1;
    auto text = prometheus_text(results);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(lines_of(*text, "diobench_ops{").size(), 5u);
    EXPECT_EQ(value_of(lines_of(*text, "diobench_latency_seconds_count{", "fallback").front()), 1024);
}

TEST(Prometheus, PromtoolFindsNothing) {
    auto promtool = find_program("promtool", "prometheus");
    if (!promtool) {
        if (std::getenv("DIOBENCH_REQUIRE") != nullptr) FAIL() << promtool.error().message();
        GTEST_SKIP() << "not checked: " << promtool.error().message();
    }
    auto dir = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    Results results = sample_results();
    for (auto& cell : results.cells)  // every row of the table, so that every name is judged
        for (const auto& metric : metric_table())
            if (cell.metrics) cell.metrics->try_emplace(std::string(metric.name), int64_t{1});
    results.run.tool["git"] = "a \"quoted\"\\ one\nwith lines";
    ASSERT_TRUE(write_prometheus(dir->path() / "metrics.prom", results));
    CommandOptions options;
    options.input = read_file(dir->path() / "metrics.prom").value();
    auto check = run_command({promtool->string(), "check", "metrics"}, options);
    ASSERT_TRUE(check) << check.error().message();
    EXPECT_EQ(check->exit_status, 0);
    EXPECT_EQ(check->output, "");
}
