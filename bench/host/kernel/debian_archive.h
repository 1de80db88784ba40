// SPDX-License-Identifier: GPL-2.0-only
// Debian's packages of kernel sources, by an apt of our own: its configuration, lists and downloads lie in the cache, and
// nothing of the system's is changed or needs root.  apt checks the archive's signatures and every package's hash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/terminal.h"

namespace diobench {

/// What failed, in errors.
inline constexpr const char* kFetch = "kernel fetch";
/// The name of the newest base.
inline constexpr const char* kNewest = "newest";

/// One version of a package linux-source-X.Y.
struct DebianSource {
    std::string package;  ///< "linux-source-6.12"
    std::string version;  ///< "6.12.107-1~deb12u1"
    std::string kernel;   ///< "6.12.107"
    std::string suite;    ///< "bookworm-security", the first that has it
};

/// "6.12.107-1~deb12u1" -> "6.12.107", "7.4~rc3-1~exp1" -> "7.4-rc3".
[[nodiscard]] std::string kernel_of_debian_version(std::string_view version);
/// What `apt-cache madison` printed: the newest kernel first, of one kernel the newest package first.
[[nodiscard]] std::vector<DebianSource> parse_madison(std::string_view output);
/// The package that is meant by "6.12.107", "6.12" (its newest) or "newest".  An error says what there is.
[[nodiscard]] Result<DebianSource> choose_source(const std::vector<DebianSource>& sources, const std::string& wanted);

class DebianArchive {
public:
    /// Writes the configuration; asks nobody.  One process at a time; waits, and says so, for another.
    [[nodiscard]] static Result<DebianArchive> open();

    /// Brings the lists of packages.  `unread`: a line for each suite that could not be read, whose packages are as they were known.
    [[nodiscard]] Status update(Progress& progress, std::vector<std::string>& unread);
    /// What the lists say, as they are; nothing if they were never brought.
    [[nodiscard]] Result<std::vector<DebianSource>> sources() const;
    /// UTC, ISO 8601; empty: the lists were never brought.
    [[nodiscard]] std::string updated_at() const;
    /// The package's tarball, written into the folder `into`.  What was downloaded when we were interrupted is not downloaded again.
    [[nodiscard]] Status fetch_tarball(const DebianSource& source, const fs::path& into, Progress& progress) const;

private:
    DebianArchive(fs::path folder, FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
    [[nodiscard]] std::vector<std::string> apt(const char* program, const std::vector<std::string>& arguments) const;
    [[nodiscard]] fs::path stamp() const { return folder_ / "updated-at"; }

    fs::path folder_;
    FileLock lock_;
};

}  // namespace diobench
