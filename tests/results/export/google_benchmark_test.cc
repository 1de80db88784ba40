// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/google_benchmark.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// `dio` with three boots of its direct cell, each `slower` times as long as sample_results() has it.
Results repeated(double slower) {
    Results results = sample_results();
    for (int64_t boot = 1; boot <= 2; ++boot) {
        results.cells.push_back(sample_ok_cell("dio", "fscache", "direct", {512, 0.01, 20000 + static_cast<uint64_t>(boot), 0}));
        results.cells.back().boot = boot;
    }
    for (auto& cell : results.cells)
        if (cell.metrics) {
            (*cell.metrics)["latency_ns.mean"] = *cell.metric("latency_ns.mean") * slower;
            (*cell.metrics)["cpu_ns_per_op.total"] = *cell.metric("cpu_ns_per_op.total") * slower;
        }
    return results;
}

class GoogleBenchmarkFiles : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-gbench-test");
        ASSERT_TRUE(made);
        folder_ = std::make_unique<TempDirectory>(std::move(*made));
    }
    [[nodiscard]] fs::path folder() const { return folder_->path(); }

private:
    std::unique_ptr<TempDirectory> folder_;
};

}  // namespace

TEST(GoogleBenchmark, TimesAreMeanLatencyAndCpuAReadInNs) {
    const Json json = google_benchmark_json(sample_results(), "dio");
    const Json& entry = json.at("benchmarks").at(0);
    EXPECT_EQ(entry.at("name").get<std::string>(), "rand-4k/fscache/flat/ram/local/direct/pread/qd1");  // without the kernel: files are paired by it
    EXPECT_EQ(entry.at("run_name"), entry.at("name"));
    EXPECT_EQ(entry.at("run_type").get<std::string>(), "iteration");
    EXPECT_EQ(entry.at("iterations").get<int64_t>(), 512);
    EXPECT_EQ(entry.at("threads").get<int64_t>(), 1);
    EXPECT_EQ(entry.at("real_time").get<double>(), 20000);
    EXPECT_EQ(entry.at("cpu_time").get<double>(), 8000.5);
    EXPECT_EQ(entry.at("time_unit").get<std::string>(), "ns");
    EXPECT_DOUBLE_EQ(entry.at("items_per_second").get<double>(), 51200);
    EXPECT_DOUBLE_EQ(entry.at("bytes_per_second").get<double>(), 51200.0 * 4096);
    EXPECT_EQ(entry.at("latency_ns.p99").get<int64_t>(), 20000);
    EXPECT_FALSE(entry.contains("error_occurred"));
    EXPECT_FALSE(entry.contains("latency_ns.p90"));  // missing is not 0
}

TEST(GoogleBenchmark, ACellWithoutNumbersIsAnError) {
    const Json json = google_benchmark_json(sample_results(), "dio");
    const Json& entry = json.at("benchmarks").at(1);
    EXPECT_TRUE(entry.at("error_occurred").get<bool>());
    EXPECT_EQ(entry.at("error_message").get<std::string>(), "failed: the guest did not come back");
    EXPECT_EQ(entry.at("iterations").get<int64_t>(), 0);
    EXPECT_FALSE(entry.contains("items_per_second"));
}

TEST(GoogleBenchmark, CpuTimeIsTheReadersAloneIfNoMoreIsKnown) {
    Results results = sample_results();
    Metrics& metrics = *results.cells[3].metrics;
    metrics.erase("cpu_ns_per_op.total");
    EXPECT_THAT(google_benchmark_json(results, "dio").at("benchmarks").at(0).at("error_message").get<std::string>(), HasSubstr("cpu_ns_per_op.total is missing"));
    metrics["cpu_ns_per_op.reader"] = 7000.0;
    EXPECT_EQ(google_benchmark_json(results, "dio").at("benchmarks").at(0).at("cpu_time").get<double>(), 7000);
}

