// SPDX-License-Identifier: GPL-2.0-only
// What a run tells those who look from outside (`diobench serve`).
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "bench/store/progress_file.h"
#include "bench/store/results.h"

namespace diobench {

/// Writes progress.json into the folder that holds the output directories, a
/// few times a minute.  A file that cannot be written is no reason to stop.
class RunProgress {
public:
    /// `folder` empty: says nothing.
    RunProgress(fs::path folder, const Run& run);
    RunProgress(const RunProgress&) = delete;
    RunProgress& operator=(const RunProgress&) = delete;
    /// Ended; without an exit code if finish() was never called.
    ~RunProgress();

    void stage(std::string_view stage, std::string_view what);
    void update(size_t done, size_t total, std::string_view what);
    void finish(int exit_code);

private:
    void write();
    std::mutex mutex_;
    fs::path folder_;
    ProgressState state_;
    std::optional<std::chrono::steady_clock::time_point> written_;
};

}  // namespace diobench
