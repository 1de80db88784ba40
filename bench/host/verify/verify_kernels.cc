// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/verify_kernels.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fmt/chrono.h>
#include <mutex>
#include <thread>

#include "bench/common/base/lineage.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/common/image/test_images.h"
#include "bench/host/kernel/base.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/guest_files.h"
#include "bench/host/run/kernels_of_machine.h"
#include "bench/host/run/write_outputs.h"
#include "bench/host/verify/arm.h"
#include "bench/host/verify/case_selection.h"
#include "bench/host/verify/fuzz.h"
#include "bench/host/verify/fuzz_reads.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

// A mutant is dead with the first case that fails: small portions find it early.
constexpr size_t kCasesPerMutantBoot = 16;

/// What verification runs on.
struct Bench {
    Target target;
    CaseMachine machine;
    unsigned most_jobs;  ///< 0: any
};

// The kernel that is measured, two CPUs emulated by a thread each; what is freed is overwritten, so that a use of it shows.
// A busy host is no hang: what detects one there is slower than our own limits.
const Bench kTwoCpus = {Target::smp_checked,
                        {MachineKind::kvm, Accelerator::tcg, 2, 1024, "FZP", "watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=180 sysctl.kernel.hung_task_timeout_secs=60"}, 1};
const Bench kOneCpu = {Target::uml_checked, {}, 0};
// Not cache/, which injects errors that this kernel cannot.
constexpr std::array kTopicsOfTwoCpus = {"concurrency/*", "failure/*", "leaks/*", "protocol/*", "signals/*"};

const Bench& bench_of(const VerifyOptions& options) { return options.smp ? kTwoCpus : kOneCpu; }

/// Of --smp, if nothing else is asked for, those that depend on what happens at the same time.
std::vector<std::string> wanted_cases(const VerifyOptions& options) {
    return options.smp && options.cases.empty() ? std::vector<std::string>(kTopicsOfTwoCpus.begin(), kTopicsOfTwoCpus.end()) : options.cases;
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What every boot shares.
struct Setup {
    const VerifyOptions& options;
    const Bench& bench;
    std::vector<const Case*> cases;
    fs::path constant_initramfs;
    fs::path work_directory;
    fs::path log_directory;
    Bases& bases;
    unsigned jobs = 1;
};

std::vector<std::string> names_of(const std::vector<const Case*>& cases) {
    std::vector<std::string> out;
    for (const Case* one : cases) out.push_back(one->name);
    return out;
}

Result<fs::path> conformance_initramfs(uint64_t seed, const fs::path& holder) {
    std::vector<GuestFile> files;
    for (const auto& image : all_test_images()) {
        auto blobs = test_image_blobs(image, seed);
        if (!blobs) return forward(blobs);
        for (unsigned i = 0; i < image.blobs(); ++i)
            files.push_back({"images/" + test_image_blob_name(image, i), blobs->at(i)});
    }
    return constant_initramfs(files, holder);
}

bool is_for_calibration(const std::string& name) { return name.starts_with("slow-") || name.starts_with("same-"); }

Result<std::vector<std::string>> mutant_folders(const VerifyOptions& options) {
    if (!options.kernels.empty()) return options.kernels;
    std::vector<std::string> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(project_root() / "kernel-patches/mutants", ec))
        // slow-* and same-*: right, for the calibration of numbers.
        if (fs::exists(entry.path() / "series.toml") && !is_for_calibration(entry.path().filename().string()))
            out.push_back(entry.path().string());
    if (ec) return fail_errno("list", (project_root() / "kernel-patches/mutants").string(), ec.value());
    std::sort(out.begin(), out.end());
    return out;
}

/// Part i of n: every n-th.
Result<std::vector<std::string>> take_sample(const std::vector<std::string>& all, const std::string& sample) {
    size_t part = 0, parts = 0;
    if (std::sscanf(sample.c_str(), "%zu/%zu", &part, &parts) != 2 || part < 1 || part > parts)
        return fail("verify", "--sample " + sample, "right is I/N with 1 <= I <= N, such as 3/7");
    std::vector<std::string> out;
    for (size_t i = part - 1; i < all.size(); i += parts) out.push_back(all[i]);
    return out;
}

std::string mutant_path(const std::string& name) {
    return name.find('/') != std::string::npos ? name : (project_root() / "kernel-patches/mutants" / name).string();
}

