// SPDX-License-Identifier: GPL-2.0-only
// Verdicts in the store.
#include <algorithm>

#include "bench/common/measure/metric_table.h"
#include "bench/results/store/database.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

Status check_verdict(const StoredJudgement& judgement, const std::string& verdict, const std::string& metric) {
    if (std::find(kVerdictWords.begin(), kVerdictWords.end(), verdict) == kVerdictWords.end())
        return fail("record judgement", judgement.id, fmt::format("'{}' is no verdict", verdict));
    if (!metric.empty() && find_metric(metric) == nullptr)
        return fail("record judgement", judgement.id, fmt::format("there is no metric '{}' in the metric table", metric));
    return {};
}

Status check(const StoredJudgement& judgement) {
    if (judgement.kind != kGateJudgement && judgement.kind != kNightJudgement)
        return fail("record judgement", judgement.id, fmt::format("its kind is '{}' and not '{}' or '{}'", judgement.kind, kGateJudgement, kNightJudgement));
    if (auto s = check_verdict(judgement, judgement.verdict, ""); !s) return s;
    for (const auto& v : judgement.verdicts)
        if (auto s = check_verdict(judgement, v.verdict, v.metric); !s) return s;
    for (const auto& [kernel, verdict] : judgement.kernels)
        if (auto s = check_verdict(judgement, verdict, ""); !s) return s;
    return {};
}

void insert_runs(sql::Connection& database, const StoredJudgement& judgement) {
    auto insert = [&](const char* table, const std::string& run) {
        database.execute(fmt::format("INSERT INTO {} VALUES (?,?) ON CONFLICT DO NOTHING", table), sql::values(judgement.id, run));
    };
    if (!judgement.run_id.empty()) insert("judgement_runs", judgement.run_id);
    for (const auto& run : judgement.runs) insert("judgement_runs", run);
    for (const auto& run : judgement.baseline_runs) insert("judgement_baselines", run);
}

void insert_kernels(sql::Connection& database, const StoredJudgement& judgement) {
    for (const auto& [kernel, verdict] : judgement.kernels)
        database.execute("INSERT INTO judgement_kernels VALUES (?,?,?)", sql::values(judgement.id, kernel, verdict));
}

void insert_verdicts(sql::Connection& database, const StoredJudgement& judgement) {
    std::vector<sql::Values> rows;
    for (const auto& v : judgement.verdicts)
        rows.push_back(sql::values(judgement.id, v.cell, v.metric, v.verdict, v.baseline, v.candidate, v.worse_by_ratio, v.low, v.high, v.reason, v.accepted));
    database.insert("verdicts", "judgement_id, cell, metric, verdict, baseline, candidate, worse_by_ratio, low, high, reason, accepted", rows);
}

/// Judgement -> runs.
std::map<std::string, std::vector<std::string>> all_runs(sql::Connection& database, const char* table) {
    auto query = database.query(fmt::format("SELECT judgement_id, run_id FROM {} ORDER BY judgement_id, run_id", table));
    std::map<std::string, std::vector<std::string>> out;
    while (query->step()) out[query->text(0)].push_back(query->text(1));
    return out;
}

/// Judgement -> kernel -> its verdict.
std::map<std::string, std::map<std::string, std::string>> all_kernels(sql::Connection& database) {
    auto query = database.query("SELECT judgement_id, kernel, verdict FROM judgement_kernels");
    std::map<std::string, std::map<std::string, std::string>> out;
    while (query->step()) out[query->text(0)][query->text(1)] = query->text(2);
    return out;
}

/// The newest first.
std::vector<StoredJudgement> judgement_heads_of(sql::Connection& database, const std::string& since) {
    auto runs = all_runs(database, "judgement_runs");
    auto baselines = all_runs(database, "judgement_baselines");
    auto kernels = all_kernels(database);
    auto query = database.query("SELECT id, kind, started_at, elapsed_s, suite, machine, baseline, candidate, run_id, verdict, exit_code, directory "
                                "FROM judgements WHERE started_at >= ? ORDER BY started_at DESC, id DESC", sql::values(since));
    std::vector<StoredJudgement> out;
    auto text = [&](int i) { return query->text(i); };
    while (query->step())
        out.push_back({text(0), text(1), text(2), query->real(3), text(4), text(5), text(6), text(7), text(8), text(9), query->number(10), {}, std::move(runs[text(0)]),
                       std::move(baselines[text(0)]), std::move(kernels[text(0)]), text(11)});
    return out;
}

std::vector<StoredVerdict> read_verdicts(sql::Connection& database, const std::string& id) {
    auto query = database.query("SELECT cell, metric, verdict, baseline, candidate, worse_by_ratio, low, high, reason, accepted "
                                "FROM verdicts WHERE judgement_id = ? ORDER BY cell, metric", sql::values(id));
    std::vector<StoredVerdict> out;
    auto text = [&](int i) { return query->text(i); };
    auto number = [&](int i) { return query->optional_real(i); };
    while (query->step()) out.push_back({text(0), text(1), text(2), number(3), number(4), number(5), number(6), number(7), text(8), text(9)});
    return out;
}

}  // namespace

Status ResultStore::record_judgement(const StoredJudgement& j) {
    if (auto s = check(j); !s) return s;
    return sql::guarded(fmt::format("record judgement {} in store", j.id), *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, "judgement " + j.id);
        connection_->execute("DELETE FROM judgements WHERE id = ?", sql::values(j.id));
        connection_->execute("INSERT INTO judgements VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", sql::values(j.id, j.kind, j.started_at, j.elapsed_s, j.suite, j.machine, j.baseline, j.candidate,
                                                                                                    j.run_id, j.verdict, j.exit_code, j.directory));
        insert_runs(*connection_, j);
        insert_kernels(*connection_, j);
        insert_verdicts(*connection_, j);
        transaction.commit();
        return {};
    });
}

Result<std::vector<StoredJudgement>> ResultStore::judgements(const std::string& since) {
    return sql::guarded("read judgements from store", *connection_, [&]() -> Result<std::vector<StoredJudgement>> {
        const auto snapshot = sql::Transaction::reading(*connection_);
        auto out = judgement_heads_of(*connection_, since);
        for (auto& judgement : out) judgement.verdicts = read_verdicts(*connection_, judgement.id);
        return out;
    });
}

Result<std::vector<StoredJudgement>> ResultStore::judgement_heads() {
    return sql::guarded("read judgements from store", *connection_, [&]() -> Result<std::vector<StoredJudgement>> {
        const auto snapshot = sql::Transaction::reading(*connection_);
        return judgement_heads_of(*connection_, "");
    });
}

Result<std::vector<StoredVerdict>> ResultStore::verdicts_of(const std::string& judgement_id) {
    return sql::guarded("read verdicts from store", *connection_, [&]() -> Result<std::vector<StoredVerdict>> { return read_verdicts(*connection_, judgement_id); });
}

}  // namespace diobench