TEST(GoogleBenchmark, BootsAreRepetitions) {
    const Json json = google_benchmark_json(repeated(1), "dio");
    std::vector<double> times;
    std::vector<int64_t> indices;
    for (const auto& entry : json.at("benchmarks")) {
        if (entry.at("family_index").get<int64_t>() != 0) continue;
        EXPECT_EQ(entry.at("repetitions").get<int64_t>(), 3);
        indices.push_back(entry.at("repetition_index").get<int64_t>());
        times.push_back(entry.at("real_time").get<double>());
    }
    EXPECT_THAT(indices, ElementsAre(0, 1, 2));
    EXPECT_THAT(times, ElementsAre(20000, 20001, 20002));
}

TEST(GoogleBenchmark, TheContextSaysWhatWasMeasured) {
    const Json context = google_benchmark_json(sample_results(), "dio").at("context");
    EXPECT_EQ(context.at("date").get<std::string>(), "2026-11-22T21:15:00Z");
    EXPECT_EQ(context.at("num_cpus").get<int64_t>(), 2);
    EXPECT_EQ(context.at("kernel").get<std::string>(), "dio");
    EXPECT_EQ(context.at("machine").get<std::string>(), "exact");
    EXPECT_EQ(context.at("image_sha256").get<std::string>(), std::string(64, 'c'));
}

TEST_F(GoogleBenchmarkFiles, OneAKernelThatHasCells) {
    Results results = sample_results();
    results.kernels.push_back(sample_kernel("not-measured"));
    auto files = write_google_benchmark(folder() / "made", results);
    ASSERT_TRUE(files) << files.error().message();
    EXPECT_THAT(*files, ElementsAre(folder() / "made" / "benchmark-fallback.json", folder() / "made" / "benchmark-dio.json"));
    const Json json = Json::parse(*read_file(files->back()));
    EXPECT_EQ(json, google_benchmark_json(results, "dio"));
    results.cells.clear();
    EXPECT_FALSE(write_google_benchmark(folder(), results));
}

TEST_F(GoogleBenchmarkFiles, ComparePyTakesThem) {
    const fs::path compare = cache_root() / "deps" / "benchmark-1.7.1" / "tools" / "compare.py";
    auto needs = run_command({"/usr/bin/python3", "-c", "import scipy, numpy"});
    std::error_code none;
    if (!fs::exists(compare, none) || !needs || needs->exit_status != 0) {
        if (std::getenv("DIOBENCH_REQUIRE") != nullptr) FAIL() << compare << " or scipy is missing (scripts/setup)";
        GTEST_SKIP() << compare << " or scipy is missing (scripts/setup)";
    }
    ASSERT_TRUE(write_google_benchmark(folder() / "old", repeated(1)));
    ASSERT_TRUE(write_google_benchmark(folder() / "new", repeated(1.25)));
    const fs::path dump = folder() / "compared.json";
    auto compared = run_command({"/usr/bin/python3", "-B", compare.string(), "--no-color", "--dump_to_json", dump.string(), "benchmarks",
                                 (folder() / "old/benchmark-dio.json").string(), (folder() / "new/benchmark-dio.json").string()});
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->exit_status, 0) << compared->output;
    EXPECT_THAT(compared->output, HasSubstr("rand-4k/fscache/flat/ram/local/direct/pread/qd1"));
    EXPECT_THAT(compared->output, HasSubstr("U Test, Repetitions: 3 vs 3"));
    const Json report = Json::parse(*read_file(dump));
    const Json& first = report.at(0);
    EXPECT_EQ(first.at("name").get<std::string>(), "rand-4k/fscache/flat/ram/local/direct/pread/qd1");
    ASSERT_EQ(first.at("measurements").size(), 3u);
    EXPECT_NEAR(first.at("measurements").at(0).at("time").get<double>(), 0.25, 1e-12);
    EXPECT_NEAR(first.at("measurements").at(0).at("cpu").get<double>(), 0.25, 1e-12);
}
