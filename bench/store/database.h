// SPDX-License-Identifier: GPL-2.0-only
// All runs of this machine in one SQLite file, for histories and gates.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/base/error.h"
#include "bench/base/files.h"
#include "bench/store/results.h"

namespace diobench {

/// One line of a list of runs.
struct StoredRun {
    std::string id;
    std::string started_at;
    std::string suite;
    std::string machine;
    std::string clock_kind;
    int64_t seed = 0;
    std::string status;
    int64_t exit_code = 0;
    int64_t cells = 0;
    int64_t ok_cells = 0;
};

/// What `verify` last found out about a kernel.
struct Verification {
    std::string started_at;  ///< of the last run; empty: never verified
    int64_t passed = 0;
    std::vector<ConformanceEntry> failed;
};

/// $DIOBENCH_STORE, else results.sqlite in the cache folder.
[[nodiscard]] fs::path default_store_path();

/// An open store.  Several programs may use one file at a time (WAL; a writer
/// waits up to 30 s for another).  Not thread-safe.
class ResultStore {
public:
    /// Opens or makes the file and brings an older schema up to this program's
    /// (`PRAGMA user_version`); a newer schema is refused and left untouched.
    [[nodiscard]] static Result<ResultStore> open(const fs::path& path = default_store_path());

    /// Writes a run in one transaction; a run of the same id is replaced.
    [[nodiscard]] Status record_run(const Results& results);
    /// The last outcome of each case on the kernel with these patches: of its
    /// last whole verification and of the partial ones after it.
    [[nodiscard]] Result<Verification> last_verification(const std::string& base_version, const std::string& patch_sha256);
    /// All runs, the newest first.
    [[nodiscard]] Result<std::vector<StoredRun>> list_runs();

private:
    ResultStore(std::unique_ptr<SQLite::Database> database, fs::path path)
        : database_(std::move(database)), path_(std::move(path)) {}
    std::unique_ptr<SQLite::Database> database_;
    fs::path path_;
};

}  // namespace diobench
