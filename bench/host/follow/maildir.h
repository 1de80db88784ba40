// SPDX-License-Identifier: GPL-2.0-only
// A Maildir: a file a mail, in cur/ or new/, whose name changes behind the colon only.
#pragma once

#include "bench/host/follow/archive.h"

namespace diobench {

/// As MailArchive::read_new().
[[nodiscard]] Status read_maildir(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener);
/// As MailArchive::fetch().
[[nodiscard]] Result<std::vector<std::string>> fetch_from_maildir(const fs::path& path, const std::vector<std::string>& places);

}  // namespace diobench
