// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/bisection.h"

#include <gtest/gtest.h>
#include <set>
#include <vector>

using namespace diobench;

namespace {

/// A finished search over states 0 to `last` whose first bad one is `first_bad`; states of `unknown` do not say.
struct Searched {
    Bisection bisection;
    std::vector<size_t> tried;
};

Searched search(size_t last, size_t first_bad, const std::set<size_t>& unknown = {}) {
    Searched out{Bisection(last), {}};
    while (auto state = out.bisection.next()) {
        out.tried.push_back(*state);
        if (out.tried.size() > last) break;  // it goes round and round
        const StateSide side = *state >= first_bad ? StateSide::candidate : StateSide::baseline;
        out.bisection.record(*state, unknown.contains(*state) ? StateSide::unknown : side);
    }
    return out;
}

size_t ceil_log2(size_t value) {
    size_t bits = 0;
    while ((size_t{1} << bits) < value) ++bits;
    return bits;
}

}  // namespace

TEST(Bisection, FindsThePatchAtEveryPlace) {
    for (size_t last = 1; last <= 33; ++last)
        for (size_t first_bad = 1; first_bad <= last; ++first_bad) {
            const Searched s = search(last, first_bad);
            ASSERT_TRUE(s.bisection.found()) << last << " " << first_bad;
            EXPECT_EQ(s.bisection.first_as_candidate(), first_bad);
            EXPECT_EQ(s.bisection.last_as_baseline(), first_bad - 1);
            EXPECT_LE(s.tried.size(), ceil_log2(last)) << last << " " << first_bad;
        }
}

TEST(Bisection, OnePatchNeedsNoStep) {
    const Bisection one(1);
    EXPECT_FALSE(one.next());
    EXPECT_TRUE(one.found());
    EXPECT_EQ(one.first_as_candidate(), 1u);
    EXPECT_EQ(one.steps_left(), 0u);
}

TEST(Bisection, TriesNeighboursOfWhatIsUnknown) {
    const Searched s = search(8, 7, {4});
    ASSERT_GE(s.tried.size(), 2u);
    EXPECT_EQ(s.tried[0], 4u);
    EXPECT_EQ(s.tried[1], 3u);
    ASSERT_TRUE(s.bisection.found());
    EXPECT_EQ(s.bisection.first_as_candidate(), 7u);
}

TEST(Bisection, UnknownStatesAwayFromTheChangeDoNotMatter) {
    for (size_t first_bad = 1; first_bad <= 12; ++first_bad)
        for (size_t unknown = 1; unknown < 12; ++unknown) {
            const Searched s = search(12, first_bad, {unknown});
            // Only a state beside the change hides it.
            const bool hidden = unknown == first_bad || unknown + 1 == first_bad;
            EXPECT_EQ(s.bisection.found(), !hidden) << first_bad << " " << unknown;
            EXPECT_LE(s.bisection.last_as_baseline(), first_bad - 1);
            EXPECT_GE(s.bisection.first_as_candidate(), first_bad);
            if (hidden) {
                EXPECT_EQ(s.bisection.first_as_candidate() - s.bisection.last_as_baseline(), 2u);
            }
        }
}

TEST(Bisection, UnknownStatesAtTheEdgesLeaveARange) {
    const Searched low = search(6, 1, {1, 2});
    EXPECT_FALSE(low.bisection.found());
    EXPECT_EQ(low.bisection.last_as_baseline(), 0u);
    EXPECT_EQ(low.bisection.first_as_candidate(), 3u);
    const Searched high = search(6, 6, {4, 5});
    EXPECT_FALSE(high.bisection.found());
    EXPECT_EQ(high.bisection.last_as_baseline(), 3u);
    EXPECT_EQ(high.bisection.first_as_candidate(), 6u);
}

TEST(Bisection, AllUnknownIsTheWholeRangeAndEnds) {
    const Searched s = search(5, 3, {1, 2, 3, 4});
    EXPECT_EQ(s.tried.size(), 4u);
    EXPECT_EQ(std::set<size_t>(s.tried.begin(), s.tried.end()).size(), 4u);
    EXPECT_FALSE(s.bisection.found());
    EXPECT_EQ(s.bisection.last_as_baseline(), 0u);
    EXPECT_EQ(s.bisection.first_as_candidate(), 5u);
}

TEST(Bisection, SaysHowManyStepsAreLeft) {
    Bisection b(8);  // 7 states between
    EXPECT_EQ(b.steps_left(), 3u);
    b.record(4, StateSide::candidate);
    EXPECT_EQ(b.steps_left(), 2u);
    b.record(2, StateSide::unknown);
    EXPECT_EQ(b.steps_left(), 2u);
    b.record(1, StateSide::baseline);
    EXPECT_EQ(b.steps_left(), 1u);
    b.record(3, StateSide::unknown);
    EXPECT_EQ(b.steps_left(), 0u);
}

TEST(Bisection, AStateOutsideOfTheRangeChangesNothing) {
    Bisection b(8);
    b.record(3, StateSide::baseline);
    b.record(6, StateSide::candidate);
    b.record(2, StateSide::candidate);
    b.record(7, StateSide::baseline);
    EXPECT_EQ(b.last_as_baseline(), 3u);
    EXPECT_EQ(b.first_as_candidate(), 6u);
}
