// SPDX-License-Identifier: GPL-2.0-only
// Requests, jobs and claims in the store.
#include "bench/fleet/fleet_store.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/fleet/names.h"
#include "bench/fleet/tables.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 4> kJobStates = {{{JobState::waiting, "waiting"}, {JobState::claimed, "claimed"}, {JobState::done, "done"}, {JobState::failed, "failed"}}};
constexpr std::array<std::pair<RequestState, std::string_view>, 4> kRequestStates = {
    {{RequestState::running, "running"}, {RequestState::done, "done"}, {RequestState::failed, "failed"}, {RequestState::cancelled, "cancelled"}}};

template <class State, size_t N>
std::string_view name_in(const std::array<std::pair<State, std::string_view>, N>& names, State state) {
    return std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == state; })->second;
}

template <class State, size_t N>
State state_in(const std::array<std::pair<State, std::string_view>, N>& names, const std::string& name) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.second == name; });
    if (found == names.end()) throw sql::Failure("'" + name + "' is no state of a fleet that this diobench knows");
    return found->first;
}

JobKind kind_named(const std::string& name) {
    for (JobKind kind : {JobKind::build, JobKind::shard, JobKind::judge})
        if (name == job_kind_name(kind)) return kind;
    throw sql::Failure("'" + name + "' is no kind of job that this diobench knows");
}

nlohmann::json json_of(const std::string& text) {
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) throw sql::Failure("the fleet's tables hold what is no JSON");
    return json;
}

constexpr const char* kRequestColumns = "SELECT id, command, file, engine, depot, state, submitted_at, ended_at, exit_code, reason, description FROM fleet_requests ";
constexpr const char* kJobColumns = "SELECT number, kind, kernel, text, work, expected_s, state, node, lease_until, tries, started_at, ended_at, engine_job, cells_sha256, files, "
                                    "files_sha256, result, reason, claim FROM fleet_jobs j ";
constexpr int kClaimColumn = 18;

FleetRequestRow request_in(const sql::Cursor& query) {
    FleetRequestRow out;
    out.id = query.text(0);
    out.command = query.text(1);
    out.file = query.text(2);
    out.engine = query.text(3);
    out.depot = query.text(4);
    out.state = state_in(kRequestStates, query.text(5));
    out.submitted_at = query.number(6);
    out.ended_at = query.number(7);
    out.exit_code = query.number(8);
    out.reason = query.text(9);
    out.description = json_of(query.text(10));
    return out;
}

FleetJobRow job_in(const sql::Cursor& query) {
    FleetJobRow out;
    out.number = query.number(0);
    out.kind = kind_named(query.text(1));
    out.kernel = query.text(2);
    out.text = query.text(3);
    out.work = json_of(query.text(4));
    out.expected_s = query.real(5);
    out.state = state_in(kJobStates, query.text(6));
    out.node = query.text(7);
    out.lease_until = query.number(8);
    out.tries = query.number(9);
    out.started_at = query.number(10);
    out.ended_at = query.number(11);
    out.engine_job = query.text(12);
    out.cells_sha256 = query.text(13);
    out.files = query.text(14);
    out.files_sha256 = query.text(15);
    out.result = json_of(query.text(16));
    out.reason = query.text(17);
    return out;
}

/// What nobody else changes of this request meanwhile.
std::string lock_of(const std::string& request) { return "fleet " + request; }

std::optional<FleetRequestRow> find_request(sql::Connection& database, const std::string& id) {
    auto query = database.query(std::string(kRequestColumns) + "WHERE id = ?", sql::values(id));
    if (!query->step()) return std::nullopt;
    return request_in(*query);
}

struct ClaimedRow {
    FleetJobRow job;
    std::string claim;
};

std::optional<ClaimedRow> find_job(sql::Connection& database, const std::string& request, int64_t number) {
    auto query = database.query(std::string(kJobColumns) + "WHERE request_id = ? AND number = ?", sql::values(request, number));
    if (!query->step()) return std::nullopt;
    return ClaimedRow{job_in(*query), query->text(kClaimColumn)};
}

/// The job to be done next: waiting, or in the hands of a machine that fell silent, with all it needs done.
std::optional<ClaimedRow> next_job(sql::Connection& database, const std::string& request, int64_t now, std::optional<int64_t> number, WhichJobs which) {
    const std::string_view kind = which == WhichJobs::shards ? job_kind_name(JobKind::shard) : "";
    auto query = database.query(std::string(kJobColumns) +
                                    "WHERE request_id = ? AND (state = 'waiting' OR state = 'claimed' AND lease_until <= ?) AND (? = 0 OR number = ?) AND (? = '' OR kind = ?) "
                                    "AND NOT EXISTS (SELECT 1 FROM fleet_needs n JOIN fleet_jobs d ON d.request_id = n.request_id AND d.number = n.needs "
                                    "WHERE n.request_id = j.request_id AND n.number = j.number AND d.state <> 'done') ORDER BY expected_s DESC, number LIMIT 1",
                                sql::values(request, now, number.value_or(0), number.value_or(0), kind, kind));
    if (!query->step()) return std::nullopt;
    return ClaimedRow{job_in(*query), query->text(kClaimColumn)};
}

