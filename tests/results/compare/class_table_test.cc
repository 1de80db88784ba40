// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/class_table.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "bench/results/compare/answer.h"
#include "bench/results/compare/next_of_run.h"
#include "bench/results/compare/recommendation.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

Dimensions read_of(uint64_t block_size_bytes, Pattern pattern, CacheState state = CacheState::local, unsigned iodepth = 1) {
    Dimensions d = sample_cell("dio", "fscache", "direct").dimensions;
    d.block_size_bytes = block_size_bytes;
    d.pattern = pattern;
    d.cache_state = state;
    d.iodepth = iodepth;
    return d;
}

/// A read that takes `latency_ns`, under an id of its own.
CellResult read_taking(const std::string& kernel, const Dimensions& dimensions, uint64_t latency_ns) {
    CellResult cell = sample_ok_cell(kernel, dimensions.backend, std::string(name_of(dimensions.io)), {.latency_ns = latency_ns});
    cell.dimensions = dimensions;
    cell.cell = fmt::format("{}/{}/{}/{}/{}", name_of(dimensions.cache_state), name_of(dimensions.pattern), dimensions.block_size_bytes, dimensions.iodepth, name_of(dimensions.io));
    return cell;
}

Results class_run(std::vector<CellResult> cells) {
    Results out = sample_results();
    for (auto& kernel : out.kernels) kernel.conformance.clear();
    out.cells = std::move(cells);
    return out;
}

ClassTable table_of(const Results& results) { return class_table(compare_arms(results, {}).value()); }

const ClassRow* row_called(const std::vector<ClassRow>& rows, std::string_view id) {
    for (const auto& row : rows)
        if (row.id == id) return &row;
    return nullptr;
}

}  // namespace

TEST(ReadClass, EachReadIsOfOne) {
    auto of = [](const Dimensions& d) { return read_class_of(d); };
    EXPECT_EQ(of(read_of(4096, Pattern::random)), ReadClass::cold_random_small);
    EXPECT_EQ(of(read_of(64 << 10, Pattern::random)), ReadClass::cold_random_large);
    EXPECT_EQ(of(read_of(4096, Pattern::sequential)), ReadClass::cold_sequential_small);
    EXPECT_EQ(of(read_of(1 << 20, Pattern::sequential)), ReadClass::cold_sequential_large);
    EXPECT_EQ(of(read_of(4096, Pattern::random, CacheState::local, 8)), ReadClass::in_flight);
    EXPECT_EQ(of(read_of(4096, Pattern::random, CacheState::resident, 8)), ReadClass::warm);
    EXPECT_EQ(of(read_of(4096, Pattern::reread)), ReadClass::warm);
    EXPECT_EQ(of(read_of(4096, Pattern::random, CacheState::remote, 8)), ReadClass::remote);
    Dimensions beside = read_of(4096, Pattern::random);
    beside.neighbour_bytes = 1 << 20;
    EXPECT_EQ(of(beside), ReadClass::neighbour);
    Dimensions other = read_of(4096, Pattern::random);
    other.io = IoMode::mmap;
    EXPECT_EQ(of(other), ReadClass::buffered);
    for (const auto& [backend, expected] : {std::pair("loop", ReadClass::other_back_ends), std::pair("device", ReadClass::reference), std::pair("null", ReadClass::reference)}) {
        other.backend = backend;
        EXPECT_EQ(of(other), expected);
    }
    for (const auto& row : read_classes()) EXPECT_EQ(row_of(row.read_class).id, row.id);
}

TEST(ReadClass, AllCellsOfARunAreCounted) {
    const Results results = sample_results();
    std::set<std::string> ids;
    for (const auto& cell : results.cells) ids.insert(cell.cell);
    size_t sum = 0;
    for (const auto& [row, reads] : reads_by_class(compare_arms(results, {}).value())) sum += reads;
    EXPECT_EQ(sum, ids.size());
}

