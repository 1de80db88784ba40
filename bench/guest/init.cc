// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/init.h"

#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <set>
#include <unistd.h>

#include "bench/base/files.h"
#include "bench/guest/cache_device.h"
#include "bench/guest/run_cell.h"
#include "bench/guest/system.h"
#include "bench/guest/verify.h"
#include "bench/machine/record_writer.h"

namespace diobench {

namespace {

constexpr const char* kCacheDirectory = "/cache";

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

/// Mounts an image, reads it in every way its cells use, and leaves it mounted
/// with its whole blob in a cache file that has a name.
Status verify_image(GuestState& state, const GuestImage& image, Reporter& reporter, std::vector<PathResult>& results) {
    std::set<ReadPath> paths = {ReadPath::buffered_sequential};  // also fills the cache
    for (const Cell& cell : state.plan.cells)
        if (cell.layout == image.layout && cell.backend == Backend::fscache) paths.insert(path_of(cell));
    {
        auto mounted = OnDemandMount::mount(image.layout, mount_point(image.layout));
        if (!mounted) return forward(mounted);
        for (ReadPath path : paths) {
            const auto started = std::chrono::steady_clock::now();
            auto result = verify_path(image, mounted->directory() + "/" + kDataFile, path, state.plan.seed);
            if (!result) return forward(result);
            result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
            results.push_back(*result);
            nlohmann::json record = result->to_json();
            record["type"] = "conformance";
            record["device"] = state.plan.device.name;
            if (auto s = reporter.send(record); !s) return s;
        }
        // The cache file gets its name when its mount goes.
        if (auto s = mounted->unmount(); !s) return s;
    }
    auto mounted = OnDemandMount::mount(image.layout, mount_point(image.layout));
    if (!mounted) return forward(mounted);
    state.mounts.emplace(image.layout, std::move(*mounted));
    return {};
}

/// The verification that a cell stands on, if it failed.
const PathResult* failed_verification(const std::vector<PathResult>& results, const Cell& cell) {
    for (const auto& result : results)
        if (cell.backend == Backend::fscache && result.layout == cell.layout && result.path == path_of(cell) && result.status == "fail")
            return &result;
    return nullptr;
}

Status run_plan(const GuestPlan& plan, Reporter& reporter) {
    if (auto s = seed_random(plan.seed); !s) return s;
    if (auto s = check_machine(plan, reporter); !s) return s;
    auto device = prepare_device(plan.device);
    if (!device) return forward(device);
    if (auto s = make_cache_file_system(*device, kCacheDirectory); !s) return s;
    auto cache = CacheService::start(kCacheDirectory, plan);
    if (!cache) return forward(cache);
    GuestState state{plan, *cache, *device, 0, {}, 0};
    auto base_line = measure_base_line(*device);
    if (!base_line) return forward(base_line);
    state.base_line_bytes = *base_line;

    std::vector<PathResult> verified;
    for (const auto& image : plan.images)
        if (auto s = verify_image(state, image, reporter, verified); !s) return s;
    for (const Cell& cell : plan.cells) {
        nlohmann::json record;
        if (const PathResult* wrong = failed_verification(verified, cell)) {
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

void init_main() {
    if (auto s = run(); !s) std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
    std::fflush(nullptr);
    power_off();
}

}  // namespace diobench
