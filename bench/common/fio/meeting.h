// SPDX-License-Identifier: GPL-2.0-only
// A point where fio's jobs wait for us, right before and right after their
// reads: fio runs a command there (exec_prerun, exec_postrun), which says that
// the job has arrived and returns when we let it.
#pragma once

#include <chrono>
#include <string>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/base/process.h"

namespace diobench {

enum class MeetingPoint { before_reads, after_reads };

/// What fio runs.  It is plain shell, in fio's working directory; where there
/// is no shell, meeting_shell_main() stands in for it.
[[nodiscard]] std::string meeting_command(MeetingPoint point);

/// Our side: named pipes in a directory. Each point has a pipe of its own to go on by: a job that has already read
/// must not take the word that another one still waits for before its reads.
class Meeting {
public:
    [[nodiscard]] static Result<Meeting> create(const fs::path& directory);

    enum class Outcome { all_arrived, child_ended, time_over };
    /// Waits until `jobs` more jobs have arrived, or the child has ended.
    [[nodiscard]] Result<Outcome> wait_for(unsigned jobs, const ChildProcess& child, std::chrono::steady_clock::time_point deadline);
    /// Lets `jobs` jobs that wait at this point go on.
    [[nodiscard]] Status release(MeetingPoint point, unsigned jobs);

private:
    Meeting(UniqueFd arrived, UniqueFd go_before, UniqueFd go_after) : arrived_(std::move(arrived)), go_before_(std::move(go_before)), go_after_(std::move(go_after)) {}
    UniqueFd arrived_;
    UniqueFd go_before_;
    UniqueFd go_after_;
};

/// main() of /bin/sh in a guest: `sh -c COMMAND`, where COMMAND must begin with
/// a meeting_command() (fio adds a redirection).  Exit 127 for anything else.
int meeting_shell_main(int argc, char** argv);

}  // namespace diobench
