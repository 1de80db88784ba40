// SPDX-License-Identifier: GPL-2.0-only
// Reads a file that another process is writing.
#pragma once

#include <functional>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"

namespace diobench {

class FileTail {
public:
    /// Makes the file empty.
    [[nodiscard]] static Result<FileTail> create(const fs::path& path);
    /// Hands over what was added since the last call; returns how many bytes.
    [[nodiscard]] Result<size_t> read_new(const std::function<void(std::string_view)>& sink);

private:
    FileTail(UniqueFd fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
    UniqueFd fd_;
    fs::path path_;
};

}  // namespace diobench
