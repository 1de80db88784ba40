// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/measure/metric_table.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

namespace {

/// The error that reading `json` gives, as one sentence; "" when it reads well.
std::string reading(const Json& json) {
    auto results = from_json(json);
    return results ? "" : results.error().message();
}

}  // namespace

TEST(Results, RoundTripKeepsEveryByte) {
    Json once = to_json(sample_results());
    auto back = from_json(Json::parse(once.dump()));
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(to_json(*back).dump(), once.dump());
    EXPECT_EQ(back->run, sample_results().run);
    EXPECT_EQ(back->kernels, sample_results().kernels);
    EXPECT_EQ(cells_to_json(back->cells).dump(), once.at("cells").dump());
}

TEST(Results, IntegersStayIntegersAndDoublesStayShortest) {
    Results results = sample_results();
    (*results.cells[0].metrics)["bytes"] = int64_t{9007199254740993};  // not a double
    (*results.cells[0].metrics)["seconds"] = 0.1;
    (*results.cells[0].metrics)["throughput_bytes_per_s"] = 2.0;
    std::string text = cells_to_json(results.cells).dump();
    EXPECT_THAT(text, HasSubstr("\"bytes\":9007199254740993,"));
    EXPECT_THAT(text, HasSubstr("\"seconds\":0.1,"));
    EXPECT_THAT(text, HasSubstr("\"throughput_bytes_per_s\":2.0,"));
    auto back = from_json(Json::parse(to_json(results).dump()));
    ASSERT_TRUE(back);
    EXPECT_TRUE(std::holds_alternative<int64_t>(back->cells[0].metrics->at("bytes")));
    EXPECT_TRUE(std::holds_alternative<double>(back->cells[0].metrics->at("throughput_bytes_per_s")));
}

TEST(Results, EveryRowOfTheMetricTableIsWrittenAndMissingIsNull) {
    Results results = sample_results();
    results.cells[0].metrics->erase("read_amplification");
    Json metrics = to_json(results).at("cells").at(0).at("metrics");
    for (const auto& metric : metric_table()) {
        std::string pointer = "/" + std::string(metric.name);
        for (auto& c : pointer)
            if (c == '.') c = '/';
        EXPECT_TRUE(metrics.contains(Json::json_pointer(pointer))) << metric.name;
    }
    EXPECT_TRUE(metrics.at("read_amplification").is_null());
    auto back = from_json(to_json(results));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->cells[0].metric("read_amplification"), std::nullopt);
}

TEST(Results, AnotherSchemaVersionIsRefused) {
    Json json = to_json(sample_results());
    json["schema_version"] = 99;
    EXPECT_THAT(reading(json), HasSubstr("/schema_version"));
    EXPECT_THAT(reading(json), HasSubstr("version 99 is not known"));
}

TEST(Results, ErrorsNameThePlace) {
    const Json good = to_json(sample_results());
    ASSERT_EQ(reading(good), "");
    auto after = [&](auto change) {
        Json json = good;
        change(json);
        return reading(json);
    };
    EXPECT_THAT(after([](Json& j) { j["cells"][1].erase("status"); }), HasSubstr("/cells/1/status: this key is missing"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["speed"] = 1; }), HasSubstr("/cells/0/speed: this key is not known"));
    EXPECT_THAT(after([](Json& j) { j["run"]["seed"] = "1"; }), HasSubstr("/run/seed: a whole number is expected"));
    EXPECT_THAT(after([](Json& j) { j["run"]["seed"] = 1.5; }), HasSubstr("/run/seed"));
    EXPECT_THAT(after([](Json& j) { j["run"]["clock"] = "virtual"; }), HasSubstr("/run/clock: an object is expected"));
    EXPECT_THAT(after([](Json& j) { j["kernels"][0]["boots"][0]["outcome"] = "fine"; }),
                HasSubstr("/kernels/0/boots/0/outcome: \"fine\" is none of ok, cannot-start, panic"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["metrics"]["latency_ns"]["p42"] = 1; }),
                HasSubstr("/cells/0/metrics/latency_ns/p42: this metric is not known"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["metrics"]["ops"] = "512"; }),
                HasSubstr("/cells/0/metrics/ops: a number or null is expected"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["histogram"]["count"] = 3; }),
                HasSubstr("/cells/0/histogram: counts do not add up"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["histogram"].erase("min_ns"); }), HasSubstr("/cells/0/histogram/min_ns"));
    EXPECT_THAT(after([](Json& j) { j["cells"][0]["histogram"]["counts"][0] = 7; }), HasSubstr("/cells/0/histogram/counts"));
    EXPECT_THAT(after([](Json& j) { j["cells"] = 3; }), HasSubstr("/cells: an array is expected"));
    EXPECT_NE(reading(Json::array()), "");
}

