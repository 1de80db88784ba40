// SPDX-License-Identifier: GPL-2.0-only
// How git is run: away from the user's configuration and repositories.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/base/process.h"

namespace diobench {

/// {"git", arguments...} with what the caller's environment may say about repositories taken out.
[[nodiscard]] std::vector<std::string> git_command(const std::vector<std::string>& arguments);
/// Environment for git in `folder` (which must exist): no configuration of user or system, no repository around `folder`, English.
[[nodiscard]] std::map<std::string, std::string> git_environment(const fs::path& folder);

/// git in a repository of the user's, which may belong to somebody else and is only read: its own configuration counts, the user's
/// does not. `input`: its standard input.
[[nodiscard]] Result<CommandResult> run_git_in(const fs::path& repository, const std::vector<std::string>& arguments, const std::string& input = {});

}  // namespace diobench