/// What the arm is known to fail on this machine.
std::vector<KnownFailure> known_here(const VerifyOptions& options, const VerifyArm& arm) {
    std::vector<KnownFailure> out = arm.known;
    if (!options.smp) std::erase_if(out, [](const KnownFailure& one) { return one.smp_only; });
    return out;
}

std::string parent_of(const VerifyArm& arm) { return arm.chain.size() > 1 ? arm.chain[arm.chain.size() - 2].name : std::string(); }

Result<std::vector<VerifyArm>> resolve_arms(const VerifyOptions& options) {
    std::vector<std::string> names = options.kernels;
    if (options.mutants) {
        auto folders = mutant_folders(options);
        if (!folders) return forward(folders);
        auto sample = take_sample(*folders, options.sample);
        if (!sample) return forward(sample);
        names = *sample;
    }
    if (!options.mutants)
        if (auto s = check_kernels(names); !s) return forward(s);
    std::vector<VerifyArm> arms;
    for (const auto& name : names) {
        auto arm = make_arm(options.mutants ? mutant_path(name) : name);
        if (!arm) return forward(arm);
        for (const auto& other : arms)
            if (other.name == arm->name) return fail("verify", name, "this kernel is named twice");
        arms.push_back(std::move(*arm));
    }
    // Mutants of one parent after one another: what differs between two builds is little.
    if (options.mutants)
        std::stable_sort(arms.begin(), arms.end(), [](const VerifyArm& a, const VerifyArm& b) { return parent_of(a) < parent_of(b); });
    sort_by_lineage(arms);
    return arms;
}

/// Builds what is not built.  A kernel that cannot be built is that arm's outcome; an interrupt ends everything.
Status build_arm(const Setup& setup, VerifyArm& arm, Progress& progress) {
    auto source = setup.bases.source(arm.base, progress);
    if (!source) return forward(source);
    const ArmKind kind = setup.options.mutants ? ArmKind::mutant : ArmKind::kernel;
    BuildOptions options;
    options.target = setup.bench.target;
    options.allow_missing = setup.options.allow_missing;
    // It refuses what take_base() would.
    auto built = build_kernel(**source, arm.chain.back().folder.string(), progress, options);
    if (interrupted()) return interrupted_error("build kernels");
    if (!built) {
        arm.build_error = built.error().message();
        return {};
    }
    arm.kernel = *built;
    return take_base(arm, kind, built->base_version);
}

CaseBoots boots_of(const Setup& setup, const VerifyArm& arm, size_t part) {
    CaseBoots boots;
    boots.machine = setup.bench.machine;
    boots.label = fmt::format("{}-{}", arm.name, part);
    boots.kernel_image = arm.kernel->image;
    boots.constant_initramfs = setup.constant_initramfs;
    boots.work_directory = setup.work_directory;
    boots.log_directory = setup.log_directory;
    boots.plan.seed = setup.options.seed;
    boots.plan.config_symbols = arm.kernel->config_lines;
    boots.plan.absent_features = arm.kernel->absent;
    boots.plan.direct = parse_direct_support(declared_direct_io(arm.chain)).value_or(DirectSupport::unknown);
    boots.plan.file_direct = parse_direct_support(declared_direct_io(arm.chain, &Series::file_direct_io)).value_or(DirectSupport::unknown);
    return boots;
}

void merge(CaseRun& all, CaseRun&& part) {
    for (auto& one : part.cases) all.cases.push_back(std::move(one));
    for (auto& boot : part.boots) {
        boot.boot = static_cast<int64_t>(all.boots.size());
        all.boots.push_back(std::move(boot));
    }
    if (!all.silent) all.silent = part.silent;
    if (all.machine_fault.empty()) all.machine_fault = part.machine_fault;
    if (all.command.empty()) all.command = part.command;
    if (all.kernel_command_line.empty()) all.kernel_command_line = part.kernel_command_line;
}

/// An error if nothing was heard of this kernel and that is the host's fault.
Status ask_whose_fault(const Bench& bench, VerifyArm& arm) {
    if (!arm.run.silent) return {};
    const Blame blame = blame_for(bench.machine.kind, bench.machine.accelerator, arm.kernel->image, *arm.run.silent);
    if (interrupted()) return interrupted_error("boot");
    if (blame.fault == Fault::host) return fail(blame.sentence, "", "");
    if (blame.fault == Fault::unknown) arm.doubt = blame.sentence;
    return {};
}

