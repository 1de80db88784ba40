// SPDX-License-Identifier: GPL-2.0-only
// Lists of runs and what they say about a kernel.
#include <algorithm>
#include <fmt/format.h>

#include "bench/results/store/database.h"
#include "bench/results/sql/statement.h"

namespace diobench {

Result<Verification> ResultStore::last_verification(const std::string& base_version, const std::string& patch_sha256) {
    return sql::guarded("read the last verification from store", *connection_, [&]() -> Result<Verification> {
        auto query = connection_->query("WITH verified AS (SELECT runs.id, runs.suite, runs.started_at, kernels.name FROM runs "
                                "JOIN kernels ON kernels.run_id = runs.id "
                                "WHERE runs.suite IN ('verify', 'verify-part') AND kernels.base_version = ? AND kernels.patch_sha256 = ?) "
                                "SELECT case_name, status, known, reason, seconds, started_at FROM ("
                                "SELECT case_name, status, known, reason, seconds, started_at, "
                                "row_number() OVER (PARTITION BY case_name ORDER BY started_at DESC, verified.id DESC) AS place FROM conformance "
                                "JOIN verified ON verified.id = conformance.run_id AND verified.name = conformance.kernel "
                                "WHERE started_at >= coalesce((SELECT max(started_at) FROM verified WHERE suite = 'verify'), '')) newest "
                                "WHERE place = 1 ORDER BY case_name", sql::values(base_version, patch_sha256));
        Verification out;
        while (query->step()) {
            const std::string status = query->text(1);
            out.started_at = std::max(out.started_at, query->text(5));
            if (status == status_name(ConformanceStatus::pass)) ++out.passed;
            if (status != status_name(ConformanceStatus::fail)) continue;
            out.failed.push_back({query->text(0), ConformanceStatus::fail, query->number(2) != 0,
                                  query->text(3), query->real(4), ""});
        }
        return out;
    });
}

Result<std::vector<StoredRun>> ResultStore::list_runs() {
    return sql::guarded("list the runs of store", *connection_, [&]() -> Result<std::vector<StoredRun>> {
        auto query = connection_->query("SELECT id, started_at, suite, machine, clock_kind, seed, status, exit_code, "
                                "cell_count, ok_cell_count FROM runs ORDER BY started_at DESC, id DESC");
        std::vector<StoredRun> out;
        while (query->step()) {
            auto text = [&](int i) { return query->text(i); };
            auto number = [&](int i) { return query->number(i); };
            out.push_back({text(0), text(1), text(2), text(3), text(4), number(5), text(6), number(7), number(8), number(9)});
        }
        return out;
    });
}

Result<std::map<std::string, std::set<std::string>>> ResultStore::cells_of_run(const std::string& id) {
    return sql::guarded("read the cells of a run from store", *connection_, [&]() -> Result<std::map<std::string, std::set<std::string>>> {
        auto query = connection_->query("SELECT kernel, cell FROM cells WHERE run_id = ?", sql::values(id));
        std::map<std::string, std::set<std::string>> out;
        while (query->step()) out[query->text(0)].insert(query->text(1));
        return out;
    });
}

Result<std::optional<KernelRun>> ResultStore::newest_run(const std::string& kernel, const char* condition) {
    return sql::guarded("read the runs of a kernel from store", *connection_, [&]() -> Result<std::optional<KernelRun>> {
        auto query = connection_->query(fmt::format("SELECT r.id, r.started_at, r.suite, r.machine, k.status, k.reason, k.patch_sha256, "
                                                        "(SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.kernel = k.name), "
                                                        "(SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'ok'), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'pass'), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'fail' AND c.known <> 0), "
                                                        "(SELECT count(*) FROM conformance c WHERE c.run_id = r.id AND c.kernel = k.name AND c.status = 'fail' AND c.known = 0) "
                                                        "FROM kernels k JOIN runs r ON r.id = k.run_id WHERE k.name = ? AND {} "
                                                        "ORDER BY r.started_at DESC, r.id DESC LIMIT 1", condition), sql::values(kernel));
        if (!query->step()) return std::optional<KernelRun>();
        auto text = [&](int i) { return query->text(i); };
        auto number = [&](int i) { return query->number(i); };
        return std::optional<KernelRun>({text(0), text(1), text(2), text(3), text(4), text(5), text(6), number(7), number(8), number(9), number(10), number(11)});
    });
}

Result<std::optional<KernelRun>> ResultStore::last_verify(const std::string& kernel) { return newest_run(kernel, "r.suite = 'verify'"); }

Result<std::optional<KernelRun>> ResultStore::last_measurement(const std::string& kernel) {
    return newest_run(kernel, "r.suite NOT IN ('verify', 'verify-part', 'mutants')");
}

}  // namespace diobench
