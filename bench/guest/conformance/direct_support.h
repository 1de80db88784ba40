// SPDX-License-Identifier: GPL-2.0-only
// What this kernel does with O_DIRECT on a file, found out by trying.
#pragma once

#include "bench/common/base/error.h"
#include "bench/guest/conformance/direct.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// Opens a file of image "flat" with O_DIRECT and reads 64 KiB of it: refused,
/// or buffered if the file's page cache grew (file-backed: or the image's by as much), or direct.
[[nodiscard]] Result<DirectSupport> find_direct_support(World& world);
/// The same of a mount of that image.
[[nodiscard]] Result<DirectSupport> find_direct_support(const World& world, const ImageMount& image);

}  // namespace diobench