/// An error if there are doubts that no other kernel took away.
Status refuse_doubts(const Bench& bench, const std::vector<VerifyArm>& arms) {
    if (was_heard(bench.machine.kind, bench.machine.accelerator)) return {};
    for (const auto& arm : arms)
        if (!arm.doubt.empty()) return fail(arm.doubt, "", "");
    return {};
}

/// All cases of one kernel, several machines side by side.
Status run_arm(const Setup& setup, VerifyArm& arm, Progress& progress) {
    arm.asked = names_of(setup.cases);
    const auto parts = deal(in_run_order(setup.cases), setup.jobs);
    const auto started = Clock::now();
    progress.stage("verify " + arm.name);
    std::mutex mutex;
    size_t done = 0;
    std::optional<Error> error;
    auto work = [&](size_t part) {
        CaseBoots boots = boots_of(setup, arm, part);
        boots.on_case = [&](const CaseRecord& one) {
            std::lock_guard lock(mutex);
            progress.update(++done, arm.asked.size(), one.name);
        };
        auto run = run_cases(boots, names_of(parts[part]));
        std::lock_guard lock(mutex);
        if (run) merge(arm.run, std::move(*run));
        else if (!error) error = run.error();
    };
    std::vector<std::thread> workers;
    for (size_t i = 1; i < parts.size(); ++i) workers.emplace_back(work, i);
    work(0);
    for (auto& worker : workers) worker.join();
    arm.elapsed_s = seconds_since(started);
    if (error) return tl::unexpected<Error>(*error);
    return ask_whose_fault(setup.bench, arm);
}

/// What a fuzzer found is cases that failed, or one that says how much was tried.
void take_fuzz(VerifyArm& arm, std::vector<CaseRecord> records, std::vector<BootEntry> boots, Progress& progress) {
    CaseRun run;
    run.cases = std::move(records);
    run.boots = std::move(boots);
    for (const auto& one : run.cases) arm.asked.push_back(one.name);
    std::sort(arm.asked.begin(), arm.asked.end());
    for (const auto& one : run.cases)
        if (one.outcome != Outcome::fail) progress.finish(fmt::format("{}: {}", arm.name, one.text));
    merge(arm.run, std::move(run));
}

/// Damaged images, as long as was asked for, and as many reads.
Status fuzz_arm(const Setup& setup, VerifyArm& arm, Progress& progress) {
    CaseBoots boots = boots_of(setup, arm, 0);
    boots.label = arm.name;
    const fs::path directory = setup.log_directory.parent_path() / "fuzz";
    if (setup.options.fuzz_s != 0) {
        auto fuzz = fuzz_kernel({boots, arm.name, std::chrono::seconds(setup.options.fuzz_s), setup.jobs, directory}, progress);
        if (!fuzz) return forward(fuzz);
        take_fuzz(arm, std::move(fuzz->records), std::move(fuzz->boots), progress);
    }
    if (setup.options.fuzz_reads != 0) {
        auto fuzz = fuzz_reads({boots, arm.name, setup.options.fuzz_reads, setup.options.fuzz_from, setup.options.backends, setup.jobs, directory}, progress);
        if (!fuzz) return forward(fuzz);
        take_fuzz(arm, std::move(fuzz->records), std::move(fuzz->boots), progress);
    }
    return {};
}

bool kills(const CaseRecord& record, const std::vector<KnownFailure>& known) {
    return judge_cases({record.name}, {record}, known).failures > 0;
}

/// Runs a mutant until a case fails.
Status run_mutant(const Setup& setup, VerifyArm& arm) {
    const auto started = Clock::now();
    bool dead = false;
    CaseBoots boots = boots_of(setup, arm, 0);
    boots.cases_per_boot = kCasesPerMutantBoot;
    boots.on_case = [&, known = known_here(setup.options, arm)](const CaseRecord& one) { dead = dead || kills(one, known); };
    boots.enough = [&] { return dead; };
    auto run = run_cases(boots, names_of(in_run_order(setup.cases, arm.chain.back().killed_by)));
    if (!run) return forward(run);
    arm.run = std::move(*run);
    for (const auto& one : arm.run.cases) arm.asked.push_back(one.name);
    std::sort(arm.asked.begin(), arm.asked.end());
    arm.elapsed_s = seconds_since(started);
    return ask_whose_fault(setup.bench, arm);
}

