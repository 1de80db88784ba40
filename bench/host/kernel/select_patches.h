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

/// Takes the newest complete version of the one series in `mails` (or `version`); one that sent only some patches again is made
/// whole (complete_rerolls()).  Replies, copies and covers are passed over; of one patch that was sent twice the RESEND or the later is
/// taken.  A single patch of many is taken if it is all there is in a file that was named, and so is what stands below scissors in
/// a reply.  Errors: no patch at all, a patch i of n missing, two different patches that claim one number, a damaged patch.
[[nodiscard]] Result<SelectedPatches> select_patches(const std::vector<Mail>& mails, const std::optional<PatchVersion>& version);

}  // namespace diobench