void end_try(sql::Connection& database, const std::string& request, const std::string& claim, std::string_view outcome, const std::string& cells_sha256, const std::string& reason, int64_t now) {
    database.execute("UPDATE fleet_tries SET ended_at = ?, outcome = ?, cells_sha256 = ?, reason = ? WHERE request_id = ? AND claim = ?",
                     sql::values(now, outcome, cells_sha256, reason, request, claim));
}

/// A job that will not be done, and so its request.
void fail_job(sql::Connection& database, const std::string& request, const FleetJobRow& job, const std::string& reason, int64_t now) {
    database.execute("UPDATE fleet_jobs SET state = 'failed', ended_at = ?, reason = ?, claim = '' WHERE request_id = ? AND number = ?", sql::values(now, reason, request, job.number));
    database.execute("UPDATE fleet_requests SET state = 'failed', ended_at = ?, reason = ? WHERE id = ? AND state = 'running'",
                     sql::values(now, job.text + ": " + reason, request));
}

}  // namespace

std::string_view state_name(JobState state) { return name_in(kJobStates, state); }
std::string_view state_name(RequestState state) { return name_in(kRequestStates, state); }

Result<FleetStore> FleetStore::open(const StoreAddress& address) {
    if (auto results = ResultStore::open(address); !results) return forward(results);  // the folder and the tables of results
    try {
        auto connection = sql::connect(address);
        const size_t known = fleet_migrations().steps.size();
        if (const size_t version = sql::version_of(*connection, fleet_migrations()); version > known)
            return fail("open store", address.text(), fmt::format("the fleet's tables in it are of version {}, this diobench knows {}: use the newer one", version, known));
        sql::migrate(*connection, fleet_migrations(), known);
        return FleetStore(std::move(connection));
    } catch (const sql::Failure& e) {
        return sql::failed("open store", address, e);
    }
}

Status FleetStore::submit(const FleetRequestRow& request, const std::vector<FleetJob>& jobs) {
    return sql::guarded("submit to store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, lock_of(request.id));
        connection_->execute("INSERT INTO fleet_requests (id, command, file, engine, depot, state, submitted_at, ended_at, exit_code, reason, description) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                             sql::values(request.id, request.command, request.file, request.engine, request.depot, state_name(request.state), request.submitted_at, 0, 0, std::string(), request.description.dump()));
        std::vector<sql::Values> rows, needs;
        for (const FleetJob& job : jobs) {
            rows.push_back(sql::values(request.id, job.number, job_kind_name(job.kind), job.kernel, job.text(), job.work().dump(), job.expected_s, "waiting", "", "", 0, 0, 0, 0, "", "", "", "", "{}", ""));
            for (int64_t before : job.needs) needs.push_back(sql::values(request.id, job.number, before));
        }
        connection_->insert("fleet_jobs", "request_id, number, kind, kernel, text, work, expected_s, state, node, claim, lease_until, tries, started_at, ended_at, engine_job, cells_sha256, files, "
                                          "files_sha256, result, reason", rows);
        connection_->insert("fleet_needs", "request_id, number, needs", needs);
        transaction.commit();
        return {};
    });
}

Status FleetStore::note_engine_job(const std::string& request, int64_t number, const std::string& engine_job) {
    return sql::guarded("note engine's job in store", *connection_, [&]() -> Status {
        connection_->execute("UPDATE fleet_jobs SET engine_job = ? WHERE request_id = ? AND number = ?", sql::values(engine_job, request, number));
        return {};
    });
}

Result<FleetRequestRow> FleetStore::request(const std::string& id) {
    return sql::guarded("read request from store", *connection_, [&]() -> Result<FleetRequestRow> {
        auto query = connection_->query(std::string(kRequestColumns) + "WHERE ? = '' OR id = ? ORDER BY submitted_at DESC, id DESC LIMIT 1", sql::values(id, id));
        if (query->step()) return request_in(*query);
        return fail("fleet", id.empty() ? connection_->address().text() : id, "there is no such request in the store (diobench fleet status --all shows them)");
    });
}

Result<std::vector<FleetRequestRow>> FleetStore::requests() {
    return sql::guarded("read requests from store", *connection_, [&]() -> Result<std::vector<FleetRequestRow>> {
        std::vector<FleetRequestRow> out;
        auto query = connection_->query(std::string(kRequestColumns) + "ORDER BY submitted_at DESC, id DESC");
        while (query->step()) out.push_back(request_in(*query));
        return out;
    });
}

