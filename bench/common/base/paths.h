// SPDX-License-Identifier: GPL-2.0-only
// Where things are: the project's own files and the user's cache.
#pragma once

#include <optional>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// The project folder (holds kernel-patches/, workloads/, reports/):
/// $DIOBENCH_ROOT, else the folder the program was built from.
[[nodiscard]] fs::path project_root();
/// Everything that may be deleted and made again: $DIOBENCH_CACHE, else
/// $XDG_CACHE_HOME/diobench, else ~/.cache/diobench.
[[nodiscard]] fs::path cache_root();

/// An exclusive flock(2) on a file, so that two diobench do not do the same
/// work into the same place.  Held until destroyed.  Waits, and calls
/// `on_wait` once if it has to; an interrupt ends the wait with an error.
class FileLock {
public:
    [[nodiscard]] static Result<FileLock> acquire(const fs::path& path, void (*on_wait)(const fs::path&) = nullptr);
    /// As acquire() without waiting: empty if another program holds it.
    [[nodiscard]] static Result<std::optional<FileLock>> try_acquire(const fs::path& path);
    FileLock(FileLock&&) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace diobench
