// SPDX-License-Identifier: GPL-2.0-only
// One metric of one cell through time.
#include <algorithm>

#include "bench/common/measure/known_metric.h"
#include "bench/common/plan/read_label.h"
#include "bench/results/store/database.h"
#include "bench/results/store/number_list.h"
#include "bench/results/store/schema.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

/// The boots of one cell of one arm in one run.
struct BootValues {
    std::vector<double> values;
    bool complete = true;  ///< every boot is ok and has the metric
};

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// As bench/results/store/cells.h collapses boots: one without a number takes the numbers of all.
std::optional<double> collapse(const BootValues& boots, Aggregation rule) {
    if (!boots.complete || boots.values.empty()) return std::nullopt;
    switch (rule) {
    case Aggregation::median: return middle(boots.values);
    case Aggregation::maximum: return *std::max_element(boots.values.begin(), boots.values.end());
    case Aggregation::sum: {
        double total = 0;
        for (double value : boots.values) total += value;
        return total;
    }
    case Aggregation::identical: break;
    }
    for (double value : boots.values)
        if (value != boots.values.front()) return std::nullopt;
    return boots.values.front();
}

/// Each cell's name once, from one to the next by the index: of all the rows that have it only the first is looked at.
constexpr std::string_view kEveryCell = "WITH RECURSIVE names (cell) AS (SELECT min(cell) FROM cells UNION ALL SELECT (SELECT min(cell) FROM cells c WHERE c.cell > names.cell) FROM names WHERE cell IS NOT NULL)";

/// Run -> kernel -> whether it is good.
std::map<std::string, std::map<std::string, bool>> standings_of(sql::Connection& database) {
    auto query = database.query("SELECT run_id, kernel, CASE WHEN failed OR judged IS NOT NULL THEN 0 ELSE 1 END FROM kernel_standings");
    std::map<std::string, std::map<std::string, bool>> out;
    while (query->step()) out[query->text(0)][query->text(1)] = query->number(2) != 0;
    return out;
}

/// Run -> what it was made for: the night, else the first gate that judged it, else the first that compared with it.
std::map<std::string, std::string> groups_of(sql::Connection& database) {
    auto query = database.query("SELECT x.run_id, j.id || x.side FROM (SELECT run_id, judgement_id, '' AS side FROM judgement_runs "
                                      "UNION ALL SELECT run_id, judgement_id, ' baseline' FROM judgement_baselines) x "
                                      "JOIN judgements j ON j.id = x.judgement_id ORDER BY j.kind <> 'night', x.side, j.started_at, j.id");
    std::map<std::string, std::string> out;
    while (query->step()) out.try_emplace(query->text(0), query->text(1));
    return out;
}

}  // namespace

Result<std::vector<HistoryRun>> ResultStore::history_runs() {
    return sql::guarded("read the history of store", *connection_, [&]() -> Result<std::vector<HistoryRun>> {
        auto query = connection_->query("SELECT id, started_at, suite, machine, clock_kind, seed, "
                                "coalesce('QEMU ' || nullif(qemu, '') || ', ', '') || "
                                "coalesce((SELECT 'Linux ' || min(base_version) || ', ' FROM kernels WHERE run_id = runs.id), '') || host_cpu || "
                                "coalesce(', plan ' || substr(nullif(plan_sha256, ''), 1, 12), '') "
                                "FROM runs WHERE cell_count > 0 ORDER BY started_at, id");
        std::vector<HistoryRun> out;
        auto text = [&](int i) { return query->text(i); };
        while (query->step())
            out.push_back({text(0), text(1), text(2), text(3), text(4), query->number(5), text(6), ""});
        const auto standings = standings_of(*connection_);
        const auto groups = groups_of(*connection_);
        for (auto& run : out) {
            if (const auto found = standings.find(run.id); found != standings.end()) run.kernels = found->second;
            if (const auto found = groups.find(run.id); found != groups.end()) run.group = found->second;
        }
        return out;
    });
}

