// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/boot_runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/config.h"
#include "bench/host/machine/initramfs.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/run/boot_plan.h"
#include "bench/host/run/guest_files.h"

namespace diobench {

namespace {

constexpr const char* kVirtioDisk = "/dev/vda";

std::vector<std::string> distinct_layouts(const std::vector<Cell>& cells) {
    std::vector<std::string> out;
    for (const Cell& cell : cells)
        if (cell.backend != kNull && std::find(out.begin(), out.end(), cell.layout) == out.end()) out.push_back(cell.layout);
    return out;
}

/// What stands for a simulated device on this machine.
std::string simulated_kind(MachineKind machine, const DeviceProfile& profile) {
    if (machine == MachineKind::exact) return "dmadisk";
    return profile.latency_ns == 0 && profile.bandwidth_bytes_per_s == 0 ? "brd" : "null_blk";
}

Result<DeviceProfile> device_profile(const WorkloadSet& workloads, MachineKind machine, const std::string& name, uint64_t size_bytes) {
    DeviceProfile profile;
    if (name == "disk") profile = {"disk", "disk", 0, 0, 0, kVirtioDisk};
    else if (name == "host") profile = {"host", "directory", 0, 0, 0, ""};
    else if (const DeviceProfile* known = workloads.device(name)) profile = *known;
    else return fail("find device", name, "not in workloads/profiles/devices.toml");
    if (profile.kind == kSimulated) profile.kind = simulated_kind(machine, profile);
    profile.size_bytes = size_bytes;
    return profile;
}

/// The profiles, traces and job files that cells name.
void add_named(const WorkloadSet& workloads, const std::vector<Cell>& cells, GuestPlan& plan) {
    for (const Cell& cell : cells) {
        if (const FetchProfile* fetch = workloads.fetch(cell.fetch); fetch != nullptr && plan.fetch(cell.fetch) == nullptr) plan.fetches.push_back(*fetch);
        if (const NamedText* trace = workloads.trace(cell.trace)) plan.traces[cell.trace] = trace->text;
        if (const std::string* text = workloads.fio_text(cell)) plan.fio_jobs[fio_text_key(cell)] = *text;
    }
}

/// On the host images are where they were made.
void use_host_paths(const PreparedImages& images, GuestPlan& plan) {
    size_t next = 0;
    for (auto& image : plan.images)
        for (auto& blob : image.blobs) blob = images.files[next++].host_path.string();
}

/// Notes how long each cell took, from one record to the next.
class CellClock {
public:
    /// Seconds since the record before.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

BootRunner::BootRunner(const RunOptions& options, Accelerator accelerator, const WorkloadSet& workloads, fs::path output, RunProgress& told)
    : options_(options), accelerator_(accelerator), workloads_(workloads), output_(std::move(output)), told_(told), archive_(output_ / "boots"), times_(CellTimes::load()) {}

Result<BootRunner::Prepared> BootRunner::make_prepared(const BootReport& report) {
    auto images = prepare_images(distinct_layouts(report.cells), report.seed);
    if (!images) return forward(images);
    auto programs = programs_for(report.cells);
    if (!programs) return forward(programs);
    std::vector<GuestFile> files = images->files;
    files.insert(files.end(), programs->begin(), programs->end());
    if (!holder_) {
        auto holder = TempDirectory::create(cache_root() / "work", "held");
        if (!holder) return forward(holder);
        holder_.emplace(std::move(*holder));
    }
    auto constant_part = constant_initramfs(files, holder_->path());
    if (!constant_part) return forward(constant_part);
    const PlannedBoot planned{report.label, report.device, report.seed, report.cells};
    Prepared out;
    out.constant_part = *constant_part;
    out.device_bytes = diobench::device_bytes(planned);
    out.memory_mib = diobench::memory_mib(planned, options_.machine == MachineKind::exact ? DeviceContent::outside : DeviceContent::in_memory);
    auto device = device_profile(workloads_, options_.machine, report.device, out.device_bytes);
    if (!device) return forward(device);
    out.plan.seed = report.seed;
    out.plan.device = *device;
    out.plan.exact_clock = options_.machine == MachineKind::exact;
    out.plan.images = images->images;
    if (options_.machine == MachineKind::host) use_host_paths(*images, out.plan);
    out.plan.cells = report.cells;
    add_named(workloads_, report.cells, out.plan);
    return out;
}

Result<const BootRunner::Prepared*> BootRunner::prepare(const BootReport& report) {
    std::lock_guard lock(mutex_);
    auto found = prepared_.find(report.label);
    if (found == prepared_.end()) {
        auto made = make_prepared(report);
        if (!made) return forward(made);
        found = prepared_.emplace(report.label, std::move(*made)).first;
    }
    return &found->second;
}

GuestPlan BootRunner::plan_for(const Task& task, const Prepared& prepared) {
    GuestPlan plan = prepared.plan;
    if (task.kernel == nullptr) return plan;
    plan.config_symbols = task.kernel->config_lines;
    for (const Cell& cell : plan.cells) {
        auto info = find_backend(cell.backend);
        if (!info) continue;
        const std::string feature((*info)->feature);
        if (auto absent = task.kernel->absent.find(feature); absent != task.kernel->absent.end()) plan.absent_features.insert(*absent);
    }
    // Cells that read a file of the cache take a copy where there is none.
    if (auto absent = task.kernel->absent.find("fscache"); absent != task.kernel->absent.end()) plan.absent_features.insert(*absent);
    return plan;
}

std::string BootRunner::key_of(const Task& task, const Prepared& prepared) const {
    const bool emulated = options_.machine == MachineKind::exact || options_.machine == MachineKind::kvm;
    auto qemu = emulated ? find_qemu() : Result<Qemu>(Qemu{});
    return sha256_hex(fmt::format("{} {} {} {} {} {} {}{}", machine_name(options_.machine), accelerator_name(accelerator_), qemu ? qemu->version : "",
                                  task.kernel != nullptr ? task.kernel->image_sha256 : "", prepared.constant_part.filename().string(),
                                  prepared.memory_mib, plan_for(task, prepared).to_json().dump(), options_.cost_model ? " with the cost model" : ""));
}

BootPlace BootRunner::place_of(const Task& task) const {
    BootPlace out{output_ / "logs" / fmt::format("{}-{}.console.txt", task.arm, task.report->label), {}};
    if (!options_.profile_directory.empty()) out.profile = options_.profile_directory / task.arm / (task.report->label + ".txt");
    return out;
}

bool BootRunner::reuse(const Task& task, const std::string& key) {
    const auto& arms = options_.reuse_boots_of;
    if (!shared_ || std::find(arms.begin(), arms.end(), task.arm) == arms.end()) return false;
    if (!shared_->restore(key, place_of(task), *task.report)) return false;
    ++reused_;
    return true;
}

/// For who resumes this run, and for later gates.
Status BootRunner::keep(const Task& task, const std::string& key) const {
    if (auto s = archive_.keep(fmt::format("{}-{}", task.arm, task.report->label), key, *task.report); !s) return s;
    if (given_)
        if (auto s = given_->keep(key, place_of(task), *task.report); !s) return s;
    return shared_ ? shared_->keep(key, place_of(task), *task.report) : Status();
}

Result<bool> BootRunner::take_given(const Task& task, const std::string& key) {
    if (!given_ || !given_->restore(key, place_of(task), *task.report)) return false;
    if (auto s = archive_.keep(fmt::format("{}-{}", task.arm, task.report->label), key, *task.report); !s) return forward(s);
    ++fetched_;
    return true;
}

Result<BootResult> BootRunner::boot_one(const Task& task, const Prepared& prepared, const std::function<void()>& on_cell) {
    BootReport& report = *task.report;
    BootRequest request;
    request.label = fmt::format("{}-{}", task.arm, report.label);
    request.kind = options_.machine;
    request.accelerator = accelerator_;
    request.seed = report.seed;
    request.memory_mib = prepared.memory_mib;
    request.log_dir = output_ / "logs";
    {
        std::lock_guard lock(mutex_);
        request.expected_s = CellTimes::kBootSeconds;
        for (const Cell& cell : report.cells) request.expected_s += times_.estimate_s(cell);
    }
    const size_t devices = std::any_of(report.cells.begin(), report.cells.end(), needs_second_device) ? 2 : 1;
    if (options_.machine == MachineKind::exact) {
        request.disk_bytes.assign(devices, prepared.device_bytes);
        request.extra_command_line = "brd.rd_nr=0 null_blk.nr_devices=0";
    } else {
        // null_blk devices are made through configfs, with the latency of the profile; none at boot.
        request.extra_command_line = fmt::format("brd.rd_size={} null_blk.nr_devices=0", prepared.device_bytes >> 10);
        if (devices == 2) request.extra_command_line += " brd.rd_nr=2";
    }
    if (options_.machine == MachineKind::kvm) {
        request.cache_device = options_.cache_device;
        if (request.cache_device.empty()) request.cache_disk_bytes = prepared.device_bytes;
    }
    if (task.kernel != nullptr) request.kernel_image = task.kernel->image;
    if (!options_.profile_directory.empty()) {
        request.cost_model = options_.cost_model;
        request.profile = place_of(task).profile;
        request.system_map = task.kernel->system_map;
        if (auto s = make_directories(request.profile.parent_path()); !s) return forward(s);
    }
    CellClock clock;
    request.on_record = [&](std::string_view text) {
        auto record = nlohmann::json::parse(text, nullptr, false);
        if (!record.is_object()) return;
        const double seconds = clock.lap();
        if (record.value("type", "") == "cell") {
            std::lock_guard lock(mutex_);
            times_.note(record.value("cell", ""), seconds);
        }
        report.records.push_back(std::move(record));
        on_cell();
    };
    auto work = TempDirectory::create(cache_root() / "work", "run");
    if (!work) return forward(work);
    if (options_.machine == MachineKind::host) {
        request.initramfs = work->path() / "plan.json";
        if (auto s = write_file_atomic(request.initramfs, plan_for(task, prepared).to_json().dump()); !s) return forward(s);
    } else {
        request.initramfs = work->path() / "initramfs.cpio";
        if (auto s = write_boot_initramfs(request.initramfs, prepared.constant_part, {{"plan.json", 0644, InitramfsBytes{plan_for(task, prepared).to_json().dump()}}}); !s) return forward(s);
    }
    return boot(request);
}

Status BootRunner::refuse_fault_of_host(const Task& task, const BootResult& silent) {
    if (task.kernel == nullptr) return {};
    const std::lock_guard lock(blame_mutex_);
    const std::string image = task.kernel->image.string();
    if (silent.host_lacks || !blamed_.contains(image)) blamed_[image] = blame_for(options_.machine, accelerator_, image, silent);
    const Blame& blame = blamed_.at(image);
    return blame.fault == Fault::host ? Status(fail(blame.sentence, "", "")) : Status();
}

Status BootRunner::run(const std::vector<Task>& tasks, unsigned side_by_side) {
    if (options_.share_boots && options_.machine == MachineKind::exact) {
        auto shared = SharedBoots::of_this_host();
        if (!shared) return forward(shared);
        shared_ = std::move(*shared);
    }
    // The machine's self-tests, which keep nothing, are to boot.
    if (options_.machine == MachineKind::exact && options_.keep == KeepRun::yes) given_ = SharedBoots::given();
    size_t total = 0;
    for (const Task& task : tasks) total += task.report->cells.size();
    Progress progress("cells", options_.shown);
    std::atomic<size_t> next{0};
    std::atomic<size_t> done{0};
    std::mutex mutex;
    std::optional<Error> error;
    // Whoever begins a run wants its boots made, whatever lies in the folder.
    const bool resumes = !options_.run_id.empty();
    auto stop = [&](const Error& why) {
        std::lock_guard lock(mutex);
        if (!error) error = why;
        next = tasks.size();
    };
    auto work = [&] {
        for (size_t i; (i = next++) < tasks.size();) {
            const Task& task = tasks[i];
            const std::string name = fmt::format("{}-{}", task.arm, task.report->label);
            auto prepared = prepare(*task.report);
            if (!prepared) return stop(prepared.error());
            const std::string key = key_of(task, **prepared);
            const fs::path counts = place_of(task).profile;
            if (resumes && (counts.empty() || fs::exists(counts)) && archive_.restore(name, key, *task.report)) {
                done += task.report->cells.size();
                ++restored_;
                continue;
            }
            auto given = take_given(task, key);
            if (!given) return stop(given.error());
            if (*given || reuse(task, key)) {
                done += task.report->cells.size();
                continue;
            }
            auto result = boot_one(task, **prepared, [&] {
                if (task.report->records.back().value("type", "") == "cell") ++done;
                progress.update(done, total, name);
                told_.update(done, total, name);
                if (options_.on_progress) options_.on_progress(done, total, name);
            });
            if (!result) return stop(result.error());
            task.report->result = *result;
            if (was_silent(*result))
                if (auto s = refuse_fault_of_host(task, *result); !s) return stop(s.error());
            if (auto s = keep(task, key); !s) return stop(s.error());
            std::lock_guard lock(mutex);
            if (!result->usable()) progress.finish(coloured(fmt::format("{}: {}", name, result->reason), Colour::red, STDERR_FILENO));
        }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < std::min<size_t>(side_by_side, tasks.size()); ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    times_.save();
    if (reused_ > 0) progress.finish(fmt::format("{} of {} boots were made before, byte for byte the same, and taken from the cache", reused_.load(), tasks.size()));
    if (restored_ > 0) progress.finish(fmt::format("{} of {} boots were made before and taken from {}", restored_.load(), tasks.size(), (output_ / "boots").string()));
    if (fetched_ > 0) progress.finish(fmt::format("{} of {} boots were made by other machines", fetched_.load(), tasks.size()));
    if (error) return tl::unexpected<Error>(*error);
    return {};
}

}  // namespace diobench
