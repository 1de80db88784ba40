// SPDX-License-Identifier: GPL-2.0-only
// mkfs.erofs, so that the same folder makes the same bytes (host side).
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/image/content.h"

namespace diobench {

struct Mkfs {
    fs::path program;
    std::string version;  ///< what the program says of itself: part of the name of what it made

    [[nodiscard]] static Result<Mkfs> find();
    /// Makes the image `image` of the folder `root`: fixed time, UUID and owner.
    [[nodiscard]] Status make(const std::vector<std::string>& options, const fs::path& root, const fs::path& image) const;
};

/// Writes the file that `content` describes.
[[nodiscard]] Status write_content(const FileContent& content, const fs::path& path);

}  // namespace diobench