TEST(ClassTable, HasMedianBestAndWorstOfAClass) {
    std::vector<CellResult> cells;
    for (const auto& [bytes, fallback, dio] : {std::tuple(4096u, 1000u, 500u), std::tuple(8192u, 1000u, 900u), std::tuple(16384u, 1000u, 2000u)}) {
        cells.push_back(read_taking("fallback", read_of(bytes, Pattern::random), fallback));
        cells.push_back(read_taking("dio", read_of(bytes, Pattern::random), dio));
    }
    const ClassTable table = table_of(class_run(cells));
    EXPECT_EQ(table.reference, "fallback");
    EXPECT_THAT(table.kernels, ElementsAre("dio"));
    const ClassRow* row = row_called(table.time, "cold-random-small");
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->reads, 3u);
    const ClassFigure& figure = row->figures.at(0);
    EXPECT_DOUBLE_EQ(figure.median, 0.9);
    EXPECT_DOUBLE_EQ(figure.best.ratio, 0.5);
    EXPECT_DOUBLE_EQ(figure.worst.ratio, 2.0);
    EXPECT_EQ(figure.worse, 1u);
    EXPECT_EQ(figure.better, 2u);
    EXPECT_EQ(figure_text(figure), "0.90 (0.50 - 2.00)!");
    EXPECT_THAT(worst_sentences(table), testing::Contains(AllOf(HasSubstr("Worst, modelled: cold random, small, 1 of 3 reads"), HasSubstr("2.00 times the time per read"),
                                                                HasSubstr("2.00 us instead of 1.00 us"))));
}

TEST(ClassTable, SomethingFromNothingIsSaid) {
    std::vector<CellResult> cells = {read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 1000)};
    (*cells[1].metrics)["page_cache_bytes.guest_total.after"] = int64_t{1048576 + (1 << 20)};
    const ClassTable grown = table_of(class_run(cells));
    EXPECT_EQ(figure_text(row_called(grown.work, "memory")->figures.at(0)), "from 0!");
    (*cells[1].metrics)["page_cache_bytes.guest_total.after"] = int64_t{1048576 + 8192};
    const ClassTable pages = table_of(class_run(cells));
    EXPECT_EQ(figure_text(row_called(pages.work, "memory")->figures.at(0)), "1.00 ");
}

TEST(ClassTable, ARefusedReadHasAWord) {
    std::vector<CellResult> cells = {read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 1000)};
    CellResult refused = cells[0];
    refused.kernel = "base";
    refused.status = CellStatus::unsupported;
    refused.observed_io = ObservedIo::refused;
    refused.metrics.reset();
    cells.push_back(refused);
    Results results = class_run(cells);
    results.kernels.insert(results.kernels.begin(), sample_kernel("base"));
    const ClassTable table = table_of(results);
    EXPECT_EQ(table.figure(*row_called(table.time, "cold-random-small"), "base")->gap, "refused");
    EXPECT_THAT(class_table_text(table, 72, Colours::never), AllOf(HasSubstr("no direct reads with numbers: base"), HasSubstr("instructions per read, counted")));
}

TEST(ClassTable, BufferedReadsHaveTheirRow) {
    Dimensions buffered = read_of(4096, Pattern::random);
    buffered.io = IoMode::buffered;
    const Results results = class_run({read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 900),
                                    read_taking("fallback", buffered, 1000), read_taking("dio", buffered, 1800)});
    const ClassTable table = table_of(results);
    EXPECT_EQ(figure_text(row_called(table.time, "buffered")->figures.at(0)), "1.80!");
    // It is none of the direct classes that the recommendation is about.
    EXPECT_THAT(worst_sentences(table), testing::Contains(HasSubstr("Worst, modelled: no class of direct reads")));
    EXPECT_THAT(recommendation(table).front().text, HasSubstr("Take dio"));
}

TEST(NextOfRun, AsksWhyTheWorstReadCostsThat) {
    Results results = class_run({read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 2000)});
    results.run.suite = "quick";
    results.run.machine = "exact";
    results.run.argv = {"diobench", "run", "--kernel", "fallback", "--kernel", "../series/dio/"};
    (*results.cells[1].metrics)["page_cache_bytes.guest_total.after"] = int64_t{1048576 + (1 << 20)};
    const std::string cell = results.cells[1].cell;
    EXPECT_EQ(next_of_run(table_of(results)), "diobench profile --kernel fallback --kernel ../series/dio/ --suite quick --filter " + cell);
    results.run.machine = "uml";
    EXPECT_EQ(next_of_run(table_of(results)), "");
}

