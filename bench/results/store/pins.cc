// SPDX-License-Identifier: GPL-2.0-only
// Pinned baselines in the store.
#include "bench/results/store/cells.h"
#include "bench/results/store/database.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

constexpr const char* kPinsAreWritten = "pins";

/// Nothing of a kernel that is meant failed in the run (known failures may), and nobody found it worse or wrong.
Status check_good(sql::Connection& database, const Pin& pin) {
    auto run = database.query("SELECT exit_code FROM runs WHERE id = ?", sql::values(pin.run_id));
    if (!run->step()) return fail("pin", pin.run_id, "there is no such run in the store (diobench history runs shows them)");
    const int code = run->number(0);
    auto query = database.query("SELECT kernel, failed, judged FROM kernel_standings WHERE run_id = ? AND (? = '' OR kernel = ?) ORDER BY kernel", sql::values(pin.run_id, pin.kernel, pin.kernel));
    while (query->step()) {
        const std::string kernel = query->text(0);
        const std::string other = pin.kernel.empty() ? "; --kernel pins one that is good" : "";
        if (query->number(1) != 0)
            return fail("pin", pin.run_id, fmt::format("kernel {} failed in it (exit code {}): a bad run is no baseline{}", kernel, code, other));
        if (!query->is_null(2))
            return fail("pin", pin.run_id, fmt::format("kernel {} was judged '{}' in it: a bad run is no baseline{}", kernel, query->text(2), other));
    }
    return {};
}

Status check_cells(sql::Connection& database, const Pin& pin) {
    auto query = database.query("SELECT cell FROM cells WHERE run_id = ? AND (? = '' OR kernel = ?) AND status = 'ok'", sql::values(pin.run_id, pin.kernel, pin.kernel));
    size_t ok = 0;
    while (query->step()) {
        ++ok;
        if (match_glob(pin.cells, query->text(0))) return {};
    }
    const std::string whose = pin.kernel.empty() ? "" : fmt::format(" of kernel {}", pin.kernel);
    return fail("pin", pin.run_id, fmt::format("none of its {} ok cells{} matches '{}'", ok, whose, pin.cells));
}

}  // namespace

Status ResultStore::add_pin(const Pin& pin) {
    if (pin.name.empty()) return fail("pin", pin.run_id, "the name is empty");
    return sql::guarded(fmt::format("pin {} in store", pin.name), *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, kPinsAreWritten);
        auto taken = connection_->query("SELECT run_id FROM pins WHERE name = ?", sql::values(pin.name));
        if (taken->step())
            return fail("pin", pin.name, fmt::format("this name is that of run {}; 'diobench history unpin {}' frees it", taken->text(0), pin.name));
        if (auto s = check_good(*connection_, pin); !s) return s;
        if (auto s = check_cells(*connection_, pin); !s) return s;
        connection_->execute("INSERT INTO pins VALUES (?,?,?,?,?)", sql::values(pin.name, pin.run_id, pin.kernel, pin.cells, pin.pinned_at));
        transaction.commit();
        return {};
    });
}

Status ResultStore::remove_pin(const std::string& name) {
    return sql::guarded(fmt::format("unpin {} in store", name), *connection_, [&]() -> Status {
        if (connection_->execute("DELETE FROM pins WHERE name = ?", sql::values(name)) == 0) return fail("unpin", name, "there is no pin of this name (diobench history pins shows them)");
        return {};
    });
}

Result<std::vector<Pin>> ResultStore::pins() {
    return sql::guarded("read the pins of store", *connection_, [&]() -> Result<std::vector<Pin>> {
        auto query = connection_->query("SELECT name, run_id, kernel, cells, pinned_at FROM pins ORDER BY name");
        std::vector<Pin> out;
        auto text = [&](int i) { return query->text(i); };
        while (query->step()) out.push_back({text(0), text(1), text(2), text(3), text(4)});
        return out;
    });
}

}  // namespace diobench
