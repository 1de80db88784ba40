// SPDX-License-Identifier: GPL-2.0-only
// From the patches of one series to those of another, one patch at a time.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/kernel/series.h"

namespace diobench {

/// One patch of a series and of what it requires.
struct SeriesPatch {
    fs::path file;         ///< absolute
    std::string subject;   ///< its title without "[PATCH 1/2]"; the file's name if it has none
    std::string identity;  ///< of what it changes: equal for patches that differ only in their messages
};

/// Every patch of a resolved chain, in the order they are applied.
[[nodiscard]] Result<std::vector<SeriesPatch>> patches_of_chain(const std::vector<Series>& chain);
/// The title of a patch as git format-patch writes it; empty: it has none.
[[nodiscard]] std::string patch_title(std::string_view text);
/// What a patch changes, hashed: its diff without the hashes of blobs. A text without a diff is hashed as it is.
[[nodiscard]] std::string patch_identity(std::string_view text);

/// State 0 is the baseline, state `length()` the candidate, and patch i (from 1) makes state i of state i - 1.
class PatchWalk {
public:
    /// The candidate has the baseline's patches and then more (state i: the next i of them), or both have equally many after
    /// those they begin with in common (state i: the candidate's first i in the place of the baseline's). Anything else, and
    /// series with the same patches, is refused; the names are for messages.
    [[nodiscard]] static Result<PatchWalk> plan(const std::string& baseline_name, std::vector<SeriesPatch> baseline,
                                                const std::string& candidate_name, std::vector<SeriesPatch> candidate);

    [[nodiscard]] size_t length() const { return candidate_.size() - common_; }
    /// `number` is 1 to length().
    [[nodiscard]] const SeriesPatch& patch(size_t number) const { return candidate_[common_ + number - 1]; }
    /// All patches of a state, 0 to length(), in the order they are applied.
    [[nodiscard]] std::vector<SeriesPatch> state(size_t number) const;
    /// True if the candidate's patches take the place of others, so that a state may mix two revisions.
    [[nodiscard]] bool replaces() const { return baseline_.size() > common_; }

private:
    PatchWalk() = default;
    std::vector<SeriesPatch> baseline_;
    std::vector<SeriesPatch> candidate_;
    size_t common_ = 0;
};

}  // namespace diobench
