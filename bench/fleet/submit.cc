// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/submit.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/faults.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/digest/sha256.h"
#include "bench/fleet/depot.h"
#include "bench/fleet/do_job.h"
#include "bench/fleet/identity.h"
#include "bench/fleet/names.h"
#include "bench/host/machine/probe.h"

namespace diobench {

namespace {

constexpr auto kFollowPoll = std::chrono::milliseconds(500);
/// Shards for each job that goes on at a time: a machine that is slow, or dies, holds up little.
constexpr size_t kShardsPerSlot = 3;

std::string machine_of(const FleetRequest& request) { return std::string(machine_name(request.command == FleetCommand::verify ? MachineKind::uml : request.machine)); }

std::vector<std::string> engine_names(const std::vector<FleetJobRow>& jobs) {
    std::vector<std::string> out;
    for (const auto& job : jobs)
        if (!job.engine_job.empty()) out.push_back(job.engine_job);
    return out;
}

/// The guest program that all are to run.
Status share_guest(const Depot& depot, const FleetIdentity& identity) {
    auto part = TempDirectory::create(cache_root() / "work", "guest");
    if (!part) return forward(part);
    std::error_code ec;
    fs::copy_file(installed_guest_program(), part->path() / "diobench-guest", ec);
    if (ec) return fail_errno("copy", installed_guest_program().string(), ec.value());
    fs::permissions(part->path(), fs::perms(0755), ec);
    return depot.put(part->path(), "guests/" + identity.at("guest program"));
}

Status begin(FleetStore& store, FleetEngine& engine, const FleetRequestRow& row) {
    auto jobs = store.jobs(row.id);
    if (!jobs) return forward(jobs);
    std::erase_if(*jobs, [](const FleetJobRow& job) { return job.state == JobState::done; });
    auto begun = engine.start(row, *jobs);
    if (!begun) return forward(begun);
    for (const auto& [number, name] : *begun)
        if (auto s = store.note_engine_job(row.id, number, name); !s) return s;
    return {};
}

}  // namespace

Result<FleetRequestRow> submit_request(const FleetRequest& request, const SubmitOptions& options) {
    auto engine = make_engine(options.engine);
    if (!engine) return forward(engine);
    auto slots = (*engine)->slots();
    Faults faults;
    faults.add(slots);
    auto plan = plan_fleet(request, kShardsPerSlot * slots.value_or(1));
    faults.add(plan);
    if (options.depot.empty() && options.engine.name == "ssh") faults.add(fail("fleet submit", "--shared", "hosts need a folder for what they leave each other: --shared DIR that all see, or HOST:DIR that all reach by ssh"));
    if (auto s = faults.status(); !s) return forward(s);
    FleetRequestRow row;
    row.id = fresh_request_id(command_name(request.command));
    row.command = command_name(request.command);
    row.file = fs::absolute(request.file).string();
    row.engine = options.engine.name;
    row.depot = options.depot.empty() ? (cache_root() / "fleet").string() : Depot(options.depot).is_remote() ? options.depot : fs::absolute(options.depot).string();
    row.submitted_at = std::time(nullptr);
    const FleetIdentity identity = identity_of_this_machine();
    row.description = {{"runs", plan->runs},
                       {"words", command_words(request, kResultPlace)},
                       {"identity", identity},
                       {"machine", machine_of(request)},
                       {"tries", request.tries},
                       {"lease_s", request.lease_s},
                       {"slots", *slots},
                       {"engine", options.engine.to_json()}};
    if (auto s = share_guest(Depot(row.depot), identity); !s) return forward(s);
    auto store = FleetStore::open();
    if (!store) return forward(store);
    if (auto s = store->submit(row, plan->jobs); !s) return forward(s);
    if (auto s = begin(*store, **engine, row); !s) {
        (void)store->cancel(row.id, std::time(nullptr));
        return forward(s);
    }
    return row;
}

Result<FleetRequestRow> follow_request(const std::string& id, const std::function<void(const FleetRequestRow&, const std::vector<FleetJobRow>&)>& on_change) {
    auto store = FleetStore::open();
    if (!store) return forward(store);
    std::string before;
    for (;;) {
        auto row = store->request(id);
        if (!row) return row;
        auto jobs = store->jobs(id);
        if (!jobs) return forward(jobs);
        std::string now;
        for (const auto& job : *jobs) now += fmt::format("{} {} {}\n", state_name(job.state), job.node, job.tries);
        if (now != before || row->state != RequestState::running) on_change(*row, *jobs);
        before = now;
        if (row->state != RequestState::running || interrupted()) return row;
        std::this_thread::sleep_for(kFollowPoll);
    }
}

Status cancel_request(const std::string& id) {
    auto store = FleetStore::open();
    if (!store) return forward(store);
    auto row = store->request(id);
    if (!row) return forward(row);
    if (auto s = store->cancel(row->id, std::time(nullptr)); !s) return s;
    auto jobs = store->jobs(row->id);
    if (!jobs) return forward(jobs);
    auto engine = make_engine(EngineSettings::from_json(row->description.at("engine")));
    if (!engine) return forward(engine);
    if (auto s = (*engine)->cancel(engine_names(*jobs)); !s) return s;
    for (;;) {  // a machine that is dead lets go when its lease ends
        jobs = store->jobs(row->id);
        if (!jobs) return forward(jobs);
        const auto now = std::time(nullptr);
        if (std::none_of(jobs->begin(), jobs->end(), [&](const FleetJobRow& job) { return job.state == JobState::claimed && job.lease_until > now; })) return {};
        if (interrupted()) return interrupted_error("fleet cancel");
        std::this_thread::sleep_for(kFollowPoll);
    }
}

Status retry_request(const std::string& id, std::optional<int64_t> number) {
    auto store = FleetStore::open();
    if (!store) return forward(store);
    auto row = store->request(id);
    if (!row) return forward(row);
    auto engine = make_engine(EngineSettings::from_json(row->description.at("engine")));
    if (!engine) return forward(engine);
    if (auto slots = (*engine)->slots(); !slots) return forward(slots);
    if (auto s = store->retry(row->id, number); !s) return s;
    return begin(*store, **engine, *row);
}

}  // namespace diobench
