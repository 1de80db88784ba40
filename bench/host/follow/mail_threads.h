// SPDX-License-Identifier: GPL-2.0-only
// Which mails hang together.
#pragma once

#include <vector>

#include "bench/host/follow/follow_state.h"

namespace diobench {

/// The threads that have a mail of interest, each with all its mails in the order they were seen; the thread whose first mail was
/// seen first comes first. Mails belong together if one names the other, also one that nobody has.
[[nodiscard]] std::vector<std::vector<SeenMail>> threads_of_interest(const std::vector<SeenMail>& mails);

}  // namespace diobench
