// SPDX-License-Identifier: GPL-2.0-only
// Which mails of a thread are the series, and in which order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/host/kernel/mail.h"

namespace diobench {

struct SelectedPatches {
    std::vector<Mail> patches;  ///< in the order to be applied
    std::optional<Mail> cover;
    std::vector<std::string> notes;  ///< what was passed over and why, each a clause
};

/// Takes the newest complete version of the one series in `mails` (or `version`, if it is not 0).
/// Replies, copies and covers are passed over.  Errors: no patch at all, a patch i of n missing,
/// two different patches that claim one number, a damaged patch.
[[nodiscard]] Result<SelectedPatches> select_patches(const std::vector<Mail>& mails, int version);

}  // namespace diobench