Result<std::vector<FleetJobRow>> FleetStore::jobs(const std::string& request) {
    return sql::guarded("read jobs from store", *connection_, [&]() -> Result<std::vector<FleetJobRow>> {
        std::vector<FleetJobRow> out;
        auto query = connection_->query(std::string(kJobColumns) + "WHERE request_id = ? ORDER BY number", sql::values(request));
        while (query->step()) out.push_back(job_in(*query));
        return out;
    });
}

Result<std::vector<FleetTry>> FleetStore::tries(const std::string& request) {
    return sql::guarded("read tries from store", *connection_, [&]() -> Result<std::vector<FleetTry>> {
        std::vector<FleetTry> out;
        auto query = connection_->query("SELECT number, claim, node, started_at, ended_at, outcome, reason FROM fleet_tries WHERE request_id = ? ORDER BY started_at, number, node", sql::values(request));
        while (query->step()) out.push_back({query->number(0), query->text(1), query->text(2), query->number(3), query->number(4), query->text(5), query->text(6)});
        return out;
    });
}

Result<std::optional<FleetClaim>> FleetStore::claim(const std::string& request, const std::string& node, int64_t now, std::optional<int64_t> number, WhichJobs which) {
    return sql::guarded("claim in store", *connection_, [&]() -> Result<std::optional<FleetClaim>> {
        sql::Transaction transaction(*connection_, lock_of(request));
        const auto row = find_request(*connection_, request);
        if (!row || row->state != RequestState::running) return std::optional<FleetClaim>();
        auto next = next_job(*connection_, request, now, number, which);
        if (!next) return std::optional<FleetClaim>();
        FleetClaim out{request, std::move(next->job), fresh_token(), row->description.at("lease_s")};
        if (out.job.state == JobState::claimed) {
            const std::string silent = fmt::format("{} fell silent", out.job.node);
            end_try(*connection_, request, next->claim, "silent", "", silent, now);
            if (out.job.tries >= row->description.at("tries").get<int64_t>()) {
                fail_job(*connection_, request, out.job, fmt::format("{} tries came to nothing; at the last {}", out.job.tries, silent), now);
                transaction.commit();
                return std::optional<FleetClaim>();
            }
        }
        out.job.state = JobState::claimed;
        out.job.node = node;
        out.job.lease_until = now + out.lease_s;
        out.job.started_at = now;
        ++out.job.tries;
        connection_->execute("UPDATE fleet_jobs SET state = 'claimed', node = ?, claim = ?, lease_until = ?, tries = ?, started_at = ? WHERE request_id = ? AND number = ?",
                             sql::values(node, out.token, out.job.lease_until, out.job.tries, now, request, out.job.number));
        connection_->execute("INSERT INTO fleet_tries (request_id, claim, number, node, started_at, ended_at, outcome, cells_sha256, reason) VALUES (?,?,?,?,?,?,?,?,?)",
                             sql::values(request, out.token, out.job.number, node, now, 0, "running", "", ""));
        transaction.commit();
        return out;
    });
}

Result<bool> FleetStore::renew(const FleetClaim& claim, int64_t now) {
    return sql::guarded("renew claim in store", *connection_, [&]() -> Result<bool> {
        connection_->execute("UPDATE fleet_jobs SET lease_until = ? WHERE request_id = ? AND number = ? AND claim = ? AND state = 'claimed'",
                             sql::values(now + claim.lease_s, claim.request, claim.job.number, claim.token));
        const auto row = find_request(*connection_, claim.request);
        return row && row->state != RequestState::cancelled;
    });
}

