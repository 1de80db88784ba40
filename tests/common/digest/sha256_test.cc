// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/digest/sha256.h"

#include <gtest/gtest.h>

using namespace diobench;

TEST(Digest, Sha256IsThatOfFips180) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfAFileIsThatOfItsBytes) {
    auto folder = TempDirectory::create(fs::temp_directory_path(), "digest");
    ASSERT_TRUE(folder);
    for (size_t bytes : {size_t{0}, size_t{3}, size_t{256 << 10}, size_t{(256 << 10) + 1}}) {
        const std::string data(bytes, 'x');
        ASSERT_TRUE(write_file_atomic(folder->path() / "file", data));
        EXPECT_EQ(sha256_of_file(folder->path() / "file").value_or(""), sha256_hex(data));
    }
    EXPECT_FALSE(sha256_of_file(folder->path() / "none"));
}
