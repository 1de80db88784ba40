// SPDX-License-Identifier: GPL-2.0-only
// A git repository of public-inbox: each commit adds a mail (version 2: the file m; version 1: a file by its id).
#pragma once

#include "bench/host/follow/archive.h"

namespace diobench {

/// As MailArchive::read_new().
[[nodiscard]] Status read_git_archive(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener);
/// As MailArchive::fetch().
[[nodiscard]] Result<std::vector<std::string>> fetch_from_git_archive(const fs::path& path, const std::vector<std::string>& places);

}  // namespace diobench
