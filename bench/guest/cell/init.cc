// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/init.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include "bench/common/base/files.h"
#include "bench/guest/backend/cache_device.h"
#include "bench/guest/cell/image_store.h"
#include "bench/guest/cell/run_cell.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/cell/verify.h"
#include "bench/guest/record/record_writer.h"

namespace diobench {

namespace {

constexpr const char* kCacheDirectory = "/cache";
/// Contents of files kept while an image is verified.
constexpr uint64_t kKnownBytes = 48 << 20;

/// Sends records; a stream that broke is the end.
class Reporter {
public:
    explicit Reporter(RecordWriter writer) : writer_(std::move(writer)) {}
    Status send(const nlohmann::json& record) { return writer_.write(record.dump()); }
    Status finish() { return writer_.finish(); }

private:
    RecordWriter writer_;
};

Status check_machine(const GuestPlan& plan, Reporter& reporter) {
    if (auto s = wait_for_clock(); !s) return s;
    auto missing = missing_config(plan.config_symbols);
    if (!missing) return forward(missing);
    auto machine = describe_machine();
    if (!machine) return forward(machine);
    nlohmann::json record = *machine;
    record["type"] = "machine";
    if (auto s = reporter.send(record); !s) return s;
    if (!missing->empty())
        return fail("check kernel configuration", missing->front(),
                    "this line was asked for and is not in /proc/config.gz" +
                        (missing->size() > 1 ? " (and " + std::to_string(missing->size() - 1) + " more)" : std::string()),
                    ExitCode::invalid);
    if (plan.exact_clock)
        if (std::string fault = exact_machine_fault(*machine); !fault.empty())
            return fail("check the exact machine", "", fault, ExitCode::invalid);
    return {};
}

/// Page cache of the machine with nothing mounted and nothing cached, less the
/// cache device's buffers, which snapshots count by themselves.
Result<uint64_t> measure_base_line(const std::string& block_device) {
    if (auto s = drop_caches(); !s) return forward(s);
    auto device = UniqueFd::open(block_device, O_RDONLY);
    if (!device) return forward(device);
    SnapshotTarget target;
    target.block_device_fd = device->get();
    auto taken = take_snapshot(target);
    if (!taken) return forward(taken);
    return taken->guest_total_bytes - taken->block_device_bytes;
}

/// What is verified of an image: read through a back end in one way.
struct VerifiedPath {
    std::string backend;
    const GuestImage* image;
    ReadPath path;
    std::vector<const TestFile*> files;
    Queued queued = Queued::no;

    /// "flat", "flat@loop".
    [[nodiscard]] std::string layout() const { return backend == kFscache ? image->layout : image->layout + "@" + backend; }
    [[nodiscard]] bool concerns(const Cell& cell) const { return cell.backend == backend && cell.layout == image->layout && path_of(cell) == path; }
};

/// Every way in which the plan's cells read, each once.  The null cells read nothing, raw ones and those of a device no file system.
std::vector<VerifiedPath> paths_to_verify(const GuestPlan& plan) {
    std::vector<VerifiedPath> out;
    for (const GuestImage& image : plan.images)
        for (const Cell& cell : plan.cells) {
            if (cell.layout != image.layout || cell.backend == kNull || is_one_file(cell.backend)) continue;
            auto files = files_of(cell, image);
            auto same = [&](const VerifiedPath& other) { return other.concerns(cell) && other.files == files; };
            auto known = std::find_if(out.begin(), out.end(), same);
            if (known == out.end()) known = out.insert(known, {cell.backend, &image, path_of(cell), std::move(files)});
            if (cell.iodepth > 1) known->queued = Queued::yes;
        }
    return out;
}

Result<PathResult> verify(GuestState& state, const VerifiedPath& what, KnownContents& contents) {
    auto image = state.backends.open(what.backend, *what.image, CacheState::local);
    if (!image) return PathResult{what.layout(), what.path, is_unsupported(image.error()) ? "refused" : "fail", image.error().message(), 0, 0};
    const auto started = std::chrono::steady_clock::now();
    auto result = verify_path(what.files, image->directory, what.path, what.queued, state.plan.seed, contents);
    if (!result) return result;
    result->layout = what.layout();
    result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return result;
}

using Verified = std::vector<std::pair<VerifiedPath, PathResult>>;

Result<Verified> verify_all(GuestState& state, Reporter& reporter) {
    std::optional<KnownContents> contents;
    const GuestImage* image = nullptr;
    Verified out;
    for (auto& what : paths_to_verify(state.plan)) {
        if (std::exchange(image, what.image) != what.image) contents.emplace(kKnownBytes);
        auto result = verify(state, what, *contents);
        if (!result) return forward(result);
        nlohmann::json record = result->to_json();
        record["type"] = "conformance";
        record["device"] = state.plan.device.name;
        if (auto s = reporter.send(record); !s) return forward(s);
        out.emplace_back(std::move(what), std::move(*result));
    }
    return out;
}

/// The verification that a cell stands on, if it failed.
const PathResult* failed_verification(const Verified& results, const Cell& cell) {
    for (const auto& [what, result] : results)
        if (what.concerns(cell) && result.status == "fail") return &result;
    return nullptr;
}

/// Images that cells read through the cache, or from its files.
Status fill_cache(GuestState& state) {
    for (const GuestImage& image : state.plan.images) {
        const bool used = std::any_of(state.plan.cells.begin(), state.plan.cells.end(), [&](const Cell& cell) {
            return cell.layout == image.layout && (cell.backend == kFscache || cell.backend == kRaw);
        });
        if (!used || state.cache() == nullptr) continue;
        if (auto s = state.backends.install(std::string(kFscache), image); !s) return s;
    }
    return {};
}

/// Whether a cell reads through fscache's cache, or from its files, and this kernel has one.
bool needs_cache(const GuestPlan& plan) {
    if (plan.absent_features.contains("fscache")) return false;
    return std::any_of(plan.cells.begin(), plan.cells.end(), [](const Cell& cell) { return cell.backend == kFscache || cell.backend == kRaw; });
}

/// Thousands of small files are open at once when their page cache is counted.
Status allow_many_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return fail_errno("ask for the limit of open files", "");
    limit.rlim_cur = limit.rlim_max = std::max<rlim_t>(limit.rlim_max, 1 << 16);
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
    // A host may forbid to go above its own limit.
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return fail_errno("ask for the limit of open files", "");
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) < 0) return fail_errno("raise the limit of open files", "");
    return {};
}