TEST(NextOfRun, NamesAKernelAsItWasGiven) {
    diobench::Run run = sample_results().run;
    run.argv = {"diobench", "run", "--kernel", "base@~/linux:v7.1", "--kernel=dio"};
    EXPECT_EQ(kernel_as_given(run, "base@v7.1"), "'base@~/linux:v7.1'");
    EXPECT_EQ(kernel_as_given(run, "dio"), "dio");
    EXPECT_EQ(kernel_as_given(run, "base@6.12.107"), std::nullopt);
    run.argv.push_back("--tree=/linux");
    EXPECT_EQ(kernel_as_given(run, "dio"), std::nullopt);
}

TEST(Recommendation, WeighsClasses) {
    auto judged = [](uint64_t cold, uint64_t warm) {
        const Dimensions resident = read_of(4096, Pattern::random, CacheState::resident);
        std::vector<std::string> out;
        for (const auto& clause : recommendation(table_of(class_run({read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), cold),
                                                                  read_taking("fallback", resident, 1000), read_taking("dio", resident, warm)}))))
            out.push_back(clause.text);
        return out;
    };
    EXPECT_THAT(judged(500, 45000), ElementsAre("Take dio if the reads that matter are cold random, small (0.50x).", "Keep fallback if they are warm or re-read (45x)."));
    EXPECT_THAT(judged(500, 1000), ElementsAre("Take dio: it takes less time than fallback in cold random, small (0.50x).", "No difference in warm or re-read (1.00x)."));
    EXPECT_THAT(judged(2000, 2000), ElementsAre("Keep fallback: dio takes more time in cold random, small (2.00x), warm or re-read (2.00x)."));
}

TEST(Recommendation, SaysWhatDirectReadsDoToMemory) {
    std::vector<CellResult> cells = {read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 500)};
    EXPECT_EQ(recommendation(table_of(class_run(cells))).size(), 1u);
    (*cells[0].metrics)["page_cache_bytes.guest_total.after"] = int64_t{1048576 + (4 << 20)};
    const auto clauses = recommendation(table_of(class_run(cells)));
    ASSERT_EQ(clauses.size(), 2u);
    EXPECT_EQ(clauses[1].text, "Beside time: memory left behind (0.00x).");
    EXPECT_THAT(clauses[1].rows, ElementsAre("memory"));
}

TEST(Recommendation, WrongBytesForbidIt) {
    std::vector<CellResult> cells = {read_taking("fallback", read_of(4096, Pattern::random), 1000), read_taking("dio", read_of(4096, Pattern::random), 500)};
    Results results = class_run(cells);
    results.kernels[1].conformance = {{"data/x", ConformanceStatus::fail, false, "wrong bytes", 0, ""}};
    EXPECT_THAT(recommendation(table_of(results)).front().text, HasSubstr("Do not take dio: 1 check"));
}

TEST(Mainline, TheProjectsFileIsWholeAndInOrder) {
    auto events = mainline_events();
    ASSERT_TRUE(events) << events.error().message();
    EXPECT_TRUE(std::ranges::is_sorted(*events, {}, &MainlineEvent::date));
    EXPECT_THAT(mainline_line(*events), AllOf(testing::StartsWith("Mainline: "), HasSubstr(events->back().date)));
}

TEST(Mainline, WhatIsMissingOrUnknownIsRefused) {
    const fs::path file = fs::path(testing::TempDir()) / "mainline.toml";
    auto refused = [&](const std::string& text) {
        EXPECT_TRUE(write_file_atomic(file, text));
        auto events = mainline_events(file);
        return events ? std::string() : events.error().message();
    };
    const std::string whole = "[[event]]\ndate = \"2020-01-01\"\nversion = \"\"\ntext = \"a\"\nsource = \"b\"\n";
    EXPECT_EQ(refused(whole), "");
    EXPECT_THAT(refused(whole + "more = 1\n"), HasSubstr("\"more\""));
    EXPECT_THAT(refused("[[event]]\ntext = \"a\"\n"), HasSubstr("needs date"));
    EXPECT_THAT(refused(""), HasSubstr("no [[event]]"));
    EXPECT_THAT(refused("[[event"), HasSubstr("mainline.toml"));
    EXPECT_FALSE(mainline_events(file / "absent"));
}
