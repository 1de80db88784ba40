// SPDX-License-Identifier: GPL-2.0-only
// Images that are damaged on purpose: which fields an image has, what depends
// on each, and edits of them.  All metadata of a test image lies in its blob 0.
// Source of the fields: Linux 6.12 fs/erofs/erofs_fs.h.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/test_images.h"

namespace diobench {

/// What of an image that is mounted with `device=` of all its blobs depends on a field.
enum class Touches {
    nothing,  ///< no name, size or byte of a file
    file,     ///< one file: the others are read as before
    image,    ///< anything
};

/// A field of one image.
struct ImageField {
    std::string name;  ///< "superblock.blkszbits", "inode.several.i_size"
    uint64_t offset_bytes = 0;
    uint32_t bytes = 0;
    Touches touches = Touches::image;
    std::string file = {};  ///< for Touches::file: which one
};

/// Every field of the superblock and the device table; of the inodes, maps and directories some of each kind.
[[nodiscard]] Result<std::vector<ImageField>> fields_of(const TestImage& image, const std::string& bytes);

/// Other values of a field that holds `old`: 0, 1, all ones, one more, one less, the highest bit the other way.
[[nodiscard]] std::vector<std::string> values_of_interest(std::string_view old);
/// A number as a field of `bytes` bytes holds it.
[[nodiscard]] std::string little_endian(uint64_t value, uint32_t bytes);

/// A field that is changed.
struct ImageEdit {
    ImageField field;  ///< field.bytes is the length of both texts
    std::string before;
    std::string after;
};

struct DamagedImage {
    std::string image;  ///< TestImage::name
    std::vector<ImageEdit> edits;

    /// The image as damaged.  The superblock's checksum is made right again unless it is what was damaged: every other
    /// field would be hidden behind it.
    [[nodiscard]] std::string apply(std::string bytes) const;
    /// Whether name, size and bytes of a file of the image are what they were.
    [[nodiscard]] bool leaves(std::string_view file) const;
    [[nodiscard]] uint64_t changed_bytes() const;
    /// "flat: superblock.blkszbits (at 1036) 0c -> 1f", bytes in the order of the image.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<DamagedImage> from_json(const nlohmann::json& json);
};

/// An edit of a field of an image as it is.
[[nodiscard]] ImageEdit edit_of(const ImageField& field, const std::string& bytes, std::string after);

constexpr const char* kChecksumField = "superblock.checksum";

}  // namespace diobench
