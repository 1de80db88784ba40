// SPDX-License-Identifier: GPL-2.0-only
// One mail of RFC 5322 with everything that may hide a patch in it undone:
// transfer encodings, character sets, encoded headers, MIME parts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/host/kernel/mbox.h"
#include "bench/host/kernel/patch_subject.h"
#include "bench/host/kernel/unified_diff.h"

namespace diobench {

struct Mail {
    std::string origin;      ///< for messages, as in RawMail
    bool alone = false;      ///< as in RawMail
    std::string message_id;  ///< without < and >; empty: none
    std::vector<std::string> references;  ///< ids it answers, the nearest last
    PatchSubject subject;
    std::string author;  ///< "Name <address>", of the patch if its first line names another sender
    std::string date;    ///< as in the mail
    std::string message;  ///< decoded text in front of the patch, without its "---" line
    UnifiedDiff diff;     ///< no files: there is no patch in this mail
    std::optional<Error> damage;  ///< why there is none although something looks like one
    bool flowed = false;  ///< sent as format=flowed, whose white space may be lost
    bool html = false;    ///< nothing but HTML
    bool scissors = false;  ///< the patch is what stands below "-- >8 --"
    std::vector<std::string> remarks;  ///< what was assumed to read it, a clause each

    /// "[PATCH v2 3/6] erofs: x", or the file for a mail without a subject.
    [[nodiscard]] std::string name() const;
};

/// The author of a patch that names none.
inline constexpr const char* kUnknownAuthor = "unknown <unknown@localhost>";

/// Reads one mail, or a bare diff (the fields of DEP-3 or the text in front are title and message, the file's name
/// the title if there is none).  A mail with whole patches attached becomes one Mail for each of them after the one
/// that carries them.  Decodes with `git mailinfo`, as `git am` does; a mail that cannot be decoded or is too large is one with
/// `damage`.  Of mails that are not alone, replies without a diff outside of quotes and what is sent as plain text without
/// one are not decoded.  `scratch` is a folder for its files.
[[nodiscard]] Result<std::vector<Mail>> parse_mail(const RawMail& raw, const fs::path& scratch);

}  // namespace diobench
