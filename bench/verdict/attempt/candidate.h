// SPDX-License-Identifier: GPL-2.0-only
// From what a person gives to a series that can be built.
#pragma once

#include <string>

#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/attempt/attempt_options.h"

namespace diobench {

/// Where patches come from and what they stand on.
struct CandidateSource {
    std::string name;          ///< of the series
    std::string baseline;      ///< SERIES or SERIES@BASE: what it stands on and is compared with; "base": the unpatched kernel
    std::vector<std::string> files;  ///< empty: commits
    fs::path tree;
    std::string revision;      ///< of commits the range
    std::vector<KnownFailure> known_failures;  ///< of the series itself
};

/// Whether each of `options.what` is a file or folder, else whether the only one is a revision; a folder with a
/// series.toml says itself what it stands on. Errors name what would be right.
[[nodiscard]] Result<CandidateSource> find_candidate(const AttemptOptions& options);
/// What `kernel`, SERIES or SERIES@BASE, is known to fail on Linux `version`: no news of a patch on it.
[[nodiscard]] Result<std::vector<KnownFailure>> known_failures_of(const std::string& kernel, const std::string& version);
/// "0001-erofs-x.patch" -> "0001-erofs-x": a name that a series may have.
[[nodiscard]] std::string series_name_for(std::string_view given);

/// The source that builds of it take; both empty: the distribution's.
struct SourceOfBuilds {
    fs::path tree;
    std::string revision;
};

/// Applies the patches and writes the series, into `folder` if it is temporary. A patch that does not apply is told with
/// patch, file, hunk, and the series that it would apply to.
[[nodiscard]] Result<StepOutcome> apply_candidate(const AttemptOptions& options, const CandidateSource& from, const fs::path& folder, Candidate& candidate, SourceOfBuilds& source);

}  // namespace diobench
