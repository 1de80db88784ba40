// SPDX-License-Identifier: GPL-2.0-only
// A patch series: a folder with series.toml and the patches it names.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/lineage.h"
#include "bench/host/kernel/version.h"

namespace diobench {

/// A case of `verify` that this series is known to fail.
struct KnownFailure {
    std::string case_glob;
    std::string reason;
    bool smp_only = false;  ///< only = "smp": with `verify --smp` alone
};

/// The series for kernels that its own patches are not for.
struct SeriesVariant {
    std::string base_min, base_max;
    std::vector<fs::path> patches;  ///< absolute
    std::string reason;             ///< of a variant without patches: why there is nothing to do
    std::vector<KnownFailure> known_failures;
};

struct Series {
    std::string name;     ///< that of the folder
    std::string purpose;  ///< one line for tables
    std::string base_min, base_max;  ///< kernel versions it is meant for, both included
    std::vector<std::string> requires_series;
    std::vector<fs::path> patches;  ///< absolute, in the order they are applied
    std::string revises;            ///< the series this one is a newer revision of; empty: none
    std::vector<KnownFailure> known_failures;
    /// What an O_DIRECT open of a regular file over fscache is: "refused", "buffered" or "direct"; empty: as what it requires.
    std::string direct_io;
    std::string file_direct_io;  ///< the same of a file-backed mount
    std::vector<std::string> killed_by;  ///< of a mutant: globs of cases that are tried first
    std::vector<SeriesVariant> variants;  ///< of other kernels; their ranges overlap neither with one another nor with its own
    fs::path folder;  ///< absolute

    /// "6.12.7 to 6.12.999, 6.1.170 to 6.1.999".
    [[nodiscard]] std::string bases() const;
};

/// The user's own series, where `kernel add` writes.
[[nodiscard]] fs::path own_series_folder();
/// Where a series is looked for by its name: the user's own, then those that come with diobench.
[[nodiscard]] std::vector<fs::path> series_folders();
/// Reads one series: `name_or_path` is a name in series_folders(), or, if it
/// has a '/' in it, a folder anywhere.  Errors name file, line, key and what would be right.
[[nodiscard]] Result<Series> load_series(const std::string& name_or_path);
/// True for a name that a series may have: letters, digits, '-', '_' and '.', the first a letter or digit, at most 64.
[[nodiscard]] bool is_series_name(std::string_view name);
/// The series `name` in the folder `beside`, or else in series_folders().
[[nodiscard]] Result<Series> find_series(const std::string& name, const fs::path& beside);
/// Every series of the folder `root` (empty: those of series_folders(), of two of one name the first), by name.  Revisions that go in a circle are an error.
[[nodiscard]] Result<std::vector<Series>> list_series(const fs::path& root = {});
/// What each series of series_folders() revises.
[[nodiscard]] Result<Revisions> known_revisions();
/// The series with all it requires: requirements first, itself last, none
/// twice.  A required name is looked for beside the series that requires it, then in series_folders().
[[nodiscard]] Result<std::vector<Series>> resolve_series(const std::string& name_or_path);
/// `direct_io`, or `file_direct_io`, of the last series of the chain that says so; "unknown" if none does.
[[nodiscard]] std::string declared_direct_io(const std::vector<Series>& chain, std::string Series::*key = &Series::direct_io);
/// Makes each member what it is for kernel `version`: its own patches and known failures, or a variant's.  Refuses a
/// chain of which a member is not meant for that kernel.
[[nodiscard]] Status choose_variants(std::vector<Series>& chain, const std::string& version);
/// Only the refusal.
[[nodiscard]] Status check_base(const std::vector<Series>& chain, const std::string& version);

}  // namespace diobench
