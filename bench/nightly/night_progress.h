// SPDX-License-Identifier: GPL-2.0-only
// What a night is doing, for who looks from outside: progress.json of its output folder.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "bench/nightly/night_record.h"
#include "bench/store/progress_file.h"

namespace diobench {

/// Says something at least each half minute, however long a stage takes. Thread-safe.
class NightProgress {
public:
    NightProgress(fs::path folder, const NightRecord& night);
    /// Ended; without an exit code if finish() was never called.
    ~NightProgress();
    NightProgress(const NightProgress&) = delete;
    NightProgress& operator=(const NightProgress&) = delete;

    void stage(std::string_view stage, std::string_view what);
    void update(size_t done, size_t total, std::string_view what);
    void finish(ExitCode exit_code);

private:
    void write();
    std::mutex mutex_;
    std::condition_variable_any wake_;
    fs::path folder_;
    ProgressState state_;
    std::jthread heart_;  ///< last: it uses all others
};

}  // namespace diobench