Result<std::map<std::string, std::vector<std::string>>> ResultStore::history_cells() {
    return sql::guarded("read the cells of store", *connection_, [&]() -> Result<std::map<std::string, std::vector<std::string>>> {
        auto query = connection_->query(std::string(kEveryCell) + ", every (cell, kernel) AS (SELECT cell, (SELECT min(kernel) FROM cells c WHERE c.cell = names.cell) FROM names WHERE cell IS NOT NULL "
                                                                   "UNION ALL SELECT cell, (SELECT min(kernel) FROM cells c WHERE c.cell = every.cell AND c.kernel > every.kernel) FROM every WHERE kernel IS NOT NULL) "
                                                                   "SELECT cell, kernel FROM every WHERE kernel IS NOT NULL ORDER BY cell, kernel");
        std::map<std::string, std::vector<std::string>> out;
        while (query->step()) out[query->text(0)].push_back(query->text(1));
        return out;
    });
}

Result<std::map<std::string, std::string>> ResultStore::history_labels() {
    return sql::guarded("read the cells of store", *connection_, [&]() -> Result<std::map<std::string, std::string>> {
        auto query = connection_->query(fmt::format("{} SELECT cell{} FROM cells WHERE id IN (SELECT (SELECT id FROM cells c WHERE c.cell = names.cell ORDER BY kernel DESC, id DESC LIMIT 1) FROM names WHERE cell IS NOT NULL)", kEveryCell,
                                                    dimension_columns()));
        std::map<std::string, std::string> out;
        while (query->step()) {
            Dimensions dimensions;
            if (auto s = read_dimensions(*query, 1, dimensions); !s) return forward(s);
            out.emplace(query->text(0), read_label(dimensions));
        }
        return out;
    });
}

namespace {

/// Gathers rows, boot after boot, into one value for each key they have in common.
template <class Row>
class BootCollector {
public:
    explicit BootCollector(Aggregation rule) : rule_(rule) {}
    /// `row` without its value; `ok` and `value` of one boot of it.
    void add(Row row, bool same_as_last, bool ok, std::optional<double> value) {
        if (!same_as_last) {
            finish();
            out_.push_back(std::move(row));
        }
        if (!ok || !value) boots_.complete = false;
        else boots_.values.push_back(*value);
    }
    [[nodiscard]] const std::vector<Row>& rows() const { return out_; }
    std::vector<Row> take() {
        finish();
        return std::move(out_);
    }

private:
    void finish() {
        if (!out_.empty()) out_.back().value = collapse(boots_, rule_);
        boots_ = {};
    }
    Aggregation rule_;
    BootValues boots_;
    std::vector<Row> out_;
};

}  // namespace

namespace {

/// One boot of a cell.
struct BootRow {
    std::string cell;
    std::string run_id;
    std::string kernel;
    size_t place = 0;
    bool ok = false;
    std::optional<double> value;
};

/// Rows of "cell, run, kernel, place, whether it is ok", in the order of the query.
void add_boots(sql::Cursor& query, std::vector<BootRow>& out) {
    while (query.step()) out.push_back({query.text(0), query.text(1), query.text(2), static_cast<size_t>(query.number(3)), query.number(4) != 0, std::nullopt});
}

/// Gives each of them its number out of rows of "run, kernel, list".
void add_numbers(sql::Cursor& lists, std::vector<BootRow>& boots) {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<BootRow*>> of;
    for (auto& boot : boots) of[{boot.run_id, boot.kernel}].push_back(&boot);
    while (lists.step()) {
        const std::string run = lists.text(0), kernel = lists.text(1);
        const auto found = of.find({run, kernel});
        if (found == of.end()) continue;
        std::sort(found->second.begin(), found->second.end(), [](const BootRow* a, const BootRow* b) { return a->place < b->place; });
        std::vector<size_t> places;
        for (const BootRow* boot : found->second) places.push_back(boot->place);
        const auto numbers = numbers_at(lists.text(2), places);
        for (size_t i = 0; i < numbers.size(); ++i)
            if (numbers[i]) found->second[i]->value = std::visit([](auto number) { return static_cast<double>(number); }, *numbers[i]);
    }
}

}  // namespace

