// SPDX-License-Identifier: GPL-2.0-only
// Files and folders as a person saved them, cut into single mails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// Larger than any mail that a list lets through, and than a diff that is reviewed; what is larger is passed over unread.
inline constexpr size_t kLargestMailBytes = size_t{16} << 20;

/// One mail as it was sent (headers, empty line, body), or a bare diff.
struct RawMail {
    std::string origin;   ///< for messages: "thread.mbox, mail 3" or the file's name
    std::string text;     ///< lines end in '\n'
    bool alone = false;   ///< all there is in a file that was named, so that it is what is meant
    bool listed = false;  ///< its place is that in quilt's `series`, whatever its subject says
    int strip = 1;        ///< folders to take off the names in its diff, as of patch -pN
};

/// Whether a line of an mbox begins a mail: "From x@y Mon Mar  4 10:00:00 2024", or git's own
/// "From 0123... Mon Sep 17 00:00:00 2001".
[[nodiscard]] bool begins_mail(std::string_view line);
/// Cuts the text of an mbox (of a mail program, public-inbox or `git
/// format-patch --stdout`) at its "From " lines and undoes their escapes (">From ", mboxrd);
/// a text that does not begin with one is one mail.  Line ends become '\n'.
[[nodiscard]] std::vector<RawMail> split_mails(std::string_view text, const std::string& origin);

/// The mails of a file (also gzipped), a folder of patches, a folder of quilt (or its `series`) or a Maildir, in
/// order of name, of quilt in the order of `series`.  Empty, binary, HTML and too large files are errors; in a folder, files
/// that are no mails by their name are passed over and said in `notes`.
[[nodiscard]] Result<std::vector<RawMail>> read_mails(const fs::path& path, std::vector<std::string>& notes);

}  // namespace diobench
