// SPDX-License-Identifier: GPL-2.0-only
// A disk for one boot.
#pragma once

#include <cstdint>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"

namespace diobench {

/// A file without a name, its space reserved: it is gone when we are, however we end.
class DiskFile {
public:
    /// At least `size_bytes` of zeros (whole MiB) on the file system of `directory`; no space is an error that says so.
    [[nodiscard]] static Result<DiskFile> create(const fs::path& directory, uint64_t size_bytes);
    /// A path under which our child processes can open it while we live.
    [[nodiscard]] std::string path() const;

private:
    explicit DiskFile(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

}  // namespace diobench
