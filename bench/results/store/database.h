// SPDX-License-Identifier: GPL-2.0-only
// All runs in one store, a file of SQLite or a database of PostgreSQL, for histories and gates.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/sql/connection.h"
#include "bench/results/store/judgement.h"
#include "bench/results/store/pin.h"
#include "bench/results/store/results.h"
#include "bench/results/store/stored_run.h"

namespace diobench {

inline constexpr const char* kStoreVariable = "DIOBENCH_STORE";

/// $DIOBENCH_STORE, a path or "postgresql://...", else results.sqlite in the cache folder.
[[nodiscard]] StoreAddress default_store();
/// The folder of this machine in which what is recorded takes room: the file's, or the cache if the store is a server.
[[nodiscard]] fs::path default_store_folder();

struct StoreInfo {
    std::string address;  ///< without a password
    std::string engine;   ///< "SQLite 3.40.1", "PostgreSQL 15.20"
    size_t schema_version = 0;
    int64_t runs = 0;
    int64_t cells = 0;
    int64_t judgements = 0;
    int64_t pins = 0;
    std::string oldest;  ///< start of a run; empty: there is none
    std::string newest;
    int64_t size_bytes = 0;  ///< on disk
};

/// What a copy did with the runs, the gates and nights, or the pins.
struct CopiedKind {
    std::string name;
    size_t added = 0;
    size_t replaced = 0;
    size_t same = 0;
    size_t rows = 0;  ///< of all their tables, compared
};
/// Told of which kind, how many are done, and of how many.
using CopyProgress = std::function<void(std::string_view kind, size_t done, size_t total)>;

/// An open store.  Several programs may use one at a time (SQLite: WAL; a writer waits up to 30 s for another).  A connection to a
/// server that is lost is made again, and what was under way is done again as a whole; if the server is gone for longer, nothing of
/// it was kept and an error says so.  Not thread-safe.
class ResultStore {
public:
    /// Opens it, or makes the file or the tables, and brings an older schema up to this program's; a newer schema is refused and
    /// left untouched.
    [[nodiscard]] static Result<ResultStore> open(const StoreAddress& address = default_store());
    /// As open(), but a file that is not there is not made: empty.
    [[nodiscard]] static Result<std::optional<ResultStore>> open_existing(const StoreAddress& address = default_store());

    /// Writes a run in one transaction. A run of the same id is replaced, unless it is the same: then nothing happens, but that its files are
    /// now in `directory`; empty: nowhere.
    [[nodiscard]] Status record_run(const Results& results, const fs::path& directory = {});
    /// The run as it was recorded, less what the store does not keep: series, boots and
    /// curves, and of histograms those beside the latency's; of these metrics alone, unless there is none. An unknown id is an error.
    [[nodiscard]] Result<Results> load_run(const std::string& id, const std::set<std::string>& metrics = {});
    /// Ids of the cells of a run by kernel; none if there is no such run.
    [[nodiscard]] Result<std::map<std::string, std::set<std::string>>> cells_of_run(const std::string& id);
    /// The last outcome of each case on the kernel with these patches: of its
    /// last whole verification and of the partial ones after it.
    [[nodiscard]] Result<Verification> last_verification(const std::string& base_version, const std::string& patch_sha256);
    /// All runs, the newest first.
    [[nodiscard]] Result<std::vector<StoredRun>> list_runs();
    /// The newest run of the suite "verify" with this kernel.
    [[nodiscard]] Result<std::optional<KernelRun>> last_verify(const std::string& kernel);
    /// The newest run of this kernel that measured.
    [[nodiscard]] Result<std::optional<KernelRun>> last_measurement(const std::string& kernel);
    /// Removes runs with all their numbers, for retention. A pinned one is refused, and then none is removed.
    [[nodiscard]] Status remove_runs(const std::vector<std::string>& ids);

    /// Writes what a gate or a night decided; one of the same id is replaced. A word that is no verdict, and a
    /// metric that is not of the table, are errors.
    [[nodiscard]] Status record_judgement(const StoredJudgement& judgement);
    /// Those that started at or after `since` (ISO 8601; empty: all), the newest first.
    [[nodiscard]] Result<std::vector<StoredJudgement>> judgements(const std::string& since = "");
    /// The same without their verdicts on cells, of which a year has millions.
    [[nodiscard]] Result<std::vector<StoredJudgement>> judgement_heads();
    [[nodiscard]] Result<std::vector<StoredVerdict>> verdicts_of(const std::string& judgement_id);

    /// Gives a run a name. A run that is not there or is not good, an unknown kernel, a glob that matches no ok cell,
    /// and a name that is taken are errors.
    [[nodiscard]] Status add_pin(const Pin& pin);
    [[nodiscard]] Status remove_pin(const std::string& name);
    /// By name.
    [[nodiscard]] Result<std::vector<Pin>> pins();

    /// Every run with cells, the oldest first.
    [[nodiscard]] Result<std::vector<HistoryRun>> history_runs();
    /// Ids of all cells that any run has, each with the kernels that have it.
    [[nodiscard]] Result<std::map<std::string, std::vector<std::string>>> history_cells();
    /// What each of them reads, as read_label() names it.
    [[nodiscard]] Result<std::map<std::string, std::string>> history_labels();
    /// One metric of these cells in every run, in the order of history_runs(), by cell; a cell that no run has is left out, a metric that is
    /// not of the table is an error.
    [[nodiscard]] Result<std::map<std::string, std::vector<HistoryValue>>> history_values(const std::vector<std::string>& cells, const std::string& metric);
    /// One metric of every cell of a run, by cell and kernel; a metric that is not of the table is an error.
    [[nodiscard]] Result<std::vector<RunValue>> run_values(const std::string& run_id, const std::string& metric);
    /// The worst that was said of a metric of any cell of a kernel in the runs that were judged and began at or after `since` (ISO 8601;
    /// empty: all): (run, kernel) -> verdict.
    [[nodiscard]] Result<std::map<std::pair<std::string, std::string>, WorstVerdict>> worst_verdicts(const std::string& metric, const std::string& since = "");
    /// What was said of a metric of a cell, and of the cell as a whole, the oldest first.
    [[nodiscard]] Result<std::vector<HistoryVerdict>> history_verdicts(const std::string& cell, const std::string& metric);

    /// Where the files of runs, gates and nights were written, by id. Left out are those of which it is not known, and those
    /// whose directory another one was written into later.
    [[nodiscard]] Result<std::map<std::string, fs::path>> directories();
    [[nodiscard]] Result<StoreInfo> info();
    /// Everything into another store, each run, gate, night and pin in one transaction, read again and compared. What is there already
    /// with the same content is left, so that a copy that was ended goes on when it is called again; what differs is replaced.
    [[nodiscard]] Result<std::vector<CopiedKind>> copy_to(ResultStore& to, const CopyProgress& told);

private:
    explicit ResultStore(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<std::optional<KernelRun>> newest_run(const std::string& kernel, const char* condition);
    std::unique_ptr<sql::Connection> connection_;
};

}  // namespace diobench
