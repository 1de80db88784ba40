// SPDX-License-Identifier: GPL-2.0-only
// From mails to a series folder that is known to apply.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/mbox.h"
#include "bench/host/kernel/patch_repository.h"
#include "bench/host/kernel/select_patches.h"
#include "bench/host/kernel/series.h"
#include "bench/host/kernel/source.h"

namespace diobench {

/// What becomes of a series of that name.  extend: the patches are a variant of it, for the kernel they are checked against.
enum class Existing { refuse, replace, extend };

struct ImportOptions {
    std::string name;  ///< as is_series_name()
    fs::path into;     ///< the folder that holds the series; empty: own_series_folder()
    std::vector<std::string> on;  ///< names of series applied before it
    std::string revises;          ///< the series it is a newer revision of; empty: none
    std::string purpose;          ///< empty: the title of the cover letter or of the first patch
    std::string base_min, base_max;  ///< empty: the stable series of the source
    std::optional<PatchVersion> version;  ///< of the patches in the thread; nothing: the newest complete one
    Fit fit = Fit::exact;
    Existing existing = Existing::refuse;
    std::vector<KnownFailure> known_failures;
};

struct ImportedPatch {
    std::string file;
    std::string title;
    std::string author;  ///< "Name <address>"
    std::string tag;     ///< "[PATCH v2 3/6]", what its mail calls it
    std::string origin;  ///< of its mail, as in RawMail
    std::string message_id;  ///< of its mail; empty: none
};

struct ImportedSeries {
    Series series;
    std::vector<ImportedPatch> patches;
    std::vector<std::string> notes;        ///< what was passed over, moved or merged, a clause each
    std::vector<std::string> assumptions;  ///< what series.toml says although nobody said it, likewise
    std::string source;              ///< "Linux 6.12.117 (/usr/src/linux-source-6.12.tar.xz)"
    std::vector<std::string> below;  ///< series under it, in the order applied
};

/// All mails read, as parse_mail(). More than 10,000, or more than 500 that may be patches, are an archive and an error.
[[nodiscard]] Result<std::vector<Mail>> parse_mails(const std::vector<RawMail>& raw);
/// What import_series() would take of `mails`: read and chosen, and safe by its names, but applied to nothing.
[[nodiscard]] Result<SelectedPatches> choose_patches(const std::vector<RawMail>& mails, const std::optional<PatchVersion>& version, Progress& progress);
/// One of them as it is reported; the file is not known yet.
[[nodiscard]] ImportedPatch imported_patch(const Mail& mail);

/// Chooses the series among `mails`, applies it to `source` after what it is to stand on, and writes its folder, which
/// appears whole or not at all.  Nothing else is written.  Every error is one sentence, that of
/// a patch that does not fit with the nearest lines of the source; code `usage`.
[[nodiscard]] Result<ImportedSeries> import_series(const std::vector<RawMail>& mails, const KernelSource& source, const ImportOptions& options, Progress& progress);

/// The checks of import_series() that need neither mails nor source: name, existing folder, series it names.
[[nodiscard]] Status check_import(const ImportOptions& options);

}  // namespace diobench
