// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/damage.h"

#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/image/erofs_format.h"

namespace diobench {
namespace {

using testing::HasSubstr;

/// An image of its own cache, as mkfs.erofs makes it.
class Damage : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TempDirectory(TempDirectory::create(fs::temp_directory_path(), "diobench-damage").value());
        fs::create_symlink(cache_root() / "deps", folder_->path() / "deps");  // with mkfs.erofs, where scripts/setup built it
        ::setenv("DIOBENCH_CACHE", folder_->path().c_str(), 1);
    }
    static void TearDownTestSuite() {
        ::unsetenv("DIOBENCH_CACHE");
        delete folder_;
    }
    static std::string bytes(const std::string& image) { return read_file(test_image_blobs(*find_test_image(image).value(), 1).value().front()).value(); }
    static std::map<std::string, ImageField> fields(const std::string& image) {
        std::map<std::string, ImageField> out;
        const auto listed = fields_of(*find_test_image(image).value(), bytes(image)).value();
        for (const auto& field : listed) out.emplace(field.name, field);
        EXPECT_EQ(out.size(), listed.size()) << "a name twice in " << image;
        return out;
    }
    static TempDirectory* folder_;
};
TempDirectory* Damage::folder_ = nullptr;

TEST_F(Damage, EveryImageHasItsKindsOfFields) {
    for (const auto& [image, names] : std::map<std::string, std::vector<std::string>>{
             {"flat", {"superblock.blkszbits", "inode.root.i_size", "inode.several.i_u", "directory.root.0.0.nid", "directory.root.0.name"}},
             {"many", {"directory.directory.1.0.nameoff", "inode.directory.i_format"}},
             {"chunk-4k", {"chunk.several.0.block"}},
             {"blobs", {"device-1.tag", "device-2.mapped_blkaddr", "chunk.several.0.device_id"}},
             {"compressed", {"map.several.h_advise"}}}) {
        const auto found = fields(image);
        for (const auto& name : names) EXPECT_TRUE(found.count(name)) << image << " " << name;
    }
}

TEST_F(Damage, ChecksumThatIsRepairedIsTheOneOfMkfs) {
    const std::string original = bytes("flat");
    const auto all = fields("flat");
    // Damaged and put back: what apply() computes is what mkfs.erofs wrote.
    std::string wrong = original;
    wrong.replace(1028, 4, 4, '\0');
    EXPECT_EQ((DamagedImage{"flat", {edit_of(all.at("superblock.inos"), original, original.substr(1040, 8))}}.apply(wrong)), original);
    // The checksum itself stays as it is damaged.
    EXPECT_NE((DamagedImage{"flat", {edit_of(all.at(kChecksumField), original, little_endian(1, 4))}}.apply(original)), original);
}

TEST_F(Damage, TouchesOnlyWhatItSays) {
    const std::string original = bytes("blobs");
    const auto all = fields("blobs");
    const auto damaged = [&](const std::string& name) { return DamagedImage{"blobs", {edit_of(all.at(name), original, std::string(all.at(name).bytes, '\xff'))}}; };
    EXPECT_TRUE(damaged("superblock.uuid").leaves("several"));
    EXPECT_FALSE(damaged("superblock.root_nid").leaves("several"));
    EXPECT_FALSE(damaged("inode.several.i_size").leaves("several"));
    EXPECT_TRUE(damaged("inode.several.i_size").leaves("size-1"));
    EXPECT_FALSE(damaged("inode.root.i_mode").leaves("several"));
}

TEST_F(Damage, ComesBackFromJson) {
    const std::string original = bytes("flat");
    const auto all = fields("flat");
    const DamagedImage damaged{"flat", {edit_of(all.at("superblock.blkszbits"), original, "\x1f"), edit_of(all.at("inode.several.i_size"), original, std::string(4, '\xfe'))}};
    const auto again = DamagedImage::from_json(nlohmann::json::parse(damaged.to_json().dump()));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->text(), damaged.text());
    EXPECT_EQ(again->apply(original), damaged.apply(original));
    EXPECT_EQ(again->leaves("size-1"), damaged.leaves("size-1"));
    EXPECT_THAT(damaged.text(), HasSubstr("superblock.blkszbits (at 1036) 0c -> 1f"));
    EXPECT_EQ(damaged.changed_bytes(), 5u);
    EXPECT_FALSE(DamagedImage::from_json({{"image", "flat"}}));
}

TEST(DamageValues, AreOthersAndEachOnce) {
    const auto values = values_of_interest(little_endian(0xff, 2));
    EXPECT_EQ(values, (std::vector<std::string>{little_endian(0, 2), little_endian(1, 2), little_endian(0xffff, 2), little_endian(0x100, 2), little_endian(0xfe, 2), little_endian(0x80ff, 2)}));
    for (const char old : {'\0', '\x01', '\xff'}) {
        const auto of_byte = values_of_interest(std::string(1, old));
        EXPECT_EQ(std::count(of_byte.begin(), of_byte.end(), std::string(1, old)), 0);
    }
}

}  // namespace
}  // namespace diobench
