// SPDX-License-Identifier: GPL-2.0-only
// Where things are: what comes with diobench, what the user adds to it, and what can be made again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// What comes with diobench and is only read (kernel-patches/, workloads/, reports/, gate.toml): $DIOBENCH_ROOT, else
/// ../share/diobench beside an installed program, else the clone it was built in.
[[nodiscard]] fs::path project_root();
/// True of a program that was installed: there is no clone, and nothing is to be written to where it lies.
[[nodiscard]] bool is_installed();
/// The user's own series/ and workloads/, which come before diobench's: $XDG_CONFIG_HOME/diobench, else ~/.config/diobench.
[[nodiscard]] fs::path config_root();
/// A file of settings, such as "follow.toml": the user's in config_root(), else the one that comes with diobench.
[[nodiscard]] fs::path settings_file(std::string_view name);
/// A part of diobench that is not called by hand (the guest program, libraries of QEMU): beside the program, of a test one folder
/// up, else in ../libexec/diobench.  Where it should be if it is nowhere.
[[nodiscard]] fs::path program_part(std::string_view name);
/// What scripts/setup builds, such as "fio-3.33/fio": of an installed diobench ../libexec/diobench/deps, else deps/ of the cache.
[[nodiscard]] fs::path dependency(std::string_view name);
/// How to get a Debian package that is missing: "scripts/setup, or: apt install flex".
[[nodiscard]] std::string how_to_install(std::string_view package);
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