TEST(Results, FioJobsAreThereIfThereAreAny) {
    Results results = sample_results();
    EXPECT_FALSE(to_json(results).at("run").contains("fio_jobs"));
    results.run.fio_jobs = {{"database", "flat", {"fio/database.fio"}, {{"database.fio", 3, "size=10g", "size=32m", "the file has 32m"}}}};
    const Json json = to_json(results);
    EXPECT_EQ(json.at("run").at("fio_jobs").at(0).at("changes").at(0).at("line"), 3);
    auto back = from_json(json);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->run, results.run);
    Json wrong = json;
    wrong["run"]["fio_jobs"][0]["changes"][0].erase("why");
    EXPECT_THAT(reading(wrong), HasSubstr("/run/fio_jobs/0/changes/0"));
}

TEST(Results, TheSizeOfASeriesIsWholeOrNotThere) {
    Json json = to_json(sample_results());
    json.at("kernels").at(0).erase("size");
    auto old = from_json(json);
    ASSERT_TRUE(old) << old.error().message();
    EXPECT_FALSE(old->kernels[0].size) << "a file from before it was counted";
    EXPECT_EQ(old->kernels[1].size->lines_added, 120);

    json = to_json(sample_results());
    json["kernels"][0]["size"] = nullptr;
    EXPECT_EQ(reading(json), "");
    json["kernels"][0]["size"] = {{"patches", 1}};
    EXPECT_THAT(reading(json), HasSubstr("/kernels/0/size/files"));
    json = to_json(sample_results());
    json["kernels"][0]["size"]["lines_removed"] = -1;
    EXPECT_THAT(reading(json), HasSubstr("/kernels/0/size/lines_removed"));
    json = to_json(sample_results());
    json["kernels"][0]["size"]["checkpatch"] = nullptr;
    EXPECT_THAT(reading(json), HasSubstr("/kernels/0/size/checkpatch_reason"));
    json["kernels"][0]["size"]["checkpatch_reason"] = "there is no perl";
    EXPECT_EQ(reading(json), "");
}

TEST(Results, OnlyOkCellsHaveNumbers) {
    Json json = to_json(sample_results());
    json["cells"][0]["status"] = "invalid";
    json["cells"][0]["reason"] = "wrong bytes";
    EXPECT_THAT(reading(json), HasSubstr("/cells/0/metrics"));
    Json silent = to_json(sample_results());
    for (auto& cell : silent["cells"])
        if (cell["status"] != "ok") cell["reason"] = "";
    EXPECT_THAT(reading(silent), HasSubstr("needs a reason"));
}

TEST(Results, FileIsWrittenWholeAndReadBack) {
    auto dir = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    ASSERT_TRUE(dir);
    ASSERT_TRUE(write_results(dir->path(), sample_results()));
    auto back = read_results(dir->path());
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(to_json(*back).dump(), to_json(sample_results()).dump());
    ASSERT_TRUE(read_results(dir->path() / "results.json"));
    auto text = read_file(dir->path() / "results.json");
    ASSERT_TRUE(write_file_atomic(dir->path() / "results.json", text->substr(0, text->size() / 2)));
    auto cut = read_results(dir->path());
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().message(), HasSubstr("not valid JSON"));
    auto none = read_results(dir->path() / "none");
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message(), HasSubstr("none"));
}

TEST(Results, BytesThatAreNotUtf8DoNotStopTheWriter) {
    auto dir = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    ASSERT_TRUE(dir);
    Results results = sample_results();
    results.kernels[0].boots[0].last_lines = "garbage \xff\xfe on the line";
    ASSERT_TRUE(write_results(dir->path(), results));
    EXPECT_TRUE(read_results(dir->path()));
}
