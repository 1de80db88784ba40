// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bench/host/machine/disk_file.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

struct Seen {
    std::string name;
    mode_t mode = 0;
    std::string data;
    dev_t device = 0;
    std::string link;
    int64_t owner = -1;
    time_t mtime = -1;
};

/// What libarchive's reader finds in one archive.
std::vector<Seen> read_archive(const fs::path& path) {
    std::vector<Seen> out;
    archive* a = archive_read_new();
    archive_read_support_format_cpio(a);
    EXPECT_EQ(archive_read_open_filename(a, path.c_str(), 10240), ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
        Seen seen{archive_entry_pathname(entry), archive_entry_mode(entry), "", archive_entry_rdev(entry), "",
                  archive_entry_uid(entry), archive_entry_mtime(entry)};
        if (const char* link = archive_entry_symlink(entry)) seen.link = link;
        if (S_ISREG(seen.mode)) seen.data.resize(static_cast<size_t>(archive_entry_size(entry)));
        EXPECT_EQ(archive_read_data(a, seen.data.data(), seen.data.size()), static_cast<la_ssize_t>(seen.data.size()));
        out.push_back(seen);
    }
    archive_read_free(a);
    return out;
}

class InitramfsTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-initramfs");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
    }
    [[nodiscard]] fs::path at(const char* name) const { return directory_->path() / name; }
    std::optional<TempDirectory> directory_;
};

}  // namespace

TEST_F(InitramfsTest, HoldsWhatWasGiven) {
    const std::string big(300000, 'b');
    ASSERT_TRUE(write_file_atomic(at("source"), big));
    auto entries = base_entries();
    entries.push_back({"init", 0755, InitramfsFile{at("source")}});
    entries.push_back({"plan.json", 0644, InitramfsBytes{"{}"}});
    entries.push_back({"empty", 0644, InitramfsBytes{""}});
    entries.push_back({"reader", 0777, InitramfsLink{"init"}});
    ASSERT_TRUE(write_initramfs(at("a.cpio"), entries));
    auto seen = read_archive(at("a.cpio"));
    ASSERT_EQ(seen.size(), entries.size());
    for (size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].name, entries[i].name);
        EXPECT_EQ(seen[i].owner, 0);
        EXPECT_EQ(seen[i].mtime, 0);
    }
    EXPECT_EQ(seen[1].mode, mode_t{S_IFCHR | 0600});
    EXPECT_EQ(seen[1].device, makedev(5, 1));
    EXPECT_EQ(seen[5].mode, mode_t{S_IFREG | 0755});
    EXPECT_EQ(seen[5].data, big);
    EXPECT_EQ(seen[6].data, "{}");
    EXPECT_EQ(seen[8].link, "init");
}

TEST_F(InitramfsTest, SameEntriesSameBytes) {
    ASSERT_TRUE(write_file_atomic(at("source"), "x"));
    std::vector<InitramfsEntry> entries = {{"f", 0644, InitramfsFile{at("source")}}};
    ASSERT_TRUE(write_initramfs(at("a"), entries));
    fs::last_write_time(at("source"), fs::file_time_type::clock::now() + std::chrono::hours(1));
    ASSERT_TRUE(write_initramfs(at("b"), entries));
    EXPECT_EQ(read_file(at("a")).value(), read_file(at("b")).value());
    EXPECT_EQ(fs::file_size(at("a")) % 512, 0u);
}

TEST_F(InitramfsTest, RefusesNamesTheKernelWouldTakeOtherwise) {
    for (const char* name : {"", "/init", "dir/"})
        EXPECT_FALSE(write_initramfs(at("x"), {{name, 0644, InitramfsBytes{""}}})) << name;
    EXPECT_FALSE(write_initramfs(at("x"), {{"a", 0644, InitramfsBytes{""}}, {"a", 0644, InitramfsBytes{""}}}));
    EXPECT_FALSE(fs::exists(at("x")));
}

TEST_F(InitramfsTest, MissingSourceIsNamedAndLeavesNothing) {
    auto status = write_initramfs(at("x"), {{"init", 0755, InitramfsFile{at("absent")}}});
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr("absent"));
    EXPECT_TRUE(fs::is_empty(directory_->path()));
}

TEST_F(InitramfsTest, ConcatenationPadsEachPart) {
    ASSERT_TRUE(write_initramfs(at("a"), {{"one", 0644, InitramfsBytes{"1"}}}));
    ASSERT_TRUE(write_initramfs(at("b"), {{"two", 0644, InitramfsBytes{"2"}}}));
    ASSERT_TRUE(write_file_atomic(at("odd"), std::string(700, 'o')));
    ASSERT_TRUE(concatenate(at("all"), {at("odd"), at("a"), at("b")}));
    const std::string all = read_file(at("all")).value();
    EXPECT_EQ(all.substr(0, 700), std::string(700, 'o'));
    EXPECT_EQ(all.substr(700, 324), std::string(324, '\0'));
    EXPECT_EQ(all.substr(1024), read_file(at("a")).value() + read_file(at("b")).value());
    EXPECT_FALSE(concatenate(at("all2"), {at("absent")}));
    EXPECT_FALSE(fs::exists(at("all2")));
}

TEST_F(InitramfsTest, DiskFileHasNoNameAndItsSpace) {
    auto disk = DiskFile::create(directory_->path(), 1000001);
    ASSERT_TRUE(disk) << disk.error().message();
    EXPECT_TRUE(fs::is_empty(directory_->path()));
    EXPECT_EQ(fs::file_size(disk->path()), 1u << 20);
    auto too_big = DiskFile::create(directory_->path(), uint64_t{1} << 50);
    ASSERT_FALSE(too_big);
    EXPECT_THAT(too_big.error().message(), HasSubstr("TiB"));
}
