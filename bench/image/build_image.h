// SPDX-License-Identifier: GPL-2.0-only
// Makes EROFS images with mkfs.erofs (host side).
#pragma once

#include "bench/base/files.h"
#include "bench/image/layout.h"

namespace diobench {

/// Path of the image of `layout` with the content of `seed`, made if it is not
/// in the cache yet.  Its length is a multiple of 4096.
[[nodiscard]] Result<fs::path> build_image(const Layout& layout, uint64_t seed);

/// Clears the chunk-map entries below the layout's holes in a raw image made
/// with -Enosbcrc (the superblock checksum would not match any more).
/// On-disk format: Linux fs/erofs/erofs_fs.h, fs/erofs/data.c:136-143.
[[nodiscard]] Status punch_holes(const Layout& layout, std::string& image);

/// Offset in the image at which block 0 of the layout's file lies.
[[nodiscard]] Result<uint64_t> find_first_block(const Layout& layout, uint64_t seed, const std::string& image);

}  // namespace diobench
