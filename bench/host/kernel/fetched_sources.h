// SPDX-License-Identifier: GPL-2.0-only
// Kernel sources of Debian that were fetched into the cache: a folder a package's version, with its tarball.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/debian_archive.h"

namespace diobench {

struct FetchedSource {
    DebianSource debian;
    std::string fetched_at;  ///< UTC, ISO 8601
    fs::path tarball;

    /// "Debian's linux-source-6.12 6.12.107-1~deb12u1".
    [[nodiscard]] std::string description() const;
};

/// Every one, the newest kernel first.  A folder that is none is passed over.
[[nodiscard]] std::vector<FetchedSource> fetched_sources();
/// The source, from the cache or fetched now; `fresh` says which.  A folder appears whole or not at all.
[[nodiscard]] Result<FetchedSource> fetch_source(const DebianArchive& archive, const DebianSource& source, Progress& progress, bool& fresh);
/// What "newest" stands for from now on, whatever is fetched beside it.
[[nodiscard]] Status remember_newest(const FetchedSource& source);
/// What "newest" stands for; an error if it was never fetched.
[[nodiscard]] Result<FetchedSource> newest_source();

}  // namespace diobench
