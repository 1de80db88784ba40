// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/opened_list.h"

#include "bench/common/base/faults.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/base.h"

namespace diobench {

namespace {

Result<std::vector<MailArchive>> open_archives(const std::vector<std::string>& paths) {
    Faults faults;
    std::vector<MailArchive> out;
    for (const auto& path : paths) {
        auto opened = MailArchive::open(path);
        faults.add(opened);
        if (opened) out.insert(out.end(), opened->begin(), opened->end());
    }
    if (auto s = faults.status(); !s) return forward(s);
    return out;
}

}  // namespace

fs::path default_follow_settings() { return settings_file("follow.toml"); }

Result<OpenedList> open_list(const std::vector<std::string>& archives, const fs::path& settings_path, const fs::path& state_path) {
    auto settings = read_follow_settings(settings_path);
    if (!settings) return forward(settings);
    auto opened = open_archives(archives);
    if (!opened) return forward(opened);
    if (auto s = check_kernels(settings->on); !s) return forward(s);
    const fs::path file = state_path.empty() ? cache_root() / "follow.sqlite" : fs::absolute(state_path);
    auto lock = FileLock::try_acquire(file.string() + ".lock");
    if (!lock) return forward(lock);
    if (!*lock) return fail("follow", file.string(), "another diobench follows with this state: let it end, or name another one with --state");
    auto state = FollowState::open(file);
    if (!state) return forward(state);
    Progress progress("follow");
    auto read = read_list(*opened, settings->interest, *state, progress);
    if (!read) return forward(read);
    progress.finish("");
    return OpenedList{std::move(*settings), std::move(*opened), std::move(**lock), std::move(*state), std::move(*read)};
}

}  // namespace diobench
