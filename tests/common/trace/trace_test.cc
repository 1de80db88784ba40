// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace diobench;

namespace {

Trace parsed(const std::string& lines) { return parse_trace("# diobench-trace 1\n" + lines, "t.trace").value(); }

TEST(TraceFormat, AnExampleIsReadFieldByField) {
    const Trace trace = parsed("# a comment\n"
                               "\n"
                               "0 bin/sh 0 4096 buffered\n"
                               "  12.5\tdata.bin 1048576 512 direct\r\n"
                               "12.5 bin/sh 4097 1 buffered");
    const Trace wanted{{"bin/sh", "data.bin"}, {{0, 0, 0, 4096, false}, {12500, 1, 1048576, 512, true}, {12500, 0, 4097, 1, false}}};
    EXPECT_EQ(trace, wanted);
}

TEST(TraceFormat, WhatIsWrittenIsReadTheSame) {
    const Trace trace{{"a b", "100%/\xc3\xa9", "#\n\t%20", "plain"},
                      {{0, 0, 1, 2, false}, {1, 1, 512, 16 << 20, true}, {999999, 2, 0, 1, false}, {1000000, 3, (uint64_t{1} << 62), 7, false}}};
    const std::string text = format_trace(trace, {"one", "# two"});
    EXPECT_EQ(parse_trace(text, "t").value(), trace) << text;
    EXPECT_THAT(text, testing::StartsWith("# diobench-trace 1\n# one\n# # two\n0 a%20b 1 2 buffered\n0.001 100%25/\xc3\xa9 512 16777216 direct\n999.999 "));
}

TEST(TraceFormat, LimitsAreAllowed) {
    EXPECT_EQ(parsed("0 f 0 16777216 direct").reads[0].length_bytes, 16777216U);
    EXPECT_EQ(parsed("0 f 9223372036854775806 1 buffered").reads[0].offset_bytes, 9223372036854775806U);
}

struct Mistake {
    const char* name;
    const char* text;
    const char* where;
    const char* right;
};

class TraceMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(TraceMistakes, AreRefusedWithTheirLineAndWhatWouldBeRight) {
    auto trace = parse_trace(GetParam().text, "t.trace");
    ASSERT_FALSE(trace);
    EXPECT_THAT(trace.error().message(), testing::AllOf(testing::HasSubstr(GetParam().where), testing::HasSubstr(GetParam().right)));
    EXPECT_EQ(trace.error().code, ExitCode::usage);
}

#define HEAD "# diobench-trace 1\n"
INSTANTIATE_TEST_SUITE_P(
    All, TraceMistakes,
    testing::Values(Mistake{"Empty", "", "t.trace:1", "\"# diobench-trace 1\""}, Mistake{"NoHeader", "0 f 0 1 buffered\n", "t.trace:1", "\"# diobench-trace 1\""},
                    Mistake{"OtherVersion", "# diobench-trace 2\n0 f 0 1 buffered\n", "t.trace:1", "\"# diobench-trace 1\""},
                    Mistake{"NoRead", HEAD "# nothing\n", "t.trace", "no read"},
                    Mistake{"FewFields", HEAD "0 f 0 1\n", "t.trace:2", "4 fields instead of 5"},
                    Mistake{"ManyFields", HEAD "#\n0 a b 0 1 buffered\n", "t.trace:3", "6 fields instead of 5"},
                    Mistake{"TimeWord", HEAD "now f 0 1 buffered\n", "t.trace:2", "microseconds"},
                    Mistake{"TimeNegative", HEAD "-1 f 0 1 buffered\n", "t.trace:2", "microseconds"},
                    Mistake{"TimeFourDecimals", HEAD "1.0005 f 0 1 buffered\n", "t.trace:2", "microseconds"},
                    Mistake{"TimeNoDecimals", HEAD "1. f 0 1 buffered\n", "t.trace:2", "microseconds"},
                    Mistake{"TimeTooLarge", HEAD "18446744073709552 f 0 1 buffered\n", "t.trace:2", "microseconds"},
                    Mistake{"TimeBackwards", HEAD "2 f 0 1 buffered\n1.999 f 0 1 buffered\n", "t.trace:3", "order of time"},
                    Mistake{"AbsolutePath", HEAD "0 /bin/sh 0 1 buffered\n", "t.trace:2", "relative to the root"},
                    Mistake{"AbsoluteEscapedPath", HEAD "0 %2Fbin/sh 0 1 buffered\n", "t.trace:2", "relative to the root"},
                    Mistake{"Parent", HEAD "0 a/../b 0 1 buffered\n", "t.trace:2", "no \"..\""},
                    Mistake{"EscapedParent", HEAD "0 a/%2e%2E/b 0 1 buffered\n", "t.trace:2", "no \"..\""},
                    Mistake{"Dot", HEAD "0 ./b 0 1 buffered\n", "t.trace:2", "no \".\""},
                    Mistake{"EmptyPart", HEAD "0 a//b 0 1 buffered\n", "t.trace:2", "no empty part"},
                    Mistake{"Folder", HEAD "0 a/ 0 1 buffered\n", "t.trace:2", "no empty part"},
                    Mistake{"Nul", HEAD "0 a%00 0 1 buffered\n", "t.trace:2", "two hexadecimal digits"},
                    Mistake{"HalfEscape", HEAD "0 a%2 0 1 buffered\n", "t.trace:2", "two hexadecimal digits"},
                    Mistake{"OffsetUnit", HEAD "0 f 4k 1 buffered\n", "t.trace:2", "without a unit"},
                    Mistake{"OffsetNegative", HEAD "0 f -4096 1 buffered\n", "t.trace:2", "\"-4096\" is no offset"},
                    Mistake{"OffsetEnd", HEAD "0 f 9223372036854775807 1 buffered\n", "t.trace:2", "largest file offset"},
                    Mistake{"LengthNone", HEAD "0 f 0 0 buffered\n", "t.trace:2", "from 1 to 16777216"},
                    Mistake{"LengthOver", HEAD "0 f 0 16777217 buffered\n", "t.trace:2", "from 1 to 16777216"},
                    Mistake{"LengthFarOver", HEAD "0 f 0 4294967297 buffered\n", "t.trace:2", "from 1 to 16777216"},
                    Mistake{"Mode", HEAD "0 f 0 1 Direct\n", "t.trace:2", "buffered or direct"},
                    Mistake{"DirectLength", HEAD "0 f 0 513 direct\n", "t.trace:2", "multiples of 512"},
                    Mistake{"DirectOffset", HEAD "0 f 1 512 direct\n", "t.trace:2", "multiples of 512"}),
    [](const testing::TestParamInfo<Mistake>& mistake) { return mistake.param.name; });

TEST(TraceFiles, AMissingOneIsNamed) {
    auto trace = read_trace("/nonexistent/x.trace");
    ASSERT_FALSE(trace);
    EXPECT_THAT(trace.error().message(), testing::HasSubstr("/nonexistent/x.trace"));
}

std::optional<uint64_t> size_of(const std::string& file) {
    if (file == "f") return 5000;
    if (file == "empty") return 0;
    return std::nullopt;
}

bool fits(const std::string& line) { return check_trace_fits(parsed(line), "t.trace", size_of).has_value(); }

TEST(TraceFit, BufferedReadsEndInsideTheFile) {
    EXPECT_TRUE(fits("0 f 0 5000 buffered"));
    EXPECT_TRUE(fits("0 f 4999 1 buffered"));
    EXPECT_FALSE(fits("0 f 4999 2 buffered"));
    EXPECT_FALSE(fits("0 f 5000 1 buffered"));
    EXPECT_FALSE(fits("0 empty 0 1 buffered"));
}

TEST(TraceFit, DirectReadsMayEndInTheLastBlock) {
    EXPECT_TRUE(fits("0 f 4096 1024 direct"));
    EXPECT_TRUE(fits("0 f 4096 4096 direct"));
    EXPECT_FALSE(fits("0 f 4096 4608 direct"));
    EXPECT_FALSE(fits("0 f 5120 512 direct"));
    EXPECT_FALSE(fits("0 empty 0 512 direct"));
}

TEST(TraceFit, TheErrorSaysWhatDoesNotFit) {
    auto late = check_trace_fits(parsed("0 f 0 1 buffered\n1 f 4000 2000 buffered"), "t.trace", size_of);
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message(), testing::HasSubstr("2000 bytes at 4000 of f, which has only 5000"));
    auto missing = check_trace_fits(parsed("0 other 0 1 buffered"), "t.trace", size_of);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message(), testing::AllOf(testing::HasSubstr("t.trace"), testing::HasSubstr("other")));
}

