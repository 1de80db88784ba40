// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;

TEST(Junit, EveryCellIsATestCase) {
    Results results = sample_results();
    results.cells.push_back(sample_cell("base", "fscache", "direct"));
    results.cells.back().status = CellStatus::unsupported;
    results.cells.back().reason = "open(2) with O_DIRECT says EINVAL";
    std::string xml = junit_text(results);
    EXPECT_THAT(xml, HasSubstr("tests=\"13\" failures=\"1\" errors=\"0\" skipped=\"3\""));  // 7 cells and 2 kernels
    EXPECT_THAT(xml, HasSubstr("<failure type=\"failed\" message=\"the guest did not come back\"/>"));
    EXPECT_THAT(xml, HasSubstr("<skipped message=\"unsupported: open(2) with O_DIRECT says EINVAL\"/>"));
}

TEST(Junit, AKnownFailureIsShownButFailsNothing) {
    Results results = sample_results();
    results.cells[4].known = true;
    std::string xml = junit_text(results);
    EXPECT_THAT(xml, HasSubstr("failures=\"0\""));
    EXPECT_THAT(xml, HasSubstr("<skipped message=\"failed: known: the guest did not come back\"/>"));
}

TEST(Junit, ABrokenKernelFails) {
    Results results = sample_results();
    results.kernels[1].status = KernelStatus::build_failed;
    results.kernels[1].reason = "fs/erofs/data.c:12: error";
    EXPECT_THAT(junit_text(results), HasSubstr("<failure type=\"build-failed\" message=\"fs/erofs/data.c:12: error\"/>"));
}

TEST(Junit, TextOfAConsoleCannotBreakTheXml) {
    Results results = sample_results();
    results.cells[4].reason = "a < b && \"c\" > d\x01\nnext <line>\nand another";
    std::string xml = junit_text(results);
    EXPECT_THAT(xml, HasSubstr("message=\"a &lt; b &amp;&amp; &quot;c&quot; &gt; d?\">next &lt;line&gt;&#10;and another</failure>")) << "a message is one line";
    EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}
