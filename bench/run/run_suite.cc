// SPDX-License-Identifier: GPL-2.0-only
#include "bench/run/run_suite.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "bench/base/paths.h"
#include "bench/base/process.h"
#include "bench/base/terminal.h"
#include "bench/base/text.h"
#include "bench/engine/engine.h"
#include "bench/kernel/build.h"
#include "bench/kernel/config.h"
#include "bench/machine/probe.h"
#include "bench/plan/workload.h"
#include "bench/kernel/lineage.h"
#include "bench/run/collect.h"
#include "bench/run/conformance_gate.h"
#include "bench/run/environment.h"
#include "bench/run/guest_files.h"
#include "bench/run/write_outputs.h"
#include "bench/store/cells.h"

namespace diobench {

namespace {

// The cache holds each image once for local cells, one more copy for a remote
// cell, and ext4's own metadata.
constexpr uint64_t kDeviceBytes = uint64_t{192} << 20;
constexpr unsigned kGuestMemoryMib = 768;
constexpr const char* kVirtioDisk = "/dev/vda";

/// An arm from its name to its outcome.
struct ArmRun {
    std::string name;
    std::vector<Series> chain;          ///< with what it requires; itself last
    std::optional<BuiltKernel> kernel;
    std::string build_error;
    std::vector<BootReport> boots;      ///< one a device
};

std::vector<EngineLimit> engine_limits() {
    std::vector<EngineLimit> out;
    for (const auto& engine : all_engines()) out.push_back({std::string(engine.name), engine.max_iodepth});
    return out;
}

/// The suite's cells that pass the filter; on a machine with one real disk all on that.
Result<std::vector<Cell>> select_cells(const WorkloadSet& workloads, const RunOptions& options) {
    auto cells = workloads.suite(options.suite);
    if (!cells) return cells;
    std::vector<Cell> out;
    for (Cell cell : *cells) {
        if (options.machine == MachineKind::kvm) {
            if (cell.device != cells->front().device) continue;
            cell.device = "disk";
        }
        if (match_glob(options.filter, cell.id())) out.push_back(cell);
    }
    if (out.empty()) return fail("select cells", "--filter " + options.filter, "no cell of suite " + options.suite + " matches it");
    return out;
}

std::vector<std::string> distinct(const std::vector<Cell>& cells, std::string Cell::*member) {
    std::vector<std::string> out;
    for (const Cell& cell : cells)
        if (std::find(out.begin(), out.end(), cell.*member) == out.end()) out.push_back(cell.*member);
    return out;
}

Result<DeviceProfile> device_profile(const WorkloadSet& workloads, const std::string& name) {
    DeviceProfile profile;
    if (name == "disk") profile = {"disk", "disk", 0, 0, kVirtioDisk};
    else if (const DeviceProfile* known = workloads.device(name)) profile = *known;
    else return fail("find device", name, "not in workloads/profiles/devices.toml");
    profile.size_bytes = kDeviceBytes;
    return profile;
}

Result<std::vector<ArmRun>> resolve_arms(const RunOptions& options) {
    std::vector<ArmRun> arms;
    for (const auto& name : options.kernels) {
        auto chain = resolve_series(name);
        if (!chain) return forward(chain);
        for (const auto& other : arms)
            if (other.name == chain->back().name) return fail("run", "--kernel " + name, "this arm is named twice");
        arms.push_back({chain->back().name, std::move(*chain), std::nullopt, "", {}});
    }
    sort_by_lineage(arms);
    return arms;
}

Target target_of(MachineKind machine) { return machine == MachineKind::uml ? Target::uml : Target::bzimage; }

/// Builds what is not built.  A kernel that cannot be built is that arm's
/// outcome; an interrupt or a full disk ends the run.
Status build_kernels(std::vector<ArmRun>& arms, const RunOptions& options, Progress& progress) {
    auto source = options.tree.empty() ? distribution_source(progress) : tree_source(options.tree, options.revision, progress);
    if (!source) return forward(source);
    BuildOptions build_options;
    build_options.target = target_of(options.machine);
    for (auto& arm : arms) {
        auto built = build_kernel(*source, arm.chain.back().folder.string(), progress, build_options);
        if (interrupted()) return interrupted_error("build kernels");
        if (built) {
            arm.kernel = *built;
            progress.finish(fmt::format("kernel {:<10} {} {}", arm.name, built->base_version,
                                        built->cached ? "from the cache" : fmt::format("built in {:.0f} s", built->build_seconds)));
        } else {
            arm.build_error = built.error().message();
            progress.finish(coloured(fmt::format("kernel {}: {}", arm.name, arm.build_error), Colour::red, STDERR_FILENO));
        }
    }
    return {};
}

/// Everything the boots share.
struct BootSetup {
    const RunOptions& options;
    Accelerator accelerator;
    fs::path constant_part;
    fs::path work_directory;
    fs::path log_directory;
    std::map<std::string, GuestPlan> plans;  ///< by device
};

Result<BootResult> boot_one(const BootSetup& setup, const ArmRun& arm, BootReport& report, const std::function<void()>& on_cell) {
    const std::string label = fmt::format("{}-{}", arm.name, report.device);
    const fs::path initramfs = setup.work_directory / (label + ".cpio");
    if (auto s = write_boot_initramfs(initramfs, setup.constant_part, setup.plans.at(report.device)); !s) return forward(s);
    BootRequest request;
    request.label = label;
    request.kind = setup.options.machine;
    request.accelerator = setup.accelerator;
    request.kernel_image = arm.kernel->image;
    request.initramfs = initramfs;
    // null_blk devices are made through configfs, with the latency of the profile; none at boot.
    request.extra_command_line = fmt::format("brd.rd_size={} null_blk.nr_devices=0", kDeviceBytes >> 10);
    request.seed = setup.options.seed;
    request.memory_mib = kGuestMemoryMib;
    if (setup.options.machine == MachineKind::kvm) {
        request.cache_device = setup.options.cache_device;
        if (request.cache_device.empty()) request.cache_disk_bytes = kDeviceBytes;
    }
    if (!setup.options.profile_directory.empty()) {
        request.profile = setup.options.profile_directory / arm.name / (report.device + ".txt");
        request.system_map = arm.kernel->system_map;
        if (auto s = make_directories(request.profile.parent_path()); !s) return forward(s);
    }
    request.log_dir = setup.log_directory;
    request.on_record = [&](std::string_view text) {
        auto record = nlohmann::json::parse(text, nullptr, false);
        if (record.is_object()) report.records.push_back(std::move(record));
        on_cell();
    };
    auto result = boot(request);
    std::error_code ec;
    fs::remove(initramfs, ec);
    return result;
}

/// Boots every built arm once a device, several machines side by side.
Status boot_all(const BootSetup& setup, std::vector<ArmRun>& arms, unsigned jobs) {
    struct Task {
        ArmRun* arm;
        BootReport* report;
    };
    std::vector<Task> tasks;
    size_t total = 0;
    for (auto& arm : arms)
        if (arm.kernel)
            for (auto& report : arm.boots) {
                tasks.push_back({&arm, &report});
                total += report.cells.size();
            }
    Progress progress("cells");
    std::atomic<size_t> next{0};
    std::atomic<size_t> done{0};
    std::mutex mutex;
    std::optional<Error> error;
    auto work = [&] {
        for (size_t i; (i = next++) < tasks.size();) {
            auto [arm, report] = tasks[i];
            const std::string what = fmt::format("{} on {}", arm->name, report->device);
            auto result = boot_one(setup, *arm, *report, [&] {
                if (report->records.back().value("type", "") == "cell") ++done;
                progress.update(done, total, what);
            });
            std::lock_guard lock(mutex);
            if (!result) {
                if (!error) error = result.error();
                next = tasks.size();
                return;
            }
            report->result = *result;
            if (!result->usable())
                progress.finish(coloured(fmt::format("{}: {}", what, result->reason), Colour::red, STDERR_FILENO));
        }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < std::min<size_t>(jobs, tasks.size()); ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    if (error) return tl::unexpected<Error>(*error);
    return {};
}

/// Known failures of an arm are those of its own series alone: what it
/// requires may have repaired what its base fails.
ArmOutcome outcome_of(const ArmRun& arm, const std::vector<Cell>& cells) {
    if (!arm.kernel) {
        ArmOutcome out;
        out.status = KernelStatus::build_failed;
        out.reason = arm.build_error;
        out.cells = absent_cells(arm.name, cells, "the kernel was not built: " + arm.build_error);
        return out;
    }
    return collect_arm(arm.name, arm.chain.back().known_failures, arm.boots);
}

/// One sentence for each thing that went wrong, and the exit code they amount to.
void conclude(Results& results) {
    ExitCode code = ExitCode::ok;
    for (const auto& kernel : results.kernels) {
        if (kernel.status == KernelStatus::ok) continue;
        results.run.findings.push_back(fmt::format("{}: {}", kernel.name, kernel.reason));
        if (kernel.status != KernelStatus::build_failed) code = ExitCode::invalid;
        else if (code == ExitCode::ok) code = ExitCode::usage;
    }
    std::map<std::string, size_t> known;
    for (const auto& cell : results.cells) {
        if (cell.status != CellStatus::invalid && cell.status != CellStatus::failed) continue;
        if (cell.known) {
            ++known[cell.kernel];
            continue;
        }
        const KernelResult* kernel = results.find_kernel(cell.kernel);
        if (kernel != nullptr && kernel->status != KernelStatus::ok) continue;  // said above
        results.run.findings.push_back(fmt::format("{}: cell {}: {}", cell.kernel, cell.cell, cell.reason));
        code = ExitCode::invalid;
    }
    for (const auto& [kernel, count] : known)
        results.run.findings.push_back(fmt::format("{}: {} cell{} without a number, as its series says (known failure)", kernel, count, count == 1 ? "" : "s"));
    results.run.exit_code = static_cast<int>(code);
    results.run.status = code == ExitCode::ok ? RunStatus::ok : code == ExitCode::usage ? RunStatus::usage : RunStatus::invalid;
}

/// The document is put together as JSON and read back strictly, so that what a
/// guest sent is checked by the same rules as a file from anywhere.
Result<Results> assemble(const Run& run, const std::vector<ArmRun>& arms, const std::vector<Cell>& cells) {
    Results head;
    head.run = run;
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& arm : arms) {
        ArmOutcome outcome = outcome_of(arm, cells);
        KernelResult kernel = describe_kernel(arm.chain, arm.kernel ? &*arm.kernel : nullptr);
        kernel.status = outcome.status;
        kernel.reason = outcome.reason;
        kernel.conformance = std::move(outcome.conformance);
        kernel.boots = std::move(outcome.boots);
        head.kernels.push_back(std::move(kernel));
        for (auto& row : outcome.cells) rows.push_back(std::move(row));
        for (const auto& boot : arm.boots) {
            head.run.command_lines.try_emplace("machine", boot.result.machine_command);
            head.run.command_lines.try_emplace("kernel", boot.result.kernel_command_line);
        }
    }
    auto document = to_json(head);
    document["cells"] = std::move(rows);
    return from_json(document);
}

Status check_accelerator(const RunOptions& options) {
    if (options.machine != MachineKind::kvm && options.accelerator == Accelerator::kvm)
        return fail("run", "--accel kvm", fmt::format("machine {} does without: leave --accel out, or take --machine kvm", machine_name(options.machine)));
    return {};
}

/// KVM only where a probe boot of one of the kernels showed that it works.
Result<Accelerator> choose_accelerator(const RunOptions& options, const std::vector<ArmRun>& arms) {
    if (options.machine != MachineKind::kvm || options.accelerator == Accelerator::tcg) return Accelerator::tcg;
    for (const auto& arm : arms) {
        if (!arm.kernel) continue;
        ProbeRequest request;
        request.kernel_image = arm.kernel->image;
        request.guest_program = installed_guest_program();
        auto answer = kvm_usable(request);
        if (!answer) return forward(answer);
        if (answer->usable) return Accelerator::kvm;
        return fail("run", "--machine kvm", "KVM is not usable here (probe boot of " + answer->probed_at + ": " + answer->reason +
                    "); --accel tcg takes the same path, with a clock that means nothing");
    }
    return Accelerator::kvm;  // nothing was built: nothing will be booted
}

Result<BootSetup> prepare_boots(const RunOptions& options, const WorkloadSet& workloads, const std::vector<Cell>& cells,
                                Accelerator accelerator, const fs::path& output, const fs::path& work) {
    auto images = prepare_images(distinct(cells, &Cell::layout), options.seed);
    if (!images) return forward(images);
    std::vector<GuestFile> files;
    for (size_t i = 0; i < images->images.size(); ++i) files.push_back({images->images[i].image.substr(1), images->host_paths[i]});
    auto constant_part = constant_initramfs(files);
    if (!constant_part) return forward(constant_part);
    auto config = wanted_config(target_of(options.machine));
    if (!config) return forward(config);
    BootSetup setup{options, accelerator, *constant_part, work, output / "logs", {}};
    for (const auto& name : distinct(cells, &Cell::device)) {
        auto device = device_profile(workloads, name);
        if (!device) return forward(device);
        GuestPlan plan;
        plan.seed = options.seed;
        plan.device = *device;
        plan.config_symbols = *config;
        plan.exact_clock = options.machine == MachineKind::exact;
        plan.images = images->images;
        for (const auto& workload : workloads.workloads)
            if (const FetchProfile* fetch = workloads.fetch(workload.fetch)) plan.fetch = *fetch;
        for (const Cell& cell : cells)
            if (cell.device == name) plan.cells.push_back(cell);
        setup.plans.emplace(name, std::move(plan));
    }
    return setup;
}

}  // namespace

Result<std::vector<std::string>> planned_cells(const RunOptions& options) {
    auto workloads = load_workloads(project_root() / "workloads", engine_limits());
    if (!workloads) return forward(workloads);
    auto cells = select_cells(*workloads, options);
    if (!cells) return forward(cells);
    std::vector<std::string> ids;
    for (const Cell& cell : *cells) ids.push_back(cell.id());
    return ids;
}

Result<RunOutcome> run_suite(const RunOptions& options) {
    const auto started = std::chrono::steady_clock::now();
    Run run = begin_run(options.suite, machine_name(options.machine), options.seed, options.argv);
    auto workloads = load_workloads(project_root() / "workloads", engine_limits());
    if (!workloads) return forward(workloads);
    auto cells = select_cells(*workloads, options);
    if (!cells) return forward(cells);
    if (auto s = check_accelerator(options); !s) return forward(s);
    auto arms = resolve_arms(options);
    if (!arms) return forward(arms);

    Progress progress("kernels");
    if (auto s = build_kernels(*arms, options, progress); !s) return forward(s);

    auto accelerator = choose_accelerator(options, *arms);
    if (!accelerator) return forward(accelerator);
    const fs::path output = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (auto s = make_directories(output / "logs"); !s) return forward(s);
    auto work = TempDirectory::create(cache_root() / "work", "run");
    if (!work) return forward(work);
    auto setup = prepare_boots(options, *workloads, *cells, *accelerator, output, work->path());
    if (!setup) return forward(setup);
    for (auto& arm : *arms) {
        int64_t boot_number = 0;
        for (const auto& [device, plan] : setup->plans) {
            BootReport report;
            report.boot = boot_number++;
            report.device = device;
            report.cells = plan.cells;
            arm.boots.push_back(std::move(report));
        }
    }
    unsigned jobs = options.jobs != 0 ? options.jobs
                    : options.machine == MachineKind::exact ? std::max(1u, std::thread::hardware_concurrency()) : 1;
    if (auto s = boot_all(*setup, *arms, jobs); !s) return forward(s);

    run.accelerator = accelerator_name(*accelerator);
    run.clock = clock_of(options.machine, *accelerator);
    run.elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    auto results = assemble(run, *arms, *cells);
    if (!results) return forward(results);
    if (auto s = refuse_unverified_numbers(*results); !s) return forward(s);
    conclude(*results);
    if (options.keep == KeepRun::no) return RunOutcome{std::move(*results), output, static_cast<ExitCode>(results->run.exit_code)};
    const auto link = options.output.empty() ? LatestLink::point : LatestLink::leave;
    if (auto s = write_outputs(output, *results, reproduce_script(*results, options), link); !s) return forward(s);
    return RunOutcome{std::move(*results), output, static_cast<ExitCode>(results->run.exit_code)};
}

}  // namespace diobench
