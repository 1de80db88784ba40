// SPDX-License-Identifier: GPL-2.0-only
// An mbox of any size, to which mails are appended.
#pragma once

#include "bench/host/follow/archive.h"

namespace diobench {

/// As MailArchive::read_new().
[[nodiscard]] Status read_mbox_file(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener);
/// As MailArchive::fetch().
[[nodiscard]] Result<std::vector<std::string>> fetch_from_mbox_file(const fs::path& path, const std::vector<std::string>& places);

}  // namespace diobench
