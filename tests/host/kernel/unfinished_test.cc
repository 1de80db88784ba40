// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/unfinished.h"

#include <gmock/gmock.h>

#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::UnorderedElementsAre;

class Unfinished : public FakeKernel {
protected:
    /// Writes the files in this order and gives those found unfinished, relative to the object tree.
    std::vector<std::string> find(const std::vector<std::pair<std::string, std::string>>& files, const std::vector<std::string>& older = {}) {
        const fs::path objects = scratch() / "objects";
        for (const auto& name : older) {
            write(objects / name, "older");
            fs::last_write_time(objects / name, fs::file_time_type::clock::now() - std::chrono::hours(1));
        }
        std::vector<fs::path> changed;
        auto time = fs::file_time_type::clock::now();
        for (const auto& [name, text] : files) {
            write(objects / name, text);
            fs::last_write_time(objects / name, time += std::chrono::seconds(1));
            changed.push_back(objects / name);
        }
        std::vector<std::string> out;
        for (const auto& path : unfinished_files(objects, changed)) out.push_back(path.lexically_relative(objects).string());
        return out;
    }
};

TEST_F(Unfinished, AnObjectIsWholeOnceItsRecordIs) {
    EXPECT_THAT(find({{"fs/a.o", "x"}, {"fs/.a.o.cmd", "c"}}), UnorderedElementsAre());
    EXPECT_THAT(find({{"fs/b.o", "x"}}), UnorderedElementsAre("fs/b.o"));
    EXPECT_THAT(find({{"fs/c.o", "x"}, {"fs/.c.o.cmd", ""}}), UnorderedElementsAre("fs/c.o", "fs/.c.o.cmd"));
    EXPECT_THAT(find({{"fs/d.o", "x"}, {"fs/.d.o.d", "deps"}, {"fs/.d.o.cmd", "half"}}), UnorderedElementsAre("fs/d.o", "fs/.d.o.d", "fs/.d.o.cmd"));
    EXPECT_THAT(find({{"fs/.e.o.cmd", "c"}, {"fs/e.o", "again"}}), UnorderedElementsAre("fs/e.o", "fs/.e.o.cmd"));
}

TEST_F(Unfinished, ARecordOfAnEarlierRunProvesNothing) {
    EXPECT_THAT(find({{"fs/a.o", "half"}}, {"fs/.a.o.cmd"}), UnorderedElementsAre("fs/a.o"));
}

TEST_F(Unfinished, HeadersToolsAndWhatIsLinkedLast) {
    EXPECT_THAT(find({{"include/generated/a.h", "x"}, {"include/generated/b.h", ""}, {"include/config/A", "x"}}), UnorderedElementsAre("include/generated/b.h"));
    EXPECT_THAT(find({{"tools/objtool/objtool", "elf"}}), UnorderedElementsAre("tools/objtool/objtool"));
    EXPECT_THAT(find({{"tools/objtool/objtool", "elf"}, {"init/main.o", "x"}, {"init/.main.o.cmd", "c"}}), UnorderedElementsAre());
    EXPECT_THAT(find({{"vmlinux", "elf"}, {".vmlinux.cmd", "c"}, {"System.map", "s"}, {".tmp_vmlinux1.syms", "t"}}),
                UnorderedElementsAre("vmlinux", ".vmlinux.cmd", "System.map", ".tmp_vmlinux1.syms"));
}
