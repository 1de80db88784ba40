// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/damage_generator.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "bench/common/base/files.h"
#include "bench/common/image/content.h"

namespace diobench {

namespace {

/// Each layout once: what others have is more of the same, and takes longer to mount and read.
constexpr const char* kImages[] = {"flat", "inline-tail", "many", "names", "chunk-4k", "index-64k", "sparse-4k", "blob", "blobs", "compressed"};
/// How far behind a field a byte is still near.
constexpr uint64_t kNearBytes = 96;
/// The superblock's: in front of it nobody looks.
constexpr uint64_t kFirstByte = 1024;

using Random = std::mt19937_64;

/// A byte of no field in particular.
ImageField byte_near(const ImageField& field, uint64_t image_bytes, Random& random) {
    const uint64_t at = std::min(field.offset_bytes + random() % kNearBytes, image_bytes - 1);
    return {fmt::format("byte-{}", std::max(at, kFirstByte)), std::max(at, kFirstByte), 1};
}

std::string other_value(const std::string& old, Random& random) {
    const auto interesting = values_of_interest(old);
    switch (random() % 5) {
        case 0: case 1: case 2: return interesting[random() % interesting.size()];
        case 3: {
            std::string value = old;
            value[random() % value.size()] ^= static_cast<char>(1U << (random() % 8));
            return value;
        }
        default: {
            std::string value = old;
            for (char& c : value) c = static_cast<char>(random());
            return value;
        }
    }
}

/// Mostly one, seldom five.
unsigned edits_of(Random& random) {
    unsigned edits = 1;
    while (edits < 5 && random() % 2 == 0) ++edits;
    return edits;
}

bool overlaps(const DamagedImage& damaged, const ImageField& field) {
    return std::any_of(damaged.edits.begin(), damaged.edits.end(), [&](const ImageEdit& edit) {
        return edit.field.offset_bytes < field.offset_bytes + field.bytes && field.offset_bytes < edit.field.offset_bytes + edit.field.bytes;
    });
}

}  // namespace

Result<DamageGenerator> DamageGenerator::create(uint64_t seed) {
    DamageGenerator out(seed);
    for (const char* name : kImages) {
        auto image = find_test_image(name);
        if (!image) return forward(image);
        auto blobs = test_image_blobs(**image, seed);
        if (!blobs) return forward(blobs);
        auto bytes = read_file(blobs->front());
        if (!bytes) return forward(bytes);
        auto fields = fields_of(**image, *bytes);
        if (!fields) return forward(fields);
        out.originals_.push_back({name, std::move(*bytes), std::move(*fields)});
    }
    return out;
}

std::vector<std::string> DamageGenerator::images() const {
    std::vector<std::string> out;
    for (const auto& one : originals_) out.push_back(one.name);
    return out;
}

void DamageGenerator::leave_out(const std::string& image) {
    std::erase_if(originals_, [&](const Original& one) { return one.name == image; });
}

DamagedImage DamageGenerator::image(uint64_t number) const {
    Random random(content_word({seed_, 0}, number, 0));
    const Original& original = originals_[random() % originals_.size()];
    DamagedImage damaged{original.name, {}};
    for (unsigned left = edits_of(random); left > 0; --left) {
        ImageField field = original.fields[random() % original.fields.size()];
        if (random() % 5 == 0) field = byte_near(field, original.bytes.size(), random);
        if (overlaps(damaged, field)) continue;
        auto edit = edit_of(field, original.bytes, {});
        edit.after = other_value(edit.before, random);
        if (edit.after != edit.before) damaged.edits.push_back(std::move(edit));
    }
    return damaged;
}

DamagedImage without_edit(const DamagedImage& damaged, size_t edit) {
    DamagedImage out = damaged;
    out.edits.erase(out.edits.begin() + static_cast<ptrdiff_t>(edit));
    return out;
}

DamagedImage without_byte(const DamagedImage& damaged, size_t edit, size_t byte) {
    DamagedImage out = damaged;
    out.edits[edit].after[byte] = out.edits[edit].before[byte];
    return out;
}

}  // namespace diobench
