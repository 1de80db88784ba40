// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/csv.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;

namespace {

/// Rows of fields, by a reader that knows quotes and nothing else.
std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
    std::vector<std::vector<std::string>> out = {{""}};
    bool quoted = false;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') out.back().back() += text[i++];
        else if (text[i] == '"') quoted = !quoted;
        else if (quoted) out.back().back() += text[i];
        else if (text[i] == ',') out.back().emplace_back();
        else if (text.compare(i, 2, "\r\n") == 0) ++i, out.push_back({""});
        else out.back().back() += text[i];
    }
    out.pop_back();
    return out;
}

/// The row's fields by the names of their columns.
std::map<std::string, std::string> csv_named(const std::vector<std::vector<std::string>>& rows, size_t row) {
    std::map<std::string, std::string> out;
    for (size_t i = 0; i < rows[0].size(); ++i) out[rows[0][i]] = rows[row].at(i);
    return out;
}

}  // namespace

TEST(Csv, HasARowACellAndAColumnADimensionAndAMetric) {
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);  // another boot of a cell is no row of its own
    results.cells.back().boot = 1;
    const auto rows = csv_rows(csv_text(results));
    ASSERT_EQ(rows.size(), 1 + 6u);
    for (const auto& row : rows) EXPECT_EQ(row.size(), 3 + dimension_table().size() + 5 + metric_table().size());
    auto dio = csv_named(rows, 4);
    EXPECT_EQ(dio.size(), rows[0].size()) << "two columns of one name";
    EXPECT_EQ(dio["kernel"], "dio");
    EXPECT_EQ(dio["io"], "direct");
    EXPECT_EQ(dio["block_size_bytes"], "4096");
    EXPECT_EQ(dio["status"], "ok");
    EXPECT_EQ(dio["bytes"], "2097152");
    EXPECT_EQ(dio["cpu_ns_per_op.total"], "8000.5");
    EXPECT_EQ(dio["errors_count"], "0");
    EXPECT_EQ(dio["read_amplification_ratio"], "") << "what is missing is not 0";
}

TEST(Csv, EveryColumnOfANumberHasItsUnit) {
    const auto rows = csv_rows(csv_text(sample_results()));
    for (const auto& metric : metric_table())
        EXPECT_TRUE(std::ranges::any_of(rows[0], [&](const std::string& name) { return name.starts_with(metric.name) && name.find(metric.unit) != std::string::npos; })) << metric.name;
}

TEST(Csv, QuotesWhatHasACommaAQuoteOrALine) {
    Results results = sample_results();
    results.cells[4].reason = "it said \"no\", and\nended";
    const std::string text = csv_text(results);
    EXPECT_THAT(text, HasSubstr(",\"it said \"\"no\"\", and\nended\","));
    EXPECT_EQ(csv_named(csv_rows(text), 5)["reason"], results.cells[4].reason);
    EXPECT_THAT(text.substr(0, text.find('\r')), Not(HasSubstr("\"")));
}

TEST(Csv, ARunWithoutCellsIsAnError) {
    Results results = sample_results();
    results.cells.clear();
    auto written = write_csv("/nonexistent/cells.csv", results);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message(), HasSubstr("it measured none"));
}
