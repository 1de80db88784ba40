// SPDX-License-Identifier: GPL-2.0-only
// Damaged images without end, each a function of seed and number.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/image/damage.h"

namespace diobench {

class DamageGenerator {
public:
    /// Of the images that are small enough to be mounted often, with the content of `seed`.
    [[nodiscard]] static Result<DamageGenerator> create(uint64_t seed);

    /// Names of the images that are damaged.
    [[nodiscard]] std::vector<std::string> images() const;
    /// From now on no image of that name.
    void leave_out(const std::string& image);
    /// One to five edits of one image: fields and bytes near them; values of interest, random ones, single bits.
    [[nodiscard]] DamagedImage image(uint64_t number) const;

private:
    struct Original {
        std::string name;
        std::string bytes;
        std::vector<ImageField> fields;
    };
    explicit DamageGenerator(uint64_t seed) : seed_(seed) {}
    uint64_t seed_;
    std::vector<Original> originals_;
};

/// The same without one edit.
[[nodiscard]] DamagedImage without_edit(const DamagedImage& damaged, size_t edit);
/// The same with one changed byte as it was.
[[nodiscard]] DamagedImage without_byte(const DamagedImage& damaged, size_t edit, size_t byte);

}  // namespace diobench
