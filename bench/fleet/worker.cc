// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/worker.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/digest/sha256.h"
#include "bench/fleet/do_job.h"
#include "bench/fleet/identity.h"
#include "bench/fleet/names.h"
#include "bench/host/machine/probe.h"

namespace diobench {

namespace {

constexpr auto kIdlePoll = std::chrono::milliseconds(500);

/// Renews a claim's lease four times in its length, on a connection of its own; interrupts this program if the request is cancelled.
class Heartbeat {
public:
    explicit Heartbeat(FleetClaim claim) : claim_(std::move(claim)), thread_([this] { beat(); }) {}
    ~Heartbeat() {
        over_ = true;
        thread_.join();
    }
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

private:
    void beat() {
        const auto every = std::chrono::milliseconds(claim_.lease_s * 1000 / 4);
        auto last = std::chrono::steady_clock::now();
        Result<FleetStore> store = FleetStore::open();
        while (!over_) {
            std::this_thread::sleep_for(kIdlePoll / 5);
            if (std::chrono::steady_clock::now() - last < every) continue;
            last = std::chrono::steady_clock::now();
            if (!store) store = FleetStore::open();
            if (!store) continue;  // a store that cannot be reached for a while: what is measured stands
            auto ours = store->renew(claim_, std::time(nullptr));
            if (ours && !*ours) ::raise(SIGTERM);
        }
    }

    FleetClaim claim_;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

/// Another guest program than ours is fetched, by its content.
Status use_guest_of(const FleetRequestRow& request, const Depot& depot) {
    const auto asked = request.description.at("identity").get<FleetIdentity>();
    const auto wanted = asked.find("guest program");
    if (wanted == asked.end()) return {};
    auto own = sha256_of_file(installed_guest_program());
    if (own && own->starts_with(wanted->second)) return {};
    const fs::path place = cache_root() / "guests" / wanted->second / "diobench-guest";
    std::error_code ec;
    if (!fs::exists(place, ec)) {
        auto part = TempDirectory::create(place.parent_path().parent_path(), ".fetched");
        if (!part) return forward(part);
        auto there = depot.get("guests/" + wanted->second, part->path() / wanted->second);
        if (!there) return forward(there);
        if (!*there) return {};  // the comparison of machines says what is wrong
        fs::rename(part->path() / wanted->second, place.parent_path(), ec);
    }
    auto digest = sha256_of_file(place);
    if (!digest) return forward(digest);
    if (!digest->starts_with(wanted->second)) {
        fs::remove_all(place.parent_path(), ec);
        return fail("fetch guest program", depot.where() + "/guests/" + wanted->second, "it arrived damaged: its SHA-256 differs", ExitCode::invalid);
    }
    ::setenv(kGuestVariable, place.c_str(), 1);
    return {};
}

/// With the log of a try that came to nothing, for `fleet logs`.
void keep_log(const JobContext& context) {
    std::error_code ec;
    const fs::path log = context.folder / "log.txt";
    if (fs::exists(log, ec)) (void)context.depot.put(log, failed_log_name(context.request.id, context.claim.job.number, context.claim.token));
}

Result<FleetOutcome> do_job(const JobContext& context) {
    const Heartbeat heartbeat(context.claim);
    switch (context.claim.job.kind) {
    case JobKind::build: return do_build(context);
    case JobKind::shard: return do_shard(context);
    case JobKind::judge: break;
    }
    return do_judge(context);
}

/// A job to its end in the store. An error is of this machine: it does no more.
Status do_claimed(FleetStore& store, const FleetRequestRow& request, const FleetClaim& claim, const std::string& node) {
    fmt::print(stderr, "{}: {}, try {}\n", node, claim.job.text, claim.job.tries);
    auto folder = TempDirectory::create(cache_root() / "work", "fleet");
    if (!folder) return forward(folder);
    const JobContext context{store, request, claim, node, Depot(request.depot), folder->path()};
    auto outcome = do_job(context);
    if (outcome) {
        if (context.depot.is_remote() && claim.job.kind == JobKind::judge) folder->keep();  // the history names it
        auto finished = store.finish(claim, *outcome, std::time(nullptr));
        if (!finished) return forward(finished);
        if (*finished == Finished::again) fmt::print(stderr, "{}: {} was ended by another machine meanwhile, with the same bytes\n", node, claim.job.text);
        return {};
    }
    keep_log(context);
    fmt::print(stderr, "{}: {}: {}\n", node, claim.job.text, outcome.error().message());
    if (auto s = store.give_up(claim, outcome.error().message(), std::time(nullptr)); !s) return s;
    return interrupted() ? Status(forward(outcome)) : Status();
}

Result<JobState> state_of(FleetStore& store, const std::string& request, int64_t number) {
    auto jobs = store.jobs(request);
    if (!jobs) return forward(jobs);
    for (const auto& job : *jobs)
        if (job.number == number) return job.state;
    return fail("fleet work", request, fmt::format("it has no job {}", number));
}

/// Until there may be something to do: a thousand idle machines are not to keep the store busy.
void rest(int64_t lease_s) {
    const auto until = std::chrono::steady_clock::now() + std::max<std::chrono::milliseconds>(kIdlePoll, std::chrono::milliseconds(lease_s * 1000 / 16));
    while (!interrupted() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kIdlePoll / 5);
}

ExitCode exit_of(RequestState state) { return state == RequestState::done ? ExitCode::ok : ExitCode::failed_check; }

}  // namespace

Result<ExitCode> work(const WorkOptions& options) {
    auto store = FleetStore::open();
    if (!store) return forward(store);
    auto request = store->request(options.request);
    if (!request) return forward(request);
    const std::string node = node_name();
    Status alike = use_guest_of(*request, Depot(request->depot)).and_then([&] {
        return check_identity(request->description.at("identity").get<FleetIdentity>(), identity_of_this_machine(), request->id, node);
    });
    if (!alike) {
        if (auto s = store->refuse(request->id, node, alike.error().message(), std::time(nullptr), options.job); !s) return forward(s);
        return forward(alike);
    }
    for (;;) {
        if (interrupted()) return interrupted_error("fleet work");
        auto now = store->request(request->id);
        if (!now) return forward(now);
        if (now->state != RequestState::running) return exit_of(now->state);
        auto claim = store->claim(request->id, node, std::time(nullptr), options.job, options.which);
        if (!claim) return forward(claim);
        if (claim->has_value()) {
            if (auto s = do_claimed(*store, *now, **claim, node); !s) return forward(s);
            continue;
        }
        if (options.job) {
            auto state = state_of(*store, request->id, *options.job);
            if (!state) return forward(state);
            if (*state == JobState::done) return ExitCode::ok;
            if (*state == JobState::failed) return ExitCode::failed_check;
        }
        rest(request->description.at("lease_s"));
    }
}

}  // namespace diobench
