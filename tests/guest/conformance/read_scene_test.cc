// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_scene.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/units.h"
#include "bench/common/image/test_images.h"

using namespace diobench;

namespace {

std::string text_of(const ReadScene& scene) {
    std::string out = scene.text();
    for (const auto& operation : scene.operations) out += "\n" + operation.text(scene);
    return out;
}

using Kind = SceneOperation::Kind;

TEST(ReadScene, IsAFunctionOfSeedAndNumber) {
    std::set<std::string> texts;
    for (uint64_t seed : {1, 2})
        for (uint64_t number = 0; number < 30; ++number) {
            const auto scene = make_scene(seed, number);
            EXPECT_EQ(text_of(scene), text_of(make_scene(seed, number)));
            EXPECT_EQ(scene.maps_files, scene_maps_files(number));
            texts.insert(text_of(scene));
        }
    EXPECT_EQ(texts.size(), 60u);
}

TEST(ReadScene, HasEveryKindOfOperationLayoutAndMemory) {
    std::set<std::string> images;
    std::set<Kind> kinds;
    std::set<ReadBy> bys;
    std::set<Fate> fates;
    std::set<Meanwhile> meanwhiles;
    std::set<DaemonMood> moods;
    std::set<ReadMemory> memories;
    for (uint64_t number = 0; number < 300; ++number) {
        const auto scene = make_scene(1, number);
        images.insert(scene.image);
        for (const auto& operation : scene.operations) {
            kinds.insert(operation.kind);
            moods.insert(operation.mood);
            if (operation.kind == Kind::process) {
                fates.insert(operation.fate);
                meanwhiles.insert(operation.meanwhile);
            }
            if (!operation.reads.empty()) bys.insert(operation.by);
            for (const auto& read : operation.reads) memories.insert(read.memory);
        }
    }
    EXPECT_EQ(images.size(), 19u);
    EXPECT_EQ(kinds.size(), 6u);
    EXPECT_EQ(bys.size(), 6u);
    EXPECT_EQ(fates.size(), 11u);
    EXPECT_EQ(meanwhiles.size(), 4u);
    EXPECT_EQ(moods.size(), 6u);
    EXPECT_EQ(memories.size(), 7u);
}

TEST(ReadScene, AsksForNothingThatItsCallCannotSay) {
    for (uint64_t number = 0; number < 100; ++number) {
        const auto scene = make_scene(1, number);
        EXPECT_GE(scene.reads(), 1000u);
        EXPECT_LE(scene.direct_reads(), scene.reads());
        for (const auto& operation : scene.operations) {
            uint64_t bytes = 0;
            for (const auto& read : operation.reads) {
                ASSERT_LT(read.file, scene.files.size());
                ASSERT_FALSE(read.segments.empty());
                bytes += read.length();
                const bool one_segment = operation.by == ReadBy::pread || operation.by == ReadBy::io_uring_fixed || operation.by == ReadBy::mmap;
                if (operation.kind != Kind::cut && one_segment) {
                    EXPECT_EQ(read.segments.size(), 1u) << operation.text(scene);
                }
                if (operation.by == ReadBy::pread && operation.kind == Kind::batch) {
                    EXPECT_FALSE(read.nowait) << operation.text(scene);
                }
                const bool cannot_be_written = read.memory == ReadMemory::no_access || read.memory == ReadMemory::read_only;
                if (cannot_be_written) {
                    EXPECT_LT(read.good_pages * kBlockBytes, read.length() + (read.length() == 0 ? 1 : 0)) << operation.text(scene);
                }
                const bool is_mapping = read.memory == ReadMemory::image_private || read.memory == ReadMemory::image_shared || operation.by == ReadBy::mmap;
                if (is_mapping) {
                    EXPECT_TRUE(scene.maps_files) << operation.text(scene);
                }
                if (operation.fate == Fate::process_leaves) {
                    EXPECT_EQ(read.memory, ReadMemory::shared_file) << operation.text(scene);
                }
            }
            EXPECT_LE(bytes, 2 * kMiB + 64 * kKiB) << operation.text(scene);
            EXPECT_LE(operation.reads.size(), 64u);
        }
    }
}

TEST(ReadScene, KnowsWhatIsAligned) {
    EXPECT_FALSE((SceneRead{.offset = 8192, .segments = {4096, 0, 8192}}.is_misaligned()));
    EXPECT_TRUE((SceneRead{.offset = 8193, .segments = {4096}}.is_misaligned()));
    EXPECT_TRUE((SceneRead{.segments = {4096, 512}}.is_misaligned()));
    EXPECT_TRUE((SceneRead{.segments = {4096}, .shift = 512}.is_misaligned()));
    EXPECT_EQ((SceneRead{.segments = {4096, 0, 512}}.length()), 4608u);
}

TEST(SceneChoice, IsAPartOfAScene) {
    const auto whole = make_scene(3, 5);
    const SceneChoice some{5, std::vector<size_t>{1, 4}};
    const auto part = SceneChoice::from_json(some.to_json()).scene(3);
    ASSERT_EQ(part.operations.size(), 2u);
    EXPECT_EQ(part.operations[0].text(part), whole.operations[1].text(whole));
    EXPECT_EQ(part.operations[1].text(part), whole.operations[4].text(whole));
    EXPECT_EQ(text_of(SceneChoice::from_json(SceneChoice{5}.to_json()).scene(3)), text_of(whole));
}

}  // namespace
