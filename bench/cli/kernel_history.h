// SPDX-License-Identifier: GPL-2.0-only
// What the store of results remembers of a kernel.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bench/base/error.h"
#include "bench/base/files.h"

namespace SQLite {
class Database;
}

namespace diobench {

/// How one kernel did in one run.
struct KernelRun {
    std::string run_id;
    std::string started_at;  ///< UTC, ISO 8601
    std::string suite;
    std::string machine;
    std::string status;  ///< of the kernel: "ok", "build-failed", "boot-failed", "invalid"
    std::string reason;
    std::string patch_sha256;
    int64_t cells = 0;
    int64_t ok_cells = 0;
    int64_t passed = 0;          ///< conformance cases
    int64_t known_failures = 0;  ///< that its series lists
    int64_t new_failures = 0;
};

/// Looks into the store without making one.
class KernelHistory {
public:
    /// A store that is not there has no runs.
    [[nodiscard]] static Result<KernelHistory> open(const fs::path& path);
    KernelHistory(KernelHistory&&) noexcept;
    ~KernelHistory();
    /// The newest run of the suite "verify" with this kernel.
    [[nodiscard]] Result<std::optional<KernelRun>> last_verify(const std::string& kernel) const;
    /// The newest run of any other suite.
    [[nodiscard]] Result<std::optional<KernelRun>> last_run(const std::string& kernel) const;

private:
    KernelHistory(std::unique_ptr<SQLite::Database> database, fs::path path);
    [[nodiscard]] Result<std::optional<KernelRun>> newest(const std::string& kernel, const char* condition) const;
    std::unique_ptr<SQLite::Database> database_;  ///< null: there is no store
    fs::path path_;
};

}  // namespace diobench
