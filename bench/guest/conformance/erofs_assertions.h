// SPDX-License-Identifier: GPL-2.0-only
// EROFS's own assertions (CONFIG_EROFS_FS_DEBUG): some say that an image is
// sound, and end the machine where a kernel in use returns an error.
#pragma once

namespace diobench {

enum class Assertions { off, on };

/// False if this kernel cannot be told (kernel-patches/machines/checked/ has nothing for its version).
[[nodiscard]] bool set_erofs_assertions(Assertions assertions);

}  // namespace diobench
