// SPDX-License-Identifier: GPL-2.0-only
// The versions of a series that a thread has, and how one that was sent only in part is made whole.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/host/kernel/mail.h"

namespace diobench {

/// A mail of a version and which patch it is.
struct ThreadPatch {
    const Mail* mail = nullptr;
    int number = -1;     ///< i of i/n; -1: not numbered
    std::string damage;  ///< why it cannot be taken; empty: it can
};

/// Patches that belong together by their subjects: one version, one total.
struct ThreadRevision {
    PatchVersion version;
    int total = -1;  ///< -1: not numbered
    std::vector<ThreadPatch> patches;
    const Mail* cover = nullptr;
    /// Versions that lent it patches, the nearest first.
    std::vector<PatchVersion> filled_from;
    std::vector<std::string> words;  ///< what was lent, a clause each

    /// Numbers without a patch.
    [[nodiscard]] std::vector<int> missing() const;
    [[nodiscard]] bool complete() const { return !patches.empty() && missing().empty(); }
    /// "v2 (3 patches)"
    [[nodiscard]] std::string name() const;
};

/// By version and total; the last is the newest.
using ThreadRevisions = std::map<std::pair<PatchVersion, int>, ThreadRevision>;

/// "1/3, 2/3", of many "1 to 6 and 8 to 61 of 61".
[[nodiscard]] std::string patch_numbers(const std::vector<int>& numbers, int total);

/// Makes versions whole that sent only some patches again, as b4 does: one that follows a version of as many patches, and
/// each of whose patches answers (also by way of others' replies) the one of the same number.  A point reroll ("v3.1")
/// is made whole from its version in any case.  A patch without a number ("[PATCH v2] x") that answers "[PATCH 1/2] x" is 1/2.
/// Nothing else is put together: a version with a hole stays as it is.
void complete_rerolls(ThreadRevisions& revisions, const std::vector<Mail>& mails);

}  // namespace diobench
