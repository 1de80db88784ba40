// SPDX-License-Identifier: GPL-2.0-only
// diobench fleet: a run, verification, gate or night, shared by several machines.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/fleet/depot.h"
#include "bench/fleet/names.h"
#include "bench/fleet/status.h"
#include "bench/fleet/submit.h"
#include "bench/fleet/worker.h"

namespace diobench {

namespace {

struct FleetArguments {
    fs::path request_file;
    SubmitOptions submit;
    bool wait = false;
    std::string request;
    std::optional<int64_t> job;
    bool all = false;
    bool json = false;
    WorkOptions work;
};

ExitCode exit_of(const FleetRequestRow& request) {
    if (request.state == RequestState::done) return static_cast<ExitCode>(request.exit_code);
    return request.state == RequestState::running ? ExitCode::ok : ExitCode::invalid;
}

/// What the judge said, or why there is none.
Status tell_end(const FleetRequestRow& row) {
    if (row.state != RequestState::done) {
        fmt::print(stderr, "{}\n", coloured(fmt::format("{}: {}{}", row.id, state_name(row.state), row.reason.empty() ? "" : ": " + row.reason), Colour::red, 2));
        return {};
    }
    auto part = TempDirectory::create(fs::temp_directory_path(), "diobench-answer");
    if (!part) return forward(part);
    auto there = Depot(row.depot).get(answer_name(row.id), part->path() / "answer.txt");
    if (!there) return forward(there);
    if (!*there) return fail("fleet", row.depot, answer_name(row.id) + " is gone from it");
    auto text = read_file(part->path() / "answer.txt");
    if (!text) return forward(text);
    fmt::print("{}", *text);
    fmt::print(stderr, "{}: {}/{}\n", row.id, row.depot, result_name(row.id));
    std::fflush(stdout);
    return {};
}

std::string how_to_follow(const std::string& id) { return fmt::format("diobench fleet status {}; diobench fleet cancel {}", id, id); }

Result<ExitCode> follow(const std::string& id) {
    Progress progress("fleet");
    auto end = follow_request(id, [&](const FleetRequestRow& row, const std::vector<FleetJobRow>& jobs) {
        const auto done = std::count_if(jobs.begin(), jobs.end(), [](const auto& job) { return job.state == JobState::done; });
        progress.update(static_cast<size_t>(done), jobs.size(), progress_sentence(row, jobs, std::time(nullptr)));
    });
    if (!end) return forward(end);
    if (end->state == RequestState::running) {
        progress.finish(fmt::format("{} goes on: {}", id, how_to_follow(id)));
        return interrupted_error("fleet submit --wait");
    }
    progress.finish("");
    if (auto s = tell_end(*end); !s) return forward(s);
    return exit_of(*end);
}

Result<ExitCode> submit(const FleetArguments& arguments) {
    auto request = read_fleet_request(arguments.request_file);
    if (!request) return forward(request);
    auto row = submit_request(*request, arguments.submit);
    if (!row) return forward(row);
    fmt::print("{}\n", row->id);
    std::fflush(stdout);
    if (arguments.wait) return follow(row->id);
    fmt::print(stderr, "next: {}\n", how_to_follow(row->id));
    return ExitCode::ok;
}

Result<ExitCode> status(const FleetArguments& arguments) {
    if (arguments.all) {
        auto store = FleetStore::open();
        if (!store) return forward(store);
        auto requests = store->requests();
        if (!requests) return forward(requests);
        fmt::print("{}", requests_text(*requests));
        return ExitCode::ok;
    }
    auto found = fleet_status(arguments.request);
    if (!found) return forward(found);
    if (arguments.json) fmt::print("{}\n", json_text(status_json(*found, std::time(nullptr))));
    else fmt::print("{}", status_text(*found, std::time(nullptr)));
    return exit_of(found->request);
}

/// Of what failed, or of one job: what was printed there.
Result<ExitCode> logs(const FleetArguments& arguments) {
    auto found = fleet_status(arguments.request);
    if (!found) return forward(found);
    const FleetRequestRow& row = found->request;
    auto part = TempDirectory::create(fs::temp_directory_path(), "diobench-logs");
    if (!part) return forward(part);
    size_t shown = 0;
    for (const auto& one : found->logs) {
        if (arguments.job && one.job != *arguments.job) continue;
        const fs::path place = part->path() / std::to_string(shown);
        auto there = Depot(row.depot).get(one.file, place);
        if (!there) return forward(there);
        if (!*there) continue;
        auto text = read_file(place);
        if (!text) return forward(text);
        fmt::print("{}{}\n", coloured(one.title + "\n", Colour::bold), *text);
        ++shown;
    }
    if (shown == 0) return fail("fleet logs", row.id, "nothing of it has left a log yet");
    return ExitCode::ok;
}

Result<ExitCode> cancel(const FleetArguments& arguments) {
    auto cancelled = cancel_request(arguments.request);
    if (!cancelled) return forward(cancelled);
    return ExitCode::ok;
}

Result<ExitCode> retry(const FleetArguments& arguments) {
    auto begun = retry_request(arguments.request, arguments.job);
    if (!begun) return forward(begun);
    if (arguments.wait) return follow(arguments.request);
    return ExitCode::ok;
}

void add_request(CLI::App& command, FleetArguments& arguments) {
    command.add_option("REQUEST", arguments.request, "As submit printed it (default: the newest)");
}

void add_job(CLI::App& command, FleetArguments& arguments, const std::string& help) {
    command.add_option_function<int64_t>("--job", [&arguments](int64_t number) { arguments.job = number; }, help)->option_text("NUMBER")->check(CLI::PositiveNumber);
}

}  // namespace

void register_fleet_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<FleetArguments>();
    auto* command = app.add_subcommand("fleet", "Share a run, a verification, a gate or a night among machines: by Slurm, by ssh, or on this one");
    command->require_subcommand(1);
    command->footer("Examples:\n"
                    "  diobench fleet submit night.toml --engine slurm --store postgresql://lab/diobench --shared /srv/diobench\n"
                    "  diobench fleet submit night.toml --engine ssh --hosts hosts.toml --shared lab-1:/srv/diobench --wait\n"
                    "  diobench fleet status\n"
                    "On machine exact the cells are those of the same command on one machine, byte by byte (docs/fleet.md).\n"
                    "Exit: as the shared command; 2 nothing was submitted, 4 a request that failed.");
    const auto body = [&context, arguments](CLI::App* one, Result<ExitCode> (*run)(const FleetArguments&)) {
        one->callback([&context, arguments, run] { context.body = [arguments, run] { return run(*arguments); }; });
    };

