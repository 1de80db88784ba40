// SPDX-License-Identifier: GPL-2.0-only
// What a process does that has reads of a scene under way: waits for them, or leaves them behind in one of many ways.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <sys/types.h>

#include "bench/guest/conformance/read_scene.h"
#include "bench/guest/conformance/read_targets.h"
#include "bench/guest/conformance/reads_in_flight.h"

namespace diobench {

/// What the process has: prepared reads, and their memory.
struct ProcessReads {
    ReadsInFlight& reads;
    const ReadTargets& targets;
    /// Of each read its bytes or -errno: what is wrong with them.
    std::function<std::string(std::span<const ssize_t>)> judge;
};

/// Submits them and meets its fate; what is wrong, empty if nothing.  Of some fates it does not return.
[[nodiscard]] std::string meet_fate(Fate fate, ReadBy by, const ProcessReads& with);

/// Whether a read may be cancelled by what happens to who submitted it.
[[nodiscard]] bool may_be_cancelled(Fate fate, ReadBy by);

}  // namespace diobench
