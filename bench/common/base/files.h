// SPDX-License-Identifier: GPL-2.0-only
// Whole files and directories, with errors that name the path.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"

namespace diobench {

namespace fs = std::filesystem;

/// The whole file as bytes; works on /proc files of unknown size.
[[nodiscard]] Result<std::string> read_file(const fs::path& path);
/// Writes beside `path`, syncs, renames over it: readers see the old file or
/// the whole new one, never a part. The parent directory must exist.
[[nodiscard]] Status write_file_atomic(const fs::path& path, std::string_view data);
/// Opens an existing file (a sysfs or procfs knob) and writes `data` in one write(2).
[[nodiscard]] Status write_knob(const fs::path& path, std::string_view data);
/// write(2) until all of `data` is out; `name` appears in errors.
[[nodiscard]] Status write_all(int fd, std::string_view data, const std::string& name);
[[nodiscard]] Status make_directories(const fs::path& path);
[[nodiscard]] Status remove_tree(const fs::path& path);

/// A fresh directory `prefix`.XXXXXX below `parent` (created if needed),
/// removed with its content when this goes out of scope unless kept.  What a
/// program that was killed left is removed by the next one with that prefix:
/// the live ones are locked, see flock(2).
class TempDirectory {
public:
    [[nodiscard]] static Result<TempDirectory> create(const fs::path& parent, const std::string& prefix);
    TempDirectory(TempDirectory&& other) noexcept;
    TempDirectory& operator=(TempDirectory&&) = delete;
    ~TempDirectory();
    [[nodiscard]] const fs::path& path() const { return path_; }
    /// Keeps the directory; returns its path.
    fs::path keep();

private:
    TempDirectory(fs::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
    fs::path path_;
    UniqueFd lock_;
};

}  // namespace diobench
