// SPDX-License-Identifier: GPL-2.0-only
// Where a kernel's source comes from: the distribution's package, or a tree
// of the user's.  Either becomes a pristine tree in the cache, named by its
// content; the original is only read.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/terminal.h"

namespace diobench {

struct KernelSource {
    fs::path tree;            ///< pristine, in the cache; never written to again
    std::string version;      ///< "6.12.117", from the tree's Makefile
    std::string sha256;       ///< of the tarball, the git tree or the copied files
    std::string description;  ///< for people and records: where it came from
};

/// The newest tarball of Debian's package linux-source-6.12
/// (/usr/src/linux-source-6.12.tar.xz; $DIOBENCH_KERNEL_SOURCE names another one), unpacked on first use.
[[nodiscard]] Result<KernelSource> distribution_source(Progress& progress);
/// A tarball whose content is in one top folder, unpacked on first use.
[[nodiscard]] Result<KernelSource> tarball_source(const fs::path& file, const std::string& description, Progress& progress);
/// The tree in `dir`.  A git tree is exported at `rev` (empty: HEAD, refused
/// while tracked files have uncommitted changes); any other folder is copied, and a tarball unpacked: `rev` must be empty.
[[nodiscard]] Result<KernelSource> tree_source(const fs::path& dir, const std::string& rev, Progress& progress);
/// The commit behind `rev` of the git tree in `dir`.
[[nodiscard]] Result<std::string> git_commit(const fs::path& dir, const std::string& rev);
/// As distribution_source() without unpacking: nothing if it was never
/// unpacked or is not installed.  For tables that must be quick.
[[nodiscard]] Result<KernelSource> known_distribution_source();

}  // namespace diobench
