// SPDX-License-Identifier: GPL-2.0-only
// What a run or a night is doing at this moment, for who looks from outside:
// progress.json of the output folder (docs/prometheus.md, "Progress").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

inline constexpr int64_t kProgressSchemaVersion = 1;
inline constexpr std::string_view kProgressFileName = "progress.json";

struct ProgressState {
    std::string kind;        ///< "run", "verify", "gate" or "night"
    std::string id;          ///< of it
    std::string suite;
    std::string machine;
    std::string state;       ///< "running" or "ended"
    std::string stage;       ///< few words that come again each time: "build", "measure", "report"
    std::string what;        ///< what is being done now, for people
    int64_t done = 0;        ///< steps of the stage
    int64_t total = 0;       ///< 0: not known
    std::string started_at;  ///< UTC, ISO 8601
    std::string updated_at;  ///< a writer that is alive says something at least each minute
    std::optional<int64_t> exit_code;  ///< once ended
    bool operator==(const ProgressState&) const = default;
};

/// Replaces `folder`/progress.json in one step.
[[nodiscard]] Status write_progress_file(const fs::path& folder, const ProgressState& state);
/// Empty: there is none. What is no such file is an error that names it.
[[nodiscard]] Result<std::optional<ProgressState>> read_progress_file(const fs::path& folder);

}  // namespace diobench
