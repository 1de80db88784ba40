// SPDX-License-Identifier: GPL-2.0-only
// Pinned baselines in the store.
#include "bench/results/store/cells.h"
#include "bench/results/store/database.h"
#include "bench/results/store/statement.h"

namespace diobench {

namespace {

/// Nothing of a kernel that is meant failed in the run (known failures may), and nobody found it worse or wrong.
Status check_good(SQLite::Database& database, const Pin& pin) {
    SQLite::Statement run(database, "SELECT exit_code FROM runs WHERE id = ?");
    run.bind(1, pin.run_id);
    if (!run.executeStep()) return fail("pin", pin.run_id, "there is no such run in the store (diobench history runs shows them)");
    const int code = run.getColumn(0).getInt();
    SQLite::Statement query(database, "SELECT kernel, failed, judged FROM kernel_standings WHERE run_id = ? AND (? = '' OR kernel = ?) ORDER BY kernel");
    SQLite::bind(query, pin.run_id, pin.kernel, pin.kernel);
    while (query.executeStep()) {
        const std::string kernel = query.getColumn(0).getString();
        const std::string other = pin.kernel.empty() ? "; --kernel pins one that is good" : "";
        if (query.getColumn(1).getInt() != 0)
            return fail("pin", pin.run_id, fmt::format("kernel {} failed in it (exit code {}): a bad run is no baseline{}", kernel, code, other));
        if (!query.getColumn(2).isNull())
            return fail("pin", pin.run_id, fmt::format("kernel {} was judged '{}' in it: a bad run is no baseline{}", kernel, query.getColumn(2).getString(), other));
    }
    return {};
}

Status check_cells(SQLite::Database& database, const Pin& pin) {
    SQLite::Statement query(database, "SELECT cell FROM cells WHERE run_id = ? AND (? = '' OR kernel = ?) AND status = 'ok'");
    SQLite::bind(query, pin.run_id, pin.kernel, pin.kernel);
    size_t ok = 0;
    while (query.executeStep()) {
        ++ok;
        if (match_glob(pin.cells, query.getColumn(0).getString())) return {};
    }
    const std::string whose = pin.kernel.empty() ? "" : fmt::format(" of kernel {}", pin.kernel);
    return fail("pin", pin.run_id, fmt::format("none of its {} ok cells{} matches '{}'", ok, whose, pin.cells));
}

}  // namespace

Status ResultStore::add_pin(const Pin& pin) {
    if (pin.name.empty()) return fail("pin", pin.run_id, "the name is empty");
    return guarded(fmt::format("pin {} in store", pin.name), path_, [&]() -> Status {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement taken(*database_, "SELECT run_id FROM pins WHERE name = ?");
        taken.bind(1, pin.name);
        if (taken.executeStep())
            return fail("pin", pin.name, fmt::format("this name is that of run {}; 'diobench history unpin {}' frees it", taken.getColumn(0).getString(), pin.name));
        if (auto s = check_good(*database_, pin); !s) return s;
        if (auto s = check_cells(*database_, pin); !s) return s;
        SQLite::Statement insert(*database_, "INSERT INTO pins VALUES (?,?,?,?,?)");
        insert_row(insert, pin.name, pin.run_id, pin.kernel, pin.cells, pin.pinned_at);
        transaction.commit();
        return {};
    });
}

Status ResultStore::remove_pin(const std::string& name) {
    return guarded(fmt::format("unpin {} in store", name), path_, [&]() -> Status {
        SQLite::Statement remove(*database_, "DELETE FROM pins WHERE name = ?");
        remove.bind(1, name);
        if (remove.exec() == 0) return fail("unpin", name, "there is no pin of this name (diobench history pins shows them)");
        return {};
    });
}

Result<std::vector<Pin>> ResultStore::pins() {
    return guarded("read the pins of store", path_, [&]() -> Result<std::vector<Pin>> {
        SQLite::Statement query(*database_, "SELECT name, run_id, kernel, cells, pinned_at FROM pins ORDER BY name");
        std::vector<Pin> out;
        auto text = [&](int i) { return query.getColumn(i).getString(); };
        while (query.executeStep()) out.push_back({text(0), text(1), text(2), text(3), text(4)});
        return out;
    });
}

}  // namespace diobench
