// SPDX-License-Identifier: GPL-2.0-only
// All that a fleet knows, in the store: requests, their jobs, who has claimed which and until when, what came of every try,
// and who builds which kernel. Any machine may ask.
//
// A job is claimed for a lease that its worker renews. A lease that ran out is anybody's: the machine may be dead, or only
// slow. Both may then end the job, and what they measured must be the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/fleet/plan.h"
#include "bench/results/store/database.h"

namespace diobench {

enum class JobState { waiting, claimed, done, failed };
enum class RequestState { running, done, failed, cancelled };
[[nodiscard]] std::string_view state_name(JobState state);
[[nodiscard]] std::string_view state_name(RequestState state);

struct FleetRequestRow {
    std::string id;
    std::string command;          ///< "run"
    std::string file;             ///< of the request
    std::string engine;           ///< "slurm"
    std::string depot;            ///< where its machines leave files for each other
    RequestState state = RequestState::running;
    int64_t submitted_at = 0;     ///< seconds since 1970, as all times here
    int64_t ended_at = 0;         ///< 0: not yet
    int64_t exit_code = 0;        ///< of the judge
    std::string reason;           ///< why it failed
    nlohmann::json description;   ///< runs, words of the judge, identity, tries, lease_s, engine's settings
};

struct FleetJobRow {
    int64_t number = 0;
    JobKind kind = JobKind::shard;
    std::string kernel;
    std::string text;
    nlohmann::json work;
    double expected_s = 0;
    JobState state = JobState::waiting;
    std::string node;             ///< that has it, or had it last
    int64_t lease_until = 0;
    int64_t tries = 0;
    int64_t started_at = 0;       ///< of the last try
    int64_t ended_at = 0;
    std::string engine_job;       ///< the engine's name of it
    std::string cells_sha256;     ///< of a shard's cells
    std::string files;            ///< name in the depot
    std::string files_sha256;
    nlohmann::json result;        ///< of a build: key and image_sha256
    std::string reason;
};

/// One try at a job, or (job 0) why a machine was refused.
struct FleetTry {
    int64_t job = 0;
    std::string claim;
    std::string node;
    int64_t started_at = 0;
    int64_t ended_at = 0;
    std::string outcome;          ///< "running", "done", "again", "differs", "failed", "silent", "refused"
    std::string reason;
};

/// A job that is ours until `lease_until`.
struct FleetClaim {
    std::string request;
    FleetJobRow job;
    std::string token;            ///< nobody else's
    int64_t lease_s = 60;
};

struct FleetOutcome {
    std::string cells_sha256, files, files_sha256;
    nlohmann::json result = nlohmann::json::object();
    int64_t exit_code = 0;        ///< of a judge
};

/// shards: of a machine without the kernels' source, or without a compiler.
enum class WhichJobs { all, shards };

enum class Finished {
    first,   ///< it counts
    again,   ///< another machine has ended it with the same bytes before
};

/// Turn at building a kernel that the whole fleet needs once.
struct BuildTurn {
    enum class What { ours, others, built } what = What::others;
    std::string node;             ///< others: who builds
    std::string image_sha256;     ///< built: what it must be
    std::string depot;            ///< built: where it lies
};

class FleetStore {
public:
    /// As ResultStore::open(), and brings the fleet's tables up to this program's.
    [[nodiscard]] static Result<FleetStore> open(const StoreAddress& address = default_store());

    [[nodiscard]] Status submit(const FleetRequestRow& request, const std::vector<FleetJob>& jobs);
    [[nodiscard]] Status note_engine_job(const std::string& request, int64_t number, const std::string& engine_job);
    /// Unknown: an error that names the newest. Empty: the newest.
    [[nodiscard]] Result<FleetRequestRow> request(const std::string& id);
    /// The newest first.
    [[nodiscard]] Result<std::vector<FleetRequestRow>> requests();
    [[nodiscard]] Result<std::vector<FleetJobRow>> jobs(const std::string& request);
    [[nodiscard]] Result<std::vector<FleetTry>> tries(const std::string& request);

    /// The next job whose needs are done, the longest first, or job `number` alone; nothing if there is none now. One that was
    /// begun too often and whose last machine fell silent fails, and its request with it.
    [[nodiscard]] Result<std::optional<FleetClaim>> claim(const std::string& request, const std::string& node, int64_t now, std::optional<int64_t> number = {},
                                                          WhichJobs which = WhichJobs::all);
    /// False: its request was cancelled.
    [[nodiscard]] Result<bool> renew(const FleetClaim& claim, int64_t now);
    /// Ends a job, also one whose lease ran out meanwhile. Other bytes than those of another try are an error that names both
    /// machines, and the end of the request.
    [[nodiscard]] Result<Finished> finish(const FleetClaim& claim, const FleetOutcome& outcome, int64_t now);
    /// A try that came to nothing: another one follows, unless there were enough.
    [[nodiscard]] Status give_up(const FleetClaim& claim, const std::string& reason, int64_t now);
    /// A machine that is not like the others; `number`: the only job it was there for, which then fails.
    [[nodiscard]] Status refuse(const std::string& request, const std::string& node, const std::string& reason, int64_t now, std::optional<int64_t> number = {});

    [[nodiscard]] Status cancel(const std::string& request, int64_t now);
    /// Lets what failed, or was never ended, begin anew; `number`: this job alone, also one that is done, and what needs it.
    [[nodiscard]] Status retry(const std::string& request, std::optional<int64_t> number = {});

    /// Who builds kernel `key` for the fleet of `depot`.
    [[nodiscard]] Result<BuildTurn> claim_build(const std::string& key, const std::string& depot, const std::string& node, const std::string& token, int64_t lease_s, int64_t now);
    [[nodiscard]] Status renew_build(const std::string& key, const std::string& depot, const std::string& token, int64_t lease_s, int64_t now);
    /// An image other than the one that the fleet has of this key is an error.
    [[nodiscard]] Status finish_build(const std::string& key, const std::string& depot, const std::string& token, const std::string& image_sha256);
    /// What could not be built, or is gone from the depot, may be built by others.
    [[nodiscard]] Status forget_build(const std::string& key, const std::string& depot);

private:
    explicit FleetStore(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}
    std::unique_ptr<sql::Connection> connection_;
};

}  // namespace diobench