void say_built(const VerifyArm& arm, Progress& progress) {
    if (!arm.kernel)
        progress.finish(coloured(fmt::format("{}: {}", arm.name, arm.build_error), Colour::red, STDERR_FILENO));
    else if (!arm.kernel->cached)
        progress.finish(fmt::format("kernel {} {} built in {:.0f} s", arm.name, arm.kernel->base_version, arm.kernel->build_seconds));
}

Status run_all(const Setup& setup, std::vector<VerifyArm>& arms, Progress& progress) {
    for (auto& arm : arms) {
        if (auto s = build_arm(setup, arm, progress); !s) return s;
        say_built(arm, progress);
    }
    for (auto& arm : arms) {
        if (!arm.kernel) continue;
        if (auto s = run_arm(setup, arm, progress); !s) return s;
        if (!arm.run.machine_fault.empty()) continue;
        if (auto s = fuzz_arm(setup, arm, progress); !s) return s;
    }
    return {};
}

/// One mutant is built while another runs.
Status run_all_mutants(const Setup& setup, std::vector<VerifyArm>& arms, Progress& progress) {
    std::mutex building;
    std::mutex mutex;
    std::atomic<size_t> next{0};
    size_t done = 0;
    std::optional<Error> error;
    auto work = [&] {
        for (size_t i; (i = next++) < arms.size();) {
            VerifyArm& arm = arms[i];
            Status status;
            {
                std::lock_guard lock(building);
                status = build_arm(setup, arm, progress);
            }
            if (status && arm.kernel) status = run_mutant(setup, arm);
            std::lock_guard lock(mutex);
            if (!status) {
                if (!error) error = status.error();
                next = arms.size();
                return;
            }
            if (!arm.kernel) say_built(arm, progress);
            progress.update(++done, arms.size(), arm.name);
        }
    };
    progress.stage("mutants");
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < std::min<size_t>(setup.jobs, arms.size()); ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    if (error) return tl::unexpected<Error>(*error);
    return {};
}

void worsen(ExitCode& code, ExitCode other) {
    // A machine that ran nothing is worse than a kernel that was not built, which is worse than a failed case.
    auto rank = [](ExitCode c) { return c == ExitCode::ok ? 0 : c == ExitCode::invalid ? 3 : c == ExitCode::usage ? 2 : 1; };
    if (rank(other) > rank(code)) code = other;
}

/// What one arm adds to the findings; the exit code it asks for.
ExitCode conclude_arm(const VerifyArm& arm, const KernelResult& kernel, const Judgement& judgement, bool mutant, std::vector<std::string>& findings) {
    if (!arm.kernel) {
        findings.push_back(fmt::format("{}: {}", arm.name, arm.build_error));
        return ExitCode::usage;
    }
    if (!arm.run.machine_fault.empty() && arm.run.cases.empty()) {
        findings.push_back(fmt::format("{}: no case could be run: {}", arm.name, arm.run.machine_fault));
        return ExitCode::invalid;
    }
    if (mutant) {
        if (judgement.failures > 0) return ExitCode::ok;
        findings.push_back(fmt::format("mutant {} survived all {} cases: {}", arm.name, arm.asked.size(), arm.chain.back().purpose));
        return ExitCode::failed_check;
    }
    for (const auto& entry : kernel.conformance)
        if (entry.status == ConformanceStatus::fail && !entry.known)
            findings.push_back(fmt::format("{}: {}: {}", arm.name, entry.case_name, entry.reason));
    for (const auto& glob : judgement.repaired)
        findings.push_back(fmt::format("{}: every case of the known failure \"{}\" passes now: take it out of {}", arm.name, glob,
                                       (arm.chain.back().folder / "series.toml").string()));
    return judgement.failures > 0 ? ExitCode::failed_check : ExitCode::ok;
}

