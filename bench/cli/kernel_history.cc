// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/kernel_history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "bench/store/database.h"

namespace diobench {

KernelHistory::KernelHistory(std::unique_ptr<SQLite::Database> database, fs::path path) : database_(std::move(database)), path_(std::move(path)) {}
KernelHistory::KernelHistory(KernelHistory&&) noexcept = default;
KernelHistory::~KernelHistory() = default;

Result<KernelHistory> KernelHistory::open(const fs::path& path) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return KernelHistory(nullptr, path);
    // Brings an older schema up to this program's.
    if (auto store = ResultStore::open(path); !store) return forward(store);
    try {
        return KernelHistory(std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READONLY, 30000), path);
    } catch (const SQLite::Exception& e) {
        return fail("open store", path.string(), e.what());
    }
}

Result<std::optional<KernelRun>> KernelHistory::newest(const std::string& kernel, const char* condition) const {
    if (!database_) return std::optional<KernelRun>();
    try {
        SQLite::Statement query(*database_, fmt::format("SELECT r.id, r.started_at, r.suite, r.machine, k.status, k.reason, k.patch_sha256, "
                                                        "(SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.kernel = k.name), "
                                                        "(SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'ok'), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'pass'), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'fail' AND c.known), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'fail' AND NOT c.known) "
                                                        "FROM kernels k JOIN runs r ON r.id = k.run_id WHERE k.name = ? AND {} "
                                                        "ORDER BY r.started_at DESC, r.id DESC LIMIT 1", condition));
        query.bind(1, kernel);
        if (!query.executeStep()) return std::optional<KernelRun>();
        auto text = [&](int i) { return query.getColumn(i).getString(); };
        auto number = [&](int i) { return query.getColumn(i).getInt64(); };
        return std::optional<KernelRun>({text(0), text(1), text(2), text(3), text(4), text(5), text(6), number(7), number(8), number(9), number(10), number(11)});
    } catch (const SQLite::Exception& e) {
        return fail("read store", path_.string(), e.what());
    }
}

Result<std::optional<KernelRun>> KernelHistory::last_verify(const std::string& kernel) const { return newest(kernel, "r.suite = 'verify'"); }
Result<std::optional<KernelRun>> KernelHistory::last_run(const std::string& kernel) const { return newest(kernel, "r.suite NOT IN ('verify', 'verify-part', 'mutants')"); }

}  // namespace diobench
