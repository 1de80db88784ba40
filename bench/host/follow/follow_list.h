// SPDX-License-Identifier: GPL-2.0-only
// What a mailing list has for us: each version of each series of interest.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/terminal.h"
#include "bench/host/follow/follow_state.h"
#include "bench/host/follow/interest.h"
#include "bench/host/kernel/import_series.h"

namespace diobench {

/// One version of a series in a thread.
struct ListedSeries {
    std::string key;      ///< the same for as long as it is made of the same mails; empty: it is refused
    std::string revises_key;
    std::string name;     ///< that it would have here, "erofs-count-direct-reads-v2"
    std::string revises;  ///< the name of the version before it in the thread; empty: none
    std::string title;    ///< of its cover letter, else of its first patch
    std::string message_id;  ///< of the same mail
    std::string date;
    PatchVersion version;
    std::vector<ImportedPatch> patches;  ///< empty: it is refused
    std::string refusal;                 ///< why
    std::vector<std::string> notes;
    bool superseded = false;  ///< the thread has a newer one that can be taken
    std::vector<SeenMail> thread;  ///< all mails of it
};

struct ListRead {
    size_t mails = 0;  ///< known by now
    size_t fresh = 0;  ///< read this time
    std::vector<ListedSeries> series;
};

/// Reads what is new in `archives` into `state` and tells of all threads of interest what would be imported and what refused.
/// The archives are only read.  An interrupt is an error; what was read until then is kept.
[[nodiscard]] Result<ListRead> read_list(const std::vector<MailArchive>& archives, const ListInterest& interest, FollowState& state, Progress& progress);

/// These mails, as they were sent.
[[nodiscard]] Result<std::vector<RawMail>> fetch_mails(const std::vector<SeenMail>& mails, const std::vector<MailArchive>& archives);

/// A name for a series out of its title: "erofs: count direct reads", version 2 -> "erofs-count-direct-reads-v2".
[[nodiscard]] std::string series_name_of(const std::string& title, const PatchVersion& version);

}  // namespace diobench
