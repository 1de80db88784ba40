// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/digest/sha256.h"

#include <gtest/gtest.h>

using namespace diobench;

TEST(Digest, Sha256IsThatOfFips180) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
