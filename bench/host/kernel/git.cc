// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/git.h"

namespace diobench {

std::vector<std::string> git_command(const std::vector<std::string>& arguments) {
    std::vector<std::string> out = {"env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE", "-u", "GIT_CONFIG_COUNT", "git"};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

std::map<std::string, std::string> git_environment(const fs::path& folder) {
    std::error_code ec;
    const fs::path whole = fs::canonical(folder, ec);
    return {{"GIT_CEILING_DIRECTORIES", whole.parent_path().string()}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
            {"GIT_ATTR_NOSYSTEM", "1"}, {"LC_ALL", "C"}};
}

Result<CommandResult> run_git_in(const fs::path& repository, const std::vector<std::string>& arguments, const std::string& input) {
    CommandOptions options;
    options.environment = {{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"LC_ALL", "C"}};
    options.input = input;
    std::vector<std::string> all = {"-c", "safe.directory=*", "--no-optional-locks", "-C", repository.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_command(git_command(all), options);
}

}  // namespace diobench
