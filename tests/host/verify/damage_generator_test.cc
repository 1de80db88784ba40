// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/damage_generator.h"

#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/files.h"
#include "bench/common/image/test_images.h"

namespace diobench {
namespace {

/// Blob 0 of an image of seed 1, as it is.
std::string blob_of(const std::string& image) { return read_file(test_image_blobs(**find_test_image(image), 1)->front()).value(); }

TEST(DamageGenerator, IsAFunctionOfSeedAndNumber) {
    const auto one = DamageGenerator::create(1).value();
    const auto same = DamageGenerator::create(1).value();
    std::set<std::string> texts, images;
    for (uint64_t n = 0; n < 300; ++n) {
        const auto damaged = one.image(n);
        EXPECT_EQ(damaged.text(), same.image(n).text());
        EXPECT_LE(damaged.edits.size(), 5u);
        texts.insert(damaged.text());
        images.insert(damaged.image);
        for (const auto& edit : damaged.edits) {
            EXPECT_NE(edit.before, edit.after) << damaged.text();
            EXPECT_EQ(edit.before, blob_of(damaged.image).substr(edit.field.offset_bytes, edit.field.bytes)) << damaged.text();
        }
    }
    EXPECT_GT(texts.size(), 250u);
    EXPECT_EQ(images.size(), one.images().size());
}

TEST(DamageGenerator, TakesEditsAndBytesAway) {
    const auto generator = DamageGenerator::create(1).value();
    uint64_t number = 0;
    while (generator.image(number).edits.size() < 2) ++number;
    const auto damaged = generator.image(number);
    const auto less = without_edit(damaged, 0);
    EXPECT_EQ(less.edits.size(), damaged.edits.size() - 1);
    EXPECT_LT(less.changed_bytes(), damaged.changed_bytes());
    size_t byte = 0;
    while (damaged.edits[0].before[byte] == damaged.edits[0].after[byte]) ++byte;
    EXPECT_EQ(without_byte(damaged, 0, byte).changed_bytes(), damaged.changed_bytes() - 1);
}

TEST(DamageGenerator, LeavesAnImageOut) {
    auto generator = DamageGenerator::create(1).value();
    generator.leave_out("flat");
    for (uint64_t n = 0; n < 200; ++n) EXPECT_NE(generator.image(n).image, "flat");
}

}  // namespace
}  // namespace diobench
