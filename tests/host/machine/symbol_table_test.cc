// SPDX-License-Identifier: GPL-2.0-only
// The plugin's own table of functions.
#include "bench/host/machine/plugin/symbol_table.h"

#include <gtest/gtest.h>

#include "bench/common/base/files.h"

namespace diobench::plugin {
namespace {

class SymbolTableTest : public testing::Test {
protected:
    bool read(const std::string& map) {
        auto directory = TempDirectory::create(fs::temp_directory_path(), "symbols");
        EXPECT_TRUE(directory.has_value());
        const fs::path path = directory->path() / "System.map";
        EXPECT_TRUE(write_file_atomic(path, map).has_value());
        return table.read(path.c_str());
    }
    std::string at(uint64_t address) {
        const size_t found = table.find(address);
        return found < table.size() ? table.name(found) : "-";
    }
    SymbolTable table;
};

TEST_F(SymbolTableTest, FindsTheFunctionThatHoldsAnAddress) {
    ASSERT_TRUE(read("0000000000001000 A percpu_start\n"
                     "ffffffff81000000 T first\n"
                     "ffffffff81000100 t second\n"
                     "ffffffff81000180 D data\n"
                     "ffffffff81000200 T _etext\n"
                     "ffffffff82000000 d more_data\n"));
    EXPECT_EQ(table.size(), 2u);
    EXPECT_EQ(at(0xffffffff80ffffff), "-");
    EXPECT_EQ(at(0xffffffff81000000), "first");
    EXPECT_EQ(at(0xffffffff810000ff), "first");
    EXPECT_EQ(at(0xffffffff81000100), "second");
    EXPECT_EQ(at(0xffffffff810001ff), "second");
    EXPECT_EQ(at(0xffffffff81000200), "-");
    EXPECT_EQ(at(0x1000), "-");
}

TEST_F(SymbolTableTest, OfSeveralNamesOneIsChosenWhateverTheirOrder) {
    for (const char* map : {"ffffffff81000000 t local\nffffffff81000000 W weak\nffffffff81000000 T __global\nffffffff81000000 T global\nffffffff81000100 T _etext\n",
                            "ffffffff81000000 T global\nffffffff81000000 T __global\nffffffff81000000 W weak\nffffffff81000000 t local\nffffffff81000100 T _etext\n"}) {
        table = SymbolTable();
        ASSERT_TRUE(read(map));
        EXPECT_EQ(table.size(), 1u);
        EXPECT_EQ(at(0xffffffff81000010), "global");
    }
}

TEST_F(SymbolTableTest, PaddingIsNoFunction) {
    ASSERT_TRUE(read("ffffffff81000000 T first\nffffffff810000f0 t __pfx_second\nffffffff81000100 t second\nffffffff81000200 T _etext\n"));
    EXPECT_EQ(table.size(), 2u);
}

TEST_F(SymbolTableTest, WhatHoldsNoFunctionIsRefused) {
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read("ffffffff81000000 D data\n"));
    EXPECT_FALSE(read("not a map\n"));
    EXPECT_FALSE(table.read("/nonexistent"));
}

}  // namespace
}  // namespace diobench::plugin