Status run_cells(GuestState& state, Reporter& reporter) {
    if (auto s = allow_many_files(); !s) return s;
    if (auto s = fill_cache(state); !s) return s;
    auto verified = verify_all(state, reporter);
    if (!verified) return forward(verified);
    for (const Cell& cell : state.plan.cells) {
        nlohmann::json record;
        if (const PathResult* wrong = failed_verification(*verified, cell)) {
            record = cell_record(cell, {std::nullopt, "invalid", "verification failed: " + wrong->reason});
        } else {
            auto ran = run_cell(state, cell);
            if (!ran) return forward(ran);
            record = std::move(*ran);
        }
        if (auto s = reporter.send(record); !s) return s;
    }
    return {};
}

Status run_plan(const GuestPlan& plan, Reporter& reporter) {
    if (auto s = seed_random(plan.seed); !s) return s;
    if (auto s = check_machine(plan, reporter); !s) return s;
    if (auto s = store_in_large_folios("/images"); !s) return s;
    auto device = prepare_device(plan.device);
    if (!device) return forward(device);
    if (auto s = make_cache_file_system(*device, kCacheDirectory); !s) return s;
    std::optional<CacheService> cache;
    if (needs_cache(plan)) {
        auto started = CacheService::start(kCacheDirectory, plan);
        if (!started) return forward(started);
        cache.emplace(std::move(*started));
    }
    GuestState state{plan, Backends({plan, cache ? &*cache : nullptr, std::string(kCacheDirectory) + "/diobench"}), *device, 0};
    auto base_line = measure_base_line(*device);
    if (!base_line) return forward(base_line);
    state.base_line_bytes = *base_line;
    return run_cells(state, reporter);
}

/// The kernel that runs here: no device and no cache of our own, and mounts that only we see.
Status run_plan_on_host(const GuestPlan& plan, const std::string& directory, Reporter& reporter) {
    if (::unshare(CLONE_NEWNS) < 0) return fail_errno("unshare", "mount namespace");
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return fail_errno("make private", "/");
    if (::mount("none", "/mnt", "tmpfs", 0, nullptr) < 0) return fail_errno("mount tmpfs on", "/mnt");
    auto machine = describe_machine();
    if (!machine) return forward(machine);
    nlohmann::json record = *machine;
    record["type"] = "machine";
    if (auto s = reporter.send(record); !s) return s;
    GuestState state{plan, Backends({plan, nullptr, directory}), "", 0};
    return run_cells(state, reporter);
}

Status run_host(const char* plan_path, const char* directory) {
    if (auto version = read_file("/proc/version")) std::printf("%s", version->c_str());
    std::fflush(stdout);
    constexpr int kRecords = 3;
    Reporter reporter(RecordWriter::to_fd(kRecords));
    auto text = read_file(plan_path);
    if (!text) return forward(text);
    auto plan = GuestPlan::from_json(nlohmann::json::parse(*text, nullptr, false));
    if (!plan) return forward(plan);
    if (auto s = run_plan_on_host(*plan, directory, reporter); !s) return reporter.send({{"type", "error"}, {"message", s.error().message()}});
    return reporter.finish();
}

Status run() {
    if (auto s = mount_system(); !s) return s;
    auto writer = RecordWriter::open_machine();
    if (!writer) return forward(writer);
    Reporter reporter(std::move(*writer));
    auto text = read_file("/plan.json");
    if (!text) return forward(text);
    auto plan = GuestPlan::from_json(nlohmann::json::parse(*text, nullptr, false));
    if (!plan) return forward(plan);
    if (auto s = run_plan(*plan, reporter); !s) {
        // The host shows this sentence; the end record is left out on purpose.
        std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
        return reporter.send({{"type", "error"}, {"message", s.error().message()}});
    }
    return reporter.finish();
}

}  // namespace

int host_main(const char* plan_path, const char* directory) {
    if (auto s = run_host(plan_path, directory); !s) {
        std::fprintf(stderr, "diobench-guest: %s\n", s.error().message().c_str());
        return 1;
    }
    return 0;
}

void init_main() {
    if (auto s = run(); !s) std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
    std::fflush(nullptr);
    power_off();
}

}  // namespace diobench
