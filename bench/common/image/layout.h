// SPDX-License-Identifier: GPL-2.0-only
// The images that are measured, by name.
#pragma once

#include "bench/common/image/test_images.h"

namespace diobench {

/// What cells of ordinary patterns read; an image may have "data-0", "data-1"... instead.
constexpr const char* kDataFile = "data.bin";

[[nodiscard]] std::span<const TestImage> all_layouts();
[[nodiscard]] Result<const TestImage*> find_layout(std::string_view name);

/// The files that cells of ordinary patterns read, as one after the other:
/// those whose names begin with "data"; all others for pattern tree.
[[nodiscard]] std::vector<const TestFile*> data_files(const std::vector<TestFile>& files);
[[nodiscard]] std::vector<const TestFile*> tree_files(const std::vector<TestFile>& files);

/// Whether the file lies on the image in one piece, in order: what backend raw needs.
[[nodiscard]] bool is_contiguous(const TestImage& image);
/// Offset in the image at which block 0 of its contiguous file lies.
[[nodiscard]] Result<uint64_t> find_first_block(const TestImage& image, uint64_t seed, const std::string& bytes);

}  // namespace diobench
