// SPDX-License-Identifier: GPL-2.0-only
// What a measuring machine starts with: the guest program, mke2fs, the images.
#pragma once

#include <string>
#include <vector>

#include "bench/base/files.h"
#include "bench/plan/guest_plan.h"

namespace diobench {

/// The images of `layouts` with the content of `seed`, as a guest sees them.
struct PreparedImages {
    std::vector<GuestImage> images;
    std::vector<fs::path> host_paths;  ///< of each
};
[[nodiscard]] Result<PreparedImages> prepare_images(const std::vector<std::string>& layouts, uint64_t seed);

/// The constant part of an initramfs, cached by content: program, mke2fs with
/// its libraries, images.
[[nodiscard]] Result<fs::path> constant_initramfs(const PreparedImages& images);
/// The whole initramfs of one boot, written to `path`.
[[nodiscard]] Status write_boot_initramfs(const fs::path& path, const fs::path& constant_part, const GuestPlan& plan);

}  // namespace diobench
