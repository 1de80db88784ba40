// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/text.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string summary_of(const Results& results) {
    auto comparison = compare_arms(results, {});
    EXPECT_TRUE(comparison);
    return summary_text(*comparison).value();
}

/// As a quick run has it: four kernels, each class of reads.
Results whole_run() {
    Results results = sample_results();
    results.kernels.clear();
    results.cells.clear();
    for (const char* kernel : {"base", "fallback", "dio-sync", "dio"}) {
        results.kernels.push_back(sample_kernel(kernel));
        for (const CacheState state : {CacheState::remote, CacheState::local, CacheState::resident})
            for (const Pattern pattern : {Pattern::random, Pattern::sequential})
                for (const uint64_t bytes : {4096u, 131072u})
                    for (const unsigned iodepth : {1u, 32u})
                        for (const char* io : {"direct", "buffered"}) {
                            CellResult cell = sample_ok_cell(kernel, "fscache", io, {});
                            cell.dimensions.cache_state = state;
                            cell.dimensions.pattern = pattern;
                            cell.dimensions.block_size_bytes = bytes;
                            cell.dimensions.iodepth = iodepth;
                            cell.cell = fmt::format("{}/{}/{}/{}/{}", name_of(state), name_of(pattern), bytes, iodepth, io);
                            results.cells.push_back(cell);
                        }
    }
    for (int i = 0; i < 30; ++i) results.run.findings.push_back(fmt::format("finding {} {}", i, std::string(200, 'x')));
    return results;
}

}  // namespace

TEST(Summary, IsPlainTextForAMail) {
    Results results = sample_results();
    results.run.host.cpu = "Processor\xc2\xae of some maker";
    const std::string text = summary_of(results);
    for (const auto& line : split(text, '\n')) EXPECT_LE(line.size(), 72u) << line;
    for (char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c <= 0x7e)) << static_cast<int>(c);
    EXPECT_THAT(text, AllOf(HasSubstr("1 guest instruction = 1 ns"), HasSubstr("Recommendation (x: median time of the class): "), HasSubstr("Worst, counted: "), HasSubstr("cold random, small"),
                            HasSubstr("modelled"), HasSubstr("dio failed"), HasSubstr("+120 -14"), HasSubstr("To reproduce"), HasSubstr("diobench run")));
}

TEST(Summary, OfFourKernelsFitsAReply) {
    const std::string text = summary_of(whole_run());
    for (const auto& line : split(text, '\n')) EXPECT_TRUE(line.size() <= 72 || line.find(' ', 2) == std::string::npos) << line;
    EXPECT_LE(split(text, '\n').size(), 61u) << text;
    EXPECT_THAT(text, AllOf(HasSubstr("warm or re-read"), HasSubstr("remote fetch"), HasSubstr("cold, many in flight"), HasSubstr("more; report.html")));
}

TEST(Summary, SaysThatTheFloorIsWrong) {
    Results results = sample_results();
    for (const char* kernel : {"fallback", "dio"}) {
        results.cells.push_back(sample_ok_cell(kernel, "device", "direct", {512, 0.0025, 5000, 0}));
        (*results.cells.back().metrics)["cpu_ns_per_op.total"] = 4000.25;
    }
    EXPECT_THAT(summary_of(results), Not(HasSubstr("is wrong")));
    (*results.cells[3].metrics)["cpu_ns_per_op.total"] = 3000.0;
    EXPECT_THAT(summary_of(results), HasSubstr("* The floor is wrong: dio needs fewer instructions per read than the"));
}