Results conclude(Run run, const std::vector<VerifyArm>& arms, const VerifyOptions& options) {
    Results out;
    out.run = std::move(run);
    ExitCode code = ExitCode::ok;
    for (const auto& arm : arms) {
        const Judgement judgement = arm.kernel && !arm.run.cases.empty() ? judge_cases(arm.asked, arm.run.cases, known_here(options, arm)) : Judgement{};
        KernelResult kernel = describe(arm, judgement);
        worsen(code, conclude_arm(arm, kernel, judgement, options.mutants, out.run.findings));
        out.kernels.push_back(std::move(kernel));
        out.run.command_lines.try_emplace("machine", arm.run.command);
        out.run.command_lines.try_emplace("kernel", arm.run.kernel_command_line);
    }
    out.run.exit_code = static_cast<int>(code);
    out.run.status = code == ExitCode::ok ? RunStatus::ok
                     : code == ExitCode::usage ? RunStatus::usage
                     : code == ExitCode::invalid ? RunStatus::invalid : RunStatus::failed;
    return out;
}

std::string reproduce_text(const Results& results, const VerifyOptions& options) {
    std::string text = reproduce_head(results) + " verify";
    for (const auto& kernel : options.kernels) text += " " + shell_text({kernel});
    if (options.mutants) text += " --mutants --sample " + options.sample;
    if (options.smp) text += " --smp";
    for (const auto& glob : options.cases) text += " --case " + shell_text({glob});
    if (!options.backends.empty()) text += " --backend " + join(options.backends, ",");
    text += fmt::format(" --seed {}", options.seed);
    if (options.fuzz_s != 0) text += fmt::format(" --fuzz {}", options.fuzz_s);
    if (options.fuzz_reads != 0) text += fmt::format(" --fuzz-reads {} --fuzz-from {}", options.fuzz_reads, options.fuzz_from);
    if (!options.tree.empty()) text += " --tree " + shell_text({options.tree.string()});
    if (!options.revision.empty()) text += " --rev " + shell_text({options.revision});
    for (const auto& symbol : options.allow_missing) text += " --allow-missing " + shell_text({symbol});
    return text + " \"$@\"\n";
}

Result<Setup> prepare(const VerifyOptions& options, Bases& bases, std::vector<const Case*> cases, const fs::path& output, const fs::path& work) {
    const Bench& bench = bench_of(options);
    auto initramfs = conformance_initramfs(options.seed, work);
    if (!initramfs) return forward(initramfs);
    // A machine waits for half of its time: for slow daemons and devices.
    unsigned jobs = options.jobs != 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency() * 3 / 2);
    if (options.jobs == 0 && bench.most_jobs != 0) jobs = bench.most_jobs;
    return Setup{options, bench, std::move(cases), *initramfs, work, output / "logs", bases, jobs};
}

}  // namespace

Result<VerifyOutcome> verify_kernels(const VerifyOptions& options) {
    const auto started = Clock::now();
    auto arms = resolve_arms(options);
    if (!arms) return forward(arms);
    auto cases = select_cases(wanted_cases(options), options.backends);
    if (!cases) return forward(cases);
    const CaseMachine& machine = bench_of(options).machine;
    if (auto s = require_machine({machine.kind, machine.accelerator}); !s) return forward(s);
    const bool whole = options.cases.empty() && options.backends.empty() && !options.smp;
    Run run = begin_run(options.mutants ? kMutantSuite : whole ? kVerifySuite : kVerifyPartSuite, machine_name(machine.kind), options.seed, options.argv);
    const fs::path output = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (auto s = make_directories(output / "logs"); !s) return forward(s);
    auto work = TempDirectory::create(cache_root() / "work", "verify");
    if (!work) return forward(work);

    Progress progress("kernels");
    Bases bases(options.tree, options.revision);
    auto setup = prepare(options, bases, std::move(*cases), output, work->path());
    if (!setup) return forward(setup);
    auto status = options.mutants ? run_all_mutants(*setup, *arms, progress) : run_all(*setup, *arms, progress);
    if (!status) return forward(status);
    if (auto s = refuse_doubts(setup->bench, *arms); !s) return forward(s);

    run.accelerator = machine.kind == MachineKind::uml ? "none" : accelerator_name(machine.accelerator);
    run.clock = clock_of(machine.kind, machine.accelerator);
    run.elapsed_s = seconds_since(started);
    VerifyOutcome out{conclude(std::move(run), *arms, options), output, ExitCode::ok};
    out.exit_code = static_cast<ExitCode>(out.results.run.exit_code);
    const auto link = options.output.empty() ? LatestLink::point : LatestLink::leave;
    if (auto s = write_outputs(output, out.results, reproduce_text(out.results, options), link, options.history); !s) return forward(s);
    return out;
}

}  // namespace diobench
