// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/tables.h"

#include <array>

namespace diobench {

namespace {

/// Times are seconds since 1970; 0: not yet.
constexpr std::array<const char*, 1> kSteps = {R"sql(
CREATE TABLE fleet_requests (
    id TEXT PRIMARY KEY, command TEXT NOT NULL, file TEXT NOT NULL, engine TEXT NOT NULL, depot TEXT NOT NULL, state TEXT NOT NULL,
    submitted_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, exit_code INTEGER NOT NULL, reason TEXT NOT NULL,
    description TEXT NOT NULL  -- JSON: runs, words of the judge, identity, tries, lease_s, engine
) STRICT;
CREATE TABLE fleet_jobs (
    request_id TEXT NOT NULL REFERENCES fleet_requests (id) ON DELETE CASCADE, number INTEGER NOT NULL, kind TEXT NOT NULL, kernel TEXT NOT NULL,
    text TEXT NOT NULL, work TEXT NOT NULL, expected_s REAL NOT NULL, state TEXT NOT NULL, node TEXT NOT NULL, claim TEXT NOT NULL,
    lease_until INTEGER NOT NULL, tries INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, engine_job TEXT NOT NULL,
    cells_sha256 TEXT NOT NULL, files TEXT NOT NULL, files_sha256 TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (request_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE fleet_needs (
    request_id TEXT NOT NULL REFERENCES fleet_requests (id) ON DELETE CASCADE, number INTEGER NOT NULL, needs INTEGER NOT NULL,
    PRIMARY KEY (request_id, number, needs)
) STRICT, WITHOUT ROWID;
CREATE TABLE fleet_tries (  -- job 0: a machine that was refused
    request_id TEXT NOT NULL REFERENCES fleet_requests (id) ON DELETE CASCADE, claim TEXT NOT NULL, number INTEGER NOT NULL, node TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, outcome TEXT NOT NULL, cells_sha256 TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (request_id, claim)
) STRICT, WITHOUT ROWID;
CREATE TABLE fleet_builds (
    build_key TEXT NOT NULL, depot TEXT NOT NULL, state TEXT NOT NULL, node TEXT NOT NULL, claim TEXT NOT NULL, lease_until INTEGER NOT NULL,
    image_sha256 TEXT NOT NULL,
    PRIMARY KEY (build_key, depot)
) STRICT, WITHOUT ROWID;
)sql"};

}  // namespace

const sql::Migrations& fleet_migrations() {
    static const sql::Migrations migrations{"fleet", kSteps};
    return migrations;
}

}  // namespace diobench
