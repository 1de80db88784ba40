// SPDX-License-Identifier: GPL-2.0-only
// What a measuring machine starts with: the guest program, mke2fs, the images.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/plan/guest_plan.h"
#include "bench/host/kernel/make.h"

namespace diobench {

/// A file that a guest finds at `guest_path` (without a leading '/').
struct GuestFile {
    std::string guest_path;
    fs::path host_path;
    bool program = false;   ///< executable; with the libraries it needs
};

/// The images of `layouts` with the content of `seed`, as a guest sees them.
struct PreparedImages {
    std::vector<GuestImage> images;
    std::vector<GuestFile> files;  ///< their blobs
};
[[nodiscard]] Result<PreparedImages> prepare_images(const std::vector<std::string>& layouts, uint64_t seed);
/// Programs that cells need beside the guest's own: fio, and what their back
/// ends start.  Without fio its cells cannot be run: an error; a back end says
/// itself what it misses.
[[nodiscard]] Result<std::vector<GuestFile>> programs_for(const std::vector<Cell>& cells);
/// The constant part of an initramfs, cached by content: program, mke2fs with
/// its libraries, and `files`.  The name in `holder`, a folder below
/// cache_root(), is one more of the cached file, which the cache may forget.
[[nodiscard]] Result<fs::path> constant_initramfs(const std::vector<GuestFile>& files, const fs::path& holder);

}  // namespace diobench
