// SPDX-License-Identifier: GPL-2.0-only
// What every byte of every file of an image is: a function of (seed, file,
// block), so that any read can be checked without a reference copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace diobench {

constexpr size_t kBlockBytes = 4096;

/// Names the content of one file.
struct ContentKey {
    uint64_t seed = 1;
    uint32_t file_id = 1;
};

/// Word `index` (0..511) of a block: a splitmix64 step over (key, block,
/// index), so any two words of any two blocks or files differ with
/// overwhelming probability and no block compresses.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
[[nodiscard]] constexpr uint64_t content_word(ContentKey key, uint64_t block, unsigned index) {
    uint64_t z = (key.seed * 0x9E3779B97F4A7C15u) ^ (uint64_t{key.file_id} << 48);
    z += (block * 512 + index + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// Writes the content of one whole block.
void fill_block(ContentKey key, uint64_t block, std::span<std::byte, kBlockBytes> out);

/// Where the content of a file is zero instead: whole ranges of bytes, in blocks.
struct Hole {
    uint64_t first_block = 0;
    uint64_t blocks = 0;
};

/// What the blocks of a file look like.
enum class Texture {
    random,        ///< no block compresses
    compressible,  ///< of each 128 bytes the second half repeats the first
};

/// A file whose every byte is known.
struct FileContent {
    ContentKey key;
    uint64_t size_bytes = 0;
    std::span<const Hole> holes;
    Texture texture = Texture::random;

    /// Writes one whole block: zeros below a hole.  Bytes behind the end of the
    /// file are written as if it went on.
    void fill(uint64_t block, std::span<std::byte, kBlockBytes> out) const;

    /// Offset in the file of the first byte of `data`, read at `offset_bytes`,
    /// that is not what it should be; nothing if all is right.  Bytes behind
    /// the end of the file are not looked at.
    [[nodiscard]] std::optional<uint64_t> first_mismatch(uint64_t offset_bytes, std::span<const std::byte> data) const;
    [[nodiscard]] bool in_hole(uint64_t block) const;
};

}  // namespace diobench