Result<std::map<std::string, std::vector<HistoryValue>>> ResultStore::history_values(const std::vector<std::string>& cells, const std::string& metric) {
    auto row = known_metric("read the history of", metric, metric);
    if (!row) return forward(row);
    using Values = std::map<std::string, std::vector<HistoryValue>>;
    return sql::guarded("read the history of store", *connection_, [&]() -> Result<Values> {
        const auto snapshot = sql::Transaction::reading(*connection_);
        std::vector<BootRow> boots;
        for (const auto& cell : cells)
            add_boots(*connection_->query("SELECT c.cell, c.run_id, c.kernel, c.place, c.status = 'ok' FROM cells c JOIN runs r ON r.id = c.run_id WHERE c.cell = ? "
                                          "ORDER BY r.started_at, r.id, c.kernel, c.boot", sql::values(cell)), boots);
        add_numbers(*connection_->query("SELECT run_id, kernel, list FROM numbers WHERE metric = ?", sql::values(metric)), boots);
        Values out;
        for (size_t at = 0; at < boots.size();) {
            const std::string& cell = boots[at].cell;
            BootCollector<HistoryValue> collector((*row)->aggregation);
            for (; at < boots.size() && boots[at].cell == cell; ++at) {
                const auto& boot = boots[at];
                const bool same = !collector.rows().empty() && collector.rows().back().run_id == boot.run_id && collector.rows().back().kernel == boot.kernel;
                collector.add({boot.run_id, boot.kernel, std::nullopt}, same, boot.ok, boot.value);
            }
            out[cell] = collector.take();
        }
        return out;
    });
}

Result<std::vector<RunValue>> ResultStore::run_values(const std::string& run_id, const std::string& metric) {
    auto row = known_metric("read the history of", metric, metric);
    if (!row) return forward(row);
    return sql::guarded("read the numbers of a run from store", *connection_, [&]() -> Result<std::vector<RunValue>> {
        const auto snapshot = sql::Transaction::reading(*connection_);
        std::vector<BootRow> boots;
        add_boots(*connection_->query("SELECT cell, run_id, kernel, place, status = 'ok' FROM cells WHERE run_id = ? ORDER BY cell, kernel, boot", sql::values(run_id)), boots);
        add_numbers(*connection_->query("SELECT run_id, kernel, list FROM numbers WHERE run_id = ? AND metric = ?", sql::values(run_id, metric)), boots);
        BootCollector<RunValue> out((*row)->aggregation);
        for (const auto& boot : boots) {
            const bool same = !out.rows().empty() && out.rows().back().cell == boot.cell && out.rows().back().kernel == boot.kernel;
            out.add({boot.cell, boot.kernel, std::nullopt}, same, boot.ok, boot.value);
        }
        return out.take();
    });
}

Result<std::map<std::pair<std::string, std::string>, WorstVerdict>> ResultStore::worst_verdicts(const std::string& metric, const std::string& since) {
    using Verdicts = std::map<std::pair<std::string, std::string>, WorstVerdict>;
    return sql::guarded("read the verdicts of store", *connection_, [&]() -> Result<Verdicts> {
        // kVerdictWords from the best to the worst.
        auto query = connection_->query("SELECT run_id, candidate, rank, id FROM (SELECT run_id, candidate, rank, id, row_number() OVER (PARTITION BY run_id, candidate ORDER BY rank DESC, id) AS place FROM ("
                                            "SELECT x.run_id, j.candidate, CASE v.verdict WHEN 'pass' THEN 0 WHEN 'inconclusive' THEN 1 WHEN 'regression' THEN 2 ELSE 3 END AS rank, j.id "
                                            "FROM verdicts v JOIN judgements j ON j.id = v.judgement_id JOIN judgement_runs x ON x.judgement_id = j.id JOIN runs r ON r.id = x.run_id "
                                            "WHERE v.metric = ? AND r.started_at >= ?) every) ranked WHERE place = 1", sql::values(metric, since));
        Verdicts out;
        while (query->step())
            out[{query->text(0), query->text(1)}] = {std::string(kVerdictWords.at(static_cast<size_t>(query->number(2)))), query->text(3)};
        return out;
    });
}

Result<std::vector<HistoryVerdict>> ResultStore::history_verdicts(const std::string& cell, const std::string& metric) {
    return sql::guarded("read the verdicts of store", *connection_, [&]() -> Result<std::vector<HistoryVerdict>> {
        auto query = connection_->query("SELECT j.id, j.started_at, x.run_id, j.candidate, v.verdict, v.worse_by_ratio FROM verdicts v "
                                            "JOIN judgements j ON j.id = v.judgement_id JOIN judgement_runs x ON x.judgement_id = j.id WHERE v.cell = ? AND v.metric IN (?, '') ORDER BY j.started_at, j.id", sql::values(cell, metric));
        std::vector<HistoryVerdict> out;
        auto text = [&](int i) { return query->text(i); };
        while (query->step()) out.push_back({text(0), text(1), text(2), text(3), text(4), query->optional_real(5)});
        return out;
    });
}

}  // namespace diobench