Result<Finished> FleetStore::finish(const FleetClaim& claim, const FleetOutcome& outcome, int64_t now) {
    return sql::guarded("end job in store", *connection_, [&]() -> Result<Finished> {
        sql::Transaction transaction(*connection_, lock_of(claim.request));
        const auto there = find_job(*connection_, claim.request, claim.job.number);
        if (!there) return fail("fleet", claim.request, fmt::format("its job {} is gone from the store", claim.job.number));
        const FleetJobRow& job = there->job;
        if (job.state == JobState::done) {
            if (job.cells_sha256 == outcome.cells_sha256) {
                end_try(*connection_, claim.request, claim.token, "again", outcome.cells_sha256, "", now);
                transaction.commit();
                return Finished::again;
            }
            const std::string differs = fmt::format("{} and {} measured other bytes, {:.12} and {:.12}: one of them is not exact (diobench selftest there)", job.node, claim.job.node, job.cells_sha256, outcome.cells_sha256);
            end_try(*connection_, claim.request, claim.token, "differs", outcome.cells_sha256, differs, now);
            connection_->execute("UPDATE fleet_jobs SET state = 'failed', reason = ? WHERE request_id = ? AND number = ?", sql::values(differs, claim.request, job.number));
            // Also what has been judged by one of them.
            connection_->execute("UPDATE fleet_requests SET state = 'failed', ended_at = ?, exit_code = ?, reason = ? WHERE id = ? AND state <> 'cancelled'",
                                 sql::values(now, static_cast<int>(ExitCode::invalid), job.text + ": " + differs, claim.request));
            transaction.commit();
            return fail("fleet", job.text, differs, ExitCode::invalid);
        }
        connection_->execute("UPDATE fleet_jobs SET state = 'done', node = ?, claim = '', ended_at = ?, cells_sha256 = ?, files = ?, files_sha256 = ?, result = ?, reason = '' WHERE request_id = ? AND number = ?",
                             sql::values(claim.job.node, now, outcome.cells_sha256, outcome.files, outcome.files_sha256, outcome.result.dump(), claim.request, job.number));
        end_try(*connection_, claim.request, claim.token, "done", outcome.cells_sha256, "", now);
        if (job.kind == JobKind::judge)
            connection_->execute("UPDATE fleet_requests SET state = 'done', ended_at = ?, exit_code = ? WHERE id = ? AND state = 'running'", sql::values(now, outcome.exit_code, claim.request));
        transaction.commit();
        return Finished::first;
    });
}

Status FleetStore::give_up(const FleetClaim& claim, const std::string& reason, int64_t now) {
    return sql::guarded("give job up in store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, lock_of(claim.request));
        const auto row = find_request(*connection_, claim.request);
        const auto there = find_job(*connection_, claim.request, claim.job.number);
        if (!row || !there) return fail("fleet", claim.request, fmt::format("its job {} is gone from the store", claim.job.number));
        end_try(*connection_, claim.request, claim.token, "failed", "", reason, now);
        if (there->claim == claim.token) {
            if (row->state == RequestState::running && there->job.tries >= row->description.at("tries").get<int64_t>()) fail_job(*connection_, claim.request, there->job, reason, now);
            else connection_->execute("UPDATE fleet_jobs SET state = 'waiting', claim = '', reason = ? WHERE request_id = ? AND number = ?", sql::values(reason, claim.request, claim.job.number));
        }
        transaction.commit();
        return {};
    });
}

Status FleetStore::refuse(const std::string& request, const std::string& node, const std::string& reason, int64_t now, std::optional<int64_t> number) {
    return sql::guarded("refuse machine in store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, lock_of(request));
        connection_->execute("INSERT INTO fleet_tries (request_id, claim, number, node, started_at, ended_at, outcome, cells_sha256, reason) VALUES (?,?,?,?,?,?,?,?,?)",
                             sql::values(request, fresh_token(), 0, node, now, now, "refused", "", reason));
        const auto there = number ? find_job(*connection_, request, *number) : std::nullopt;
        if (there && there->job.state == JobState::waiting) fail_job(*connection_, request, there->job, reason, now);
        transaction.commit();
        return {};
    });
}

Status FleetStore::cancel(const std::string& request, int64_t now) {
    return sql::guarded("cancel in store", *connection_, [&]() -> Status {
        if (connection_->execute("UPDATE fleet_requests SET state = 'cancelled', ended_at = ? WHERE id = ? AND state IN ('running', 'failed')", sql::values(now, request)) > 0) return {};
        return fail("fleet cancel", request, "it has ended");
    });
}

Status FleetStore::retry(const std::string& request, std::optional<int64_t> number) {
    return sql::guarded("retry in store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, lock_of(request));
        if (number) {
            // What was made of its outcome is to be made again.
            if (connection_->execute("UPDATE fleet_jobs SET state = 'waiting', claim = '', tries = 0, cells_sha256 = '', reason = '' WHERE request_id = ? AND (number = ? OR number IN "
                                     "(SELECT number FROM fleet_needs WHERE request_id = ? AND needs = ?))", sql::values(request, *number, request, *number)) == 0)
                return fail("fleet retry", request, fmt::format("it has no job {}", *number));
        } else if (connection_->execute("UPDATE fleet_jobs SET state = 'waiting', claim = '', tries = 0, reason = '' WHERE request_id = ? AND state <> 'done'", sql::values(request)) == 0) {
            return fail("fleet retry", request, "all of it is done; --job NUMBER makes one job of it again");
        }
        connection_->execute("UPDATE fleet_requests SET state = 'running', ended_at = 0, exit_code = 0, reason = '' WHERE id = ?", sql::values(request));
        transaction.commit();
        return {};
    });
}

}  // namespace diobench
