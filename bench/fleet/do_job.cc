// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/do_job.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/fleet/identity.h"
#include "bench/fleet/names.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/resume_file.h"
#include "bench/host/run/shared_boots.h"

namespace diobench {

namespace {

constexpr const char* kDoJob = "fleet";
constexpr const char* kPoolFolder = "boots";

std::string own_program() { return fs::read_symlink("/proc/self/exe").string(); }

/// Of what the log ends with, what is said rather than shown.
std::string last_words(const fs::path& log) {
    auto text = read_file(log);
    return text ? std::string(trim(last_lines(*text, 2))) : std::string();
}

/// One run of a shard, in `folder`.
Result<Results> make_run(const JobContext& context, const SharedKernel& kernel, const nlohmann::json& part, const fs::path& folder) {
    RunOptions options = run_options_from_json(context.request.description.at("runs").at(part.at("run").get<size_t>()), folder);
    options.kernels = {context.claim.job.kernel};
    options.given[shown_name(context.claim.job.kernel)] = {kernel.key, kernel.config_lines, kernel.notes};
    options.boots = part.at("labels").get<std::vector<std::string>>();
    options.run_id = fmt::format("{}-{}-{}", context.request.id, context.claim.job.number, part.at("run").get<size_t>());
    if (auto s = make_directories(folder); !s) return forward(s);
    Run run;
    run.id = options.run_id;
    if (auto s = write_resume_file(folder, run, options); !s) return forward(s);
    const fs::path log = context.folder / "log.txt";
    auto status = call_self({"run", "--resume", folder.string(), "--no-report", "--quiet"},
                            {{kBootsVariable, (context.folder / kPoolFolder).string()}, {kStoreVariable, (context.folder / "runs.sqlite").string()}}, log);
    if (!status) return forward(status);
    // What a kernel does wrong is a result.
    std::error_code ec;
    if (!fs::exists(folder / kResultsFileName, ec)) return fail(kDoJob, context.node, fmt::format("exit {}: {}", *status, last_words(log)), ExitCode::invalid);
    return read_results(folder);
}

/// The boots of all shards, as they were when they were ended, in one folder.
Status gather_boots(const JobContext& context, const fs::path& pool) {
    auto jobs = context.store.jobs(context.request.id);
    if (!jobs) return forward(jobs);
    if (auto s = make_directories(pool); !s) return s;
    Faults faults;
    for (const FleetJobRow& job : *jobs) {
        if (job.kind != JobKind::shard) continue;
        const std::string again = fmt::format("diobench fleet retry {} --job {}", context.request.id, job.number);
        const fs::path arrived = context.folder / fmt::format("shard-{}", job.number);
        auto there = context.depot.get(job.files, arrived);
        if (!there) faults.add(there);
        else if (!*there) faults.add(fail(kDoJob, job.text, fmt::format("what {} measured is gone from {}/{}: {}", job.node, context.depot.where(), job.files, again), ExitCode::invalid));
        if (!there || !*there) continue;
        auto digest = sha256_of_tree(arrived);
        if (!digest) faults.add(digest);
        else if (*digest != job.files_sha256)
            faults.add(fail(kDoJob, job.text, fmt::format("{}/{} is not what {} left there: its SHA-256 differs: {}", context.depot.where(), job.files, job.node, again), ExitCode::invalid));
        std::error_code ec;
        for (const auto& boot : fs::directory_iterator(arrived / kPoolFolder, ec)) fs::rename(boot.path(), pool / boot.path().filename(), ec);
    }
    return faults.status();
}

}  // namespace

Result<int> call_self(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment, const fs::path& log) {
    std::vector<std::string> argv{own_program()};
    argv.insert(argv.end(), words.begin(), words.end());
    auto output = UniqueFd::open(log.string(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (!output) return forward(output);
    SpawnOptions options;
    options.environment = environment;
    options.stdout_fd = options.stderr_fd = output->get();
    auto child = ChildProcess::spawn(argv, options);
    if (!child) return forward(child);
    pollfd ends[] = {{child->pid_fd(), POLLIN, 0}, {interrupt_fd(), POLLIN, 0}};
    while (::poll(ends, 2, -1) < 0 && errno == EINTR) continue;
    if (interrupted()) return interrupted_error(kDoJob);
    return child->wait();
}

Result<std::map<std::string, SharedKernel>> built_kernels(const JobContext& context) {
    auto jobs = context.store.jobs(context.request.id);
    if (!jobs) return forward(jobs);
    std::map<std::string, SharedKernel> out;
    for (const FleetJobRow& job : *jobs)
        if (job.kind == JobKind::build && job.state == JobState::done) out[job.kernel] = SharedKernel::from_json(job.result);
    return out;
}

Status check_shard(const JobContext& context, const Results& results, const std::map<std::string, SharedKernel>& kernels) {
    Faults faults;
    faults.add(check_identity(context.request.description.at("identity").get<FleetIdentity>(), identity_of(results.run), context.request.id, context.node));
    for (const auto& [name, kernel] : kernels) {
        const KernelResult* result = results.find_kernel(shown_name(name));
        if (result == nullptr || result->image_sha256 == kernel.image_sha256) continue;
        faults.add(fail(kDoJob, context.node, fmt::format("another build of kernel {}: image {:.12}; request {} is of {:.12}", result->name, result->image_sha256, context.request.id, kernel.image_sha256), ExitCode::invalid));
    }
    return faults.status();
}

Result<FleetOutcome> do_build(const JobContext& context) {
    const RunOptions run = run_options_from_json(context.request.description.at("runs").at(0), context.folder);
    auto made = build_shared(context.store, context.depot, run, context.claim.job.kernel, context.node, context.claim.lease_s);
    if (!made) return forward(made);
    FleetOutcome out;
    out.result = made->to_json();
    return out;
}

Result<FleetOutcome> do_shard(const JobContext& context) {
    auto kernels = built_kernels(context);
    if (!kernels) return forward(kernels);
    const SharedKernel& kernel = kernels->at(context.claim.job.kernel);
    if (auto s = fetch_shared(context.depot, kernel); !s) return forward(s);
    std::string cells;
    for (const auto& part : context.claim.job.work.at("boots")) {
        const fs::path folder = context.folder / fmt::format("run-{}", part.at("run").get<size_t>());
        auto results = make_run(context, kernel, part, folder);
        if (!results) return forward(results);
        if (auto s = check_shard(context, *results, *kernels); !s) return forward(s);
        cells += cells_to_json(results->cells).dump();
    }
    FleetOutcome out;
    out.cells_sha256 = sha256_hex(cells);
    std::error_code ec;
    fs::remove_all(context.folder / "runs.sqlite", ec);
    for (const char* rest : {"runs.sqlite-wal", "runs.sqlite-shm"}) fs::remove(context.folder / rest, ec);
    auto digest = sha256_of_tree(context.folder);
    if (!digest) return forward(digest);
    out.files_sha256 = *digest;
    out.files = fmt::format("requests/{}/shard-{}-{:.8}", context.request.id, context.claim.job.number, context.claim.token);
    if (auto s = context.depot.put(context.folder, out.files); !s) return forward(s);
    return out;
}

Result<FleetOutcome> do_judge(const JobContext& context) {
    auto kernels = built_kernels(context);
    if (!kernels) return forward(kernels);
    for (const auto& [name, kernel] : *kernels)
        if (auto s = fetch_shared(context.depot, kernel); !s) return forward(s);
    const fs::path pool = context.folder / kPoolFolder;
    if (auto s = gather_boots(context, pool); !s) return forward(s);
    const std::string name = result_name(context.request.id);
    const fs::path result = context.depot.is_remote() ? context.folder / "result" : fs::absolute(fs::path(context.depot.where()) / name);
    std::error_code ec;
    fs::remove_all(result, ec);
    auto words = context.request.description.at("words").get<std::vector<std::string>>();
    words.emplace_back("--quiet");
    for (auto& word : words) word = replace_all(word, kResultPlace, result.string());
    const fs::path log = context.folder / "log.txt";
    std::map<std::string, std::string> environment;
    if (!kernels->empty()) environment[kBootsVariable] = pool.string();
    auto status = call_self(words, environment, log);
    if (!status) return forward(status);
    FleetOutcome out;
    out.exit_code = *status;
    // Wrong usage, or an environment in which nothing was judged: another try may do better.
    if (*status == static_cast<int>(ExitCode::usage)) return fail(kDoJob, context.node, last_words(log));
    if (*status > static_cast<int>(ExitCode::invalid)) return fail(kDoJob, context.node, fmt::format("exit {}: {}", *status, last_words(log)), ExitCode::invalid);
    if (context.depot.is_remote() && fs::exists(result, ec))
        if (auto s = context.depot.put(result, name); !s) return forward(s);
    if (auto s = context.depot.put(log, answer_name(context.request.id)); !s) return forward(s);
    return out;
}

}  // namespace diobench
