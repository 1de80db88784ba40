// SPDX-License-Identifier: GPL-2.0-only
// Lists of runs and what they say about a kernel.
#include <algorithm>
#include <fmt/format.h>

#include "bench/results/store/database.h"
#include "bench/results/store/statement.h"

namespace diobench {

Result<Verification> ResultStore::last_verification(const std::string& base_version, const std::string& patch_sha256) {
    try {
        // SQLite: with one max(), the other columns are those of the row that has it.
        SQLite::Statement query(*database_,
                                "WITH verified AS (SELECT runs.id, runs.suite, runs.started_at, kernels.name FROM runs "
                                "JOIN kernels ON kernels.run_id = runs.id "
                                "WHERE runs.suite IN ('verify', 'verify-part') AND kernels.base_version = ? AND kernels.patch_sha256 = ?) "
                                "SELECT case_name, status, known, reason, seconds, max(started_at) FROM conformance "
                                "JOIN verified ON verified.id = conformance.run_id AND verified.name = conformance.kernel "
                                "WHERE started_at >= coalesce((SELECT max(started_at) FROM verified WHERE suite = 'verify'), '') "
                                "GROUP BY case_name ORDER BY case_name");
        SQLite::bind(query, base_version, patch_sha256);
        Verification out;
        while (query.executeStep()) {
            const std::string status = query.getColumn(1).getString();
            out.started_at = std::max(out.started_at, query.getColumn(5).getString());
            if (status == status_name(ConformanceStatus::pass)) ++out.passed;
            if (status != status_name(ConformanceStatus::fail)) continue;
            out.failed.push_back({query.getColumn(0).getString(), ConformanceStatus::fail, query.getColumn(2).getInt() != 0,
                                  query.getColumn(3).getString(), query.getColumn(4).getDouble(), ""});
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return store_error("read the last verification from store", path_, e);
    }
}

Result<std::vector<StoredRun>> ResultStore::list_runs() {
    try {
        SQLite::Statement query(*database_,
                                "SELECT id, started_at, suite, machine, clock_kind, seed, status, exit_code, "
                                "(SELECT count(*) FROM cells WHERE run_id = runs.id), "
                                "(SELECT count(*) FROM cells WHERE run_id = runs.id AND status = 'ok') "
                                "FROM runs ORDER BY started_at DESC, id DESC");
        std::vector<StoredRun> out;
        while (query.executeStep()) {
            auto text = [&](int i) { return query.getColumn(i).getString(); };
            auto number = [&](int i) { return query.getColumn(i).getInt64(); };
            out.push_back({text(0), text(1), text(2), text(3), text(4), number(5), text(6), number(7), number(8), number(9)});
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return store_error("list the runs of store", path_, e);
    }
}

Result<std::map<std::string, std::set<std::string>>> ResultStore::cells_of_run(const std::string& id) {
    return guarded("read the cells of a run from store", path_, [&]() -> Result<std::map<std::string, std::set<std::string>>> {
        SQLite::Statement query(*database_, "SELECT kernel, cell FROM cells WHERE run_id = ?");
        query.bind(1, id);
        std::map<std::string, std::set<std::string>> out;
        while (query.executeStep()) out[query.getColumn(0).getString()].insert(query.getColumn(1).getString());
        return out;
    });
}

Result<std::optional<KernelRun>> ResultStore::newest_run(const std::string& kernel, const char* condition) {
    return guarded("read the runs of a kernel from store", path_, [&]() -> Result<std::optional<KernelRun>> {
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
    });
}

Result<std::optional<KernelRun>> ResultStore::last_verify(const std::string& kernel) { return newest_run(kernel, "r.suite = 'verify'"); }

Result<std::optional<KernelRun>> ResultStore::last_measurement(const std::string& kernel) {
    return newest_run(kernel, "r.suite NOT IN ('verify', 'verify-part', 'mutants')");
}

}  // namespace diobench