    auto* submitting = command->add_subcommand("submit", "Plan a request, and have an engine do it");
    submitting->add_option("FILE", arguments->request_file, "request.toml: what run, verify, gate or nightly take, as a file (docs/fleet.md)")->required()->check(CLI::ExistingFile);
    submitting->add_option("--engine", arguments->submit.engine.name, "local: workers on this machine; ssh: on hosts of a file; slurm: sbatch")
        ->required()->check(one_of({std::begin(kEngines), std::end(kEngines)}));
    submitting->add_option("--shared", arguments->submit.depot, "Where machines leave kernels and results for each other: a folder that all see, or [USER@]HOST:FOLDER, by rsync (default: fleet/ of this machine's cache)")->option_text("PLACE");
    submitting->add_option("--workers", arguments->submit.engine.workers, "Engine local: jobs side by side (default: half as many as CPUs)")->check(CLI::Range(1, 256));
    submitting->add_option("--hosts", arguments->submit.engine.hosts, "Engine ssh: the file of hosts")->check(CLI::ExistingFile)->option_text("FILE");
    submitting->add_option("--partition", arguments->submit.engine.partition, "Engine slurm (default: Slurm's)")->option_text("NAME");
    submitting->add_flag("--wait", arguments->wait, "Return when it has ended, with its answer and exit code; Ctrl-C leaves it running");
    body(submitting, submit);

    auto* showing = command->add_subcommand("status", "How far a request is, on which machines, and when it is expected to end");
    add_request(*showing, *arguments);
    showing->add_flag("--all", arguments->all, "All requests, a line each");
    showing->add_flag("--json", arguments->json, "Print as JSON");
    body(showing, status);

    auto* cancelling = command->add_subcommand("cancel", "Stop a request; returns when nothing of it runs any more");
    cancelling->add_option("REQUEST", arguments->request, "As submit printed it")->required();
    body(cancelling, cancel);

    auto* retrying = command->add_subcommand("retry", "Let what failed begin anew; what is done stays");
    retrying->add_option("REQUEST", arguments->request, "As submit printed it")->required();
    add_job(*retrying, *arguments, "Only this job, also one that is done, and what needs it");
    retrying->add_flag("--wait", arguments->wait, "Return when it has ended");
    body(retrying, retry);

    auto* logging = command->add_subcommand("logs", "What jobs printed, those that failed first");
    add_request(*logging, *arguments);
    add_job(*logging, *arguments, "Only of this job");
    body(logging, logs);

    auto* working = command->add_subcommand("work", "Do a request's jobs on this machine: what engines call");
    working->add_option("REQUEST", arguments->work.request, "As submit printed it")->required();
    working->add_option_function<int64_t>("--job", [arguments](int64_t number) { arguments->work.job = number; }, "Only this job")->option_text("NUMBER")->check(CLI::PositiveNumber);
    working->add_flag_callback("--only-shards", [arguments] { arguments->work.which = WhichJobs::shards; }, "Neither build nor judge, which want the kernels' source and a compiler");
    body(working, [](const FleetArguments& given) { return work(given.work); });
}

}  // namespace diobench
