// SPDX-License-Identifier: GPL-2.0-only
// What a run or a night is doing at this moment, for who looks from outside: progress.json of the output folder.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "bench/results/store/progress_file.h"

namespace diobench {

/// Says something when a stage begins and at least each 30 s, however long a stage takes. Thread-safe. A file that cannot be
/// written is no reason to stop: who looks sees that it became stale.
class RunProgress {
public:
    /// `begun` says what began: kind, id, suite, machine, started_at. `folder` empty: says nothing.
    RunProgress(fs::path folder, ProgressState begun);
    RunProgress(const RunProgress&) = delete;
    RunProgress& operator=(const RunProgress&) = delete;
    /// Ended; without an exit code if finish() was never called.
    ~RunProgress();

    void stage(std::string_view stage, std::string_view what);
    /// Is told with the next beat, and at most each 5 s.
    void update(size_t done, size_t total, std::string_view what);
    void finish(int exit_code);

private:
    void write();
    std::mutex mutex_;
    std::condition_variable_any wake_;
    fs::path folder_;
    ProgressState state_;
    std::chrono::steady_clock::time_point written_;
    std::jthread heart_;  ///< last: it uses all others
};

}  // namespace diobench
