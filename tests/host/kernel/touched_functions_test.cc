// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/touched_functions.h"

#include <gmock/gmock.h>

using namespace diobench;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

std::set<std::string> touched(const std::string& hunks) {
    auto diff = parse_unified_diff("--- a/fs/erofs/data.c\n+++ b/fs/erofs/data.c\n" + hunks);
    EXPECT_TRUE(diff) << (diff ? "" : diff.error().message());
    return diff ? touched_functions(*diff) : std::set<std::string>();
}

}  // namespace

TEST(TouchedFunctions, TheOneThatGitNamesBeforeTheHunk) {
    EXPECT_THAT(touched("@@ -552,3 +552,4 @@ static ssize_t erofs_file_read_iter(struct kiocb *iocb, struct iov_iter *to)\n \t}\n \n+\tudelay(1);\n \treturn 0;\n"),
                ElementsAre("erofs_file_read_iter"));
}

TEST(TouchedFunctions, TheOneThatBeginsInTheHunk) {
    EXPECT_THAT(touched("@@ -10,6 +10,7 @@ static int first(void)\n \treturn 0;\n }\n \n int second(int a,\n \t   int b)\n {\n+\ta++;\n"), ElementsAre("second"));
}

TEST(TouchedFunctions, NewOnesAndGoneOnes) {
    EXPECT_THAT(touched("@@ -10,4 +10,4 @@ static int first(void)\n \n-static int gone(void)\n-{ return 0; }\n+static int *made (void)\n+{ return NULL; }\n \n"), ElementsAre("gone", "made"));
}

TEST(TouchedFunctions, ALabelIsInItsFunction) {
    EXPECT_THAT(touched("@@ -10,2 +10,3 @@ static int first(void)\n out:\n+\tput(x);\n \treturn 0;\n"), ElementsAre("first"));
}

TEST(TouchedFunctions, IncludesPrototypesAndStructuresAreNone) {
    EXPECT_THAT(touched("@@ -3,2 +3,3 @@\n #include <linux/a.h>\n+#include <linux/delay.h>\n #include <linux/b.h>\n"), IsEmpty());
    EXPECT_THAT(touched("@@ -3,2 +3,3 @@ struct thing {\n \tint a;\n+\tint b;\n };\n"), IsEmpty());
    EXPECT_THAT(touched("@@ -3,2 +3,3 @@\n int a(void);\n+int b(void);\n int c(void);\n"), IsEmpty());
    EXPECT_THAT(touched("@@ -8,3 +8,4 @@ static int first(void)\n \treturn 0;\n }\n+static int count;\n \n"), IsEmpty());
}

TEST(TouchedFunctions, OfASeriesAgainstAnother) {
    auto dio = resolve_series("dio");
    ASSERT_TRUE(dio);
    auto base = resolve_series("base");
    ASSERT_TRUE(base);
    auto same = functions_between(*dio, *dio);
    ASSERT_TRUE(same);
    EXPECT_THAT(*same, IsEmpty());
    auto all = functions_between(*base, *dio);
    ASSERT_TRUE(all);
    EXPECT_THAT(*all, Not(IsEmpty()));
    auto back = functions_between(*dio, *base);
    ASSERT_TRUE(back);
    EXPECT_EQ(*all, *back) << "what the candidate lacks is a difference too";
}
