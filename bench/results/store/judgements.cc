// SPDX-License-Identifier: GPL-2.0-only
// Verdicts in the store.
#include <algorithm>

#include "bench/common/measure/metric_table.h"
#include "bench/results/store/database.h"
#include "bench/results/store/statement.h"

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

void insert_verdict(SQLite::Statement& insert, const std::string& id, const StoredVerdict& v) {
    insert.reset();
    insert.clearBindings();
    SQLite::bind(insert, id, v.cell, v.metric, v.verdict);
    bind_optional(insert, 5, v.baseline);
    bind_optional(insert, 6, v.candidate);
    bind_optional(insert, 7, v.worse_by_ratio);
    bind_optional(insert, 8, v.low);
    bind_optional(insert, 9, v.high);
    insert.bind(10, v.reason);
    insert.bind(11, v.accepted);
    insert.exec();
}

void insert_runs(SQLite::Database& database, const StoredJudgement& judgement) {
    SQLite::Statement insert(database, "INSERT OR IGNORE INTO judgement_runs VALUES (?,?)");
    if (!judgement.run_id.empty()) insert_row(insert, judgement.id, judgement.run_id);
    for (const auto& run : judgement.runs) insert_row(insert, judgement.id, run);
    SQLite::Statement baseline(database, "INSERT OR IGNORE INTO judgement_baselines VALUES (?,?)");
    for (const auto& run : judgement.baseline_runs) insert_row(baseline, judgement.id, run);
}

void insert_kernels(SQLite::Database& database, const StoredJudgement& judgement) {
    SQLite::Statement insert(database, "INSERT INTO judgement_kernels VALUES (?,?,?)");
    for (const auto& [kernel, verdict] : judgement.kernels) insert_row(insert, judgement.id, kernel, verdict);
}

std::vector<std::string> runs_of(SQLite::Statement& query, const std::string& id) {
    query.reset();
    query.bind(1, id);
    std::vector<std::string> out;
    while (query.executeStep()) out.push_back(query.getColumn(0).getString());
    return out;
}

std::map<std::string, std::string> kernels_of(SQLite::Statement& query, const std::string& id) {
    query.reset();
    query.bind(1, id);
    std::map<std::string, std::string> out;
    while (query.executeStep()) out[query.getColumn(0).getString()] = query.getColumn(1).getString();
    return out;
}

std::vector<StoredVerdict> verdicts_of(SQLite::Statement& query, const std::string& id) {
    query.reset();
    query.bind(1, id);
    std::vector<StoredVerdict> out;
    auto text = [&](int i) { return query.getColumn(i).getString(); };
    auto number = [&](int i) { return optional_number(query.getColumn(i)); };
    while (query.executeStep()) out.push_back({text(0), text(1), text(2), number(3), number(4), number(5), number(6), number(7), text(8), text(9)});
    return out;
}

}  // namespace

Status ResultStore::record_judgement(const StoredJudgement& j) {
    if (auto s = check(j); !s) return s;
    return guarded(fmt::format("record judgement {} in store", j.id), path_, [&]() -> Status {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement replace(*database_, "DELETE FROM judgements WHERE id = ?");
        insert_row(replace, j.id);
        SQLite::Statement head(*database_, "INSERT INTO judgements VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
        insert_row(head, j.id, j.kind, j.started_at, j.elapsed_s, j.suite, j.machine, j.baseline, j.candidate, j.run_id, j.verdict, j.exit_code, j.directory);
        insert_runs(*database_, j);
        insert_kernels(*database_, j);
        SQLite::Statement insert(*database_, "INSERT INTO verdicts VALUES (?,?,?,?,?,?,?,?,?,?,?)");
        for (const auto& verdict : j.verdicts) insert_verdict(insert, j.id, verdict);
        transaction.commit();
        return {};
    });
}

Result<std::vector<StoredJudgement>> ResultStore::judgements(const std::string& since) {
    return guarded("read judgements from store", path_, [&]() -> Result<std::vector<StoredJudgement>> {
        SQLite::Statement query(*database_, "SELECT id, kind, started_at, elapsed_s, suite, machine, baseline, candidate, run_id, verdict, exit_code, directory "
                                            "FROM judgements WHERE started_at >= ? ORDER BY started_at DESC, id DESC");
        SQLite::Statement verdicts(*database_, "SELECT cell, metric, verdict, baseline, candidate, worse_by_ratio, low, high, reason, accepted "
                                               "FROM verdicts WHERE judgement_id = ? ORDER BY cell, metric");
        SQLite::Statement runs(*database_, "SELECT run_id FROM judgement_runs WHERE judgement_id = ? ORDER BY run_id");
        SQLite::Statement baselines(*database_, "SELECT run_id FROM judgement_baselines WHERE judgement_id = ? ORDER BY run_id");
        SQLite::Statement kernels(*database_, "SELECT kernel, verdict FROM judgement_kernels WHERE judgement_id = ?");
        query.bind(1, since);
        std::vector<StoredJudgement> out;
        auto text = [&](int i) { return query.getColumn(i).getString(); };
        while (query.executeStep())
            out.push_back({text(0), text(1), text(2), query.getColumn(3).getDouble(), text(4), text(5), text(6), text(7), text(8), text(9),
                           query.getColumn(10).getInt64(), verdicts_of(verdicts, text(0)), runs_of(runs, text(0)),
                           runs_of(baselines, text(0)), kernels_of(kernels, text(0)), text(11)});
        return out;
    });
}

}  // namespace diobench