TEST(TraceFit, ReadsReturnWhatLiesInTheFile) {
    EXPECT_EQ(trace_read_bytes({0, 0, 0, 4096, true}, 5000), 4096U);
    EXPECT_EQ(trace_read_bytes({0, 0, 4096, 4096, true}, 5000), 904U);
    EXPECT_EQ(trace_read_bytes({0, 0, 5000, 1, false}, 5000), 0U);
    EXPECT_EQ(trace_read_bytes({0, 0, 8192, 512, true}, 5000), 0U);
}

TEST(TraceSummaries, CountAllAndEachFile) {
    const Trace trace = parsed("1 a 0 4096 buffered\n"
                               "2 b 65536 65537 buffered\n"
                               "3 a 4096 65536 direct\n"
                               "5 a 4096 10 buffered\n"
                               "9 b 0 100 buffered\n");
    EXPECT_EQ(summarize_trace(trace), (TraceSummary{5, 4096 + 65537 + 65536 + 10 + 100, 4, 1, 1, 131073, 8000}));
    EXPECT_EQ(summarize_trace_files(trace), (std::vector<TraceSummary>{{3, 69642, 3, 1, 1, 69632, 4000}, {2, 65637, 1, 0, 0, 131073, 7000}}));
    EXPECT_EQ(summarize_trace({}), TraceSummary{});
}

}  // namespace
