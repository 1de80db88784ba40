// SPDX-License-Identifier: GPL-2.0-only
// What old nights leave behind, and for how long.
#pragma once

#include "bench/nightly/night_config.h"
#include "bench/nightly/night_record.h"
#include "bench/results/store/database.h"

namespace diobench {

/// Folders of `nights` (the newest first) that may go: all but the newest `keep`, and never the last one that was
/// good for a kernel of these.
[[nodiscard]] std::vector<std::string> folders_to_remove(const std::vector<NightRecord>& nights, uint64_t keep);
/// Runs of nights that began before `before` (ISO 8601) and may go: never pinned ones, and never those of the last night that
/// was good, as a whole or for a kernel that was measured since.
[[nodiscard]] std::vector<std::string> runs_to_remove(const std::vector<StoredJudgement>& judgements, const std::set<std::string>& known,
                                                      const std::vector<Pin>& pins, const std::string& before);

/// Removes both; the sentence says what went, empty: nothing.
[[nodiscard]] Result<std::string> remove_old_nights(const NightConfig& config);

}  // namespace diobench
