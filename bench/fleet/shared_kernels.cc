// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/shared_kernels.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/fleet/names.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/cache.h"
#include "bench/host/run/boot_runner.h"

namespace diobench {

namespace {

constexpr auto kBuildPoll = std::chrono::milliseconds(500);
constexpr const char* kFetchKernel = "fetch kernel";

std::string name_in_depot(const std::string& key) { return "kernels/" + key; }
fs::path place_in_cache(const std::string& key) { return cache_root() / "kernels" / key; }

/// The image that the cache has of this key; empty: none, or a damaged one.
Result<std::string> cached_image(const std::string& key) {
    std::string damage;
    auto found = find_kernel(key, damage);
    if (!found) return forward(found);
    return found->has_value() ? (*found)->image_sha256 : std::string();
}

/// Renews a build's lease as long as it lives; on a connection of its own.
class BuildLease {
public:
    BuildLease(std::string key, std::string depot, std::string token, int64_t lease_s)
        : thread_([=, this] {
              auto store = FleetStore::open();
              for (int64_t quarter = 0; store && !over_; ++quarter) {
                  std::this_thread::sleep_for(kBuildPoll);
                  if (quarter * kBuildPoll < std::chrono::seconds(lease_s) / 4) continue;
                  (void)store->renew_build(key, depot, token, lease_s, std::time(nullptr));
                  quarter = 0;
              }
          }) {}
    ~BuildLease() {
        over_ = true;
        thread_.join();
    }
    BuildLease(const BuildLease&) = delete;
    BuildLease& operator=(const BuildLease&) = delete;

private:
    std::atomic<bool> over_{false};
    std::thread thread_;
};

/// From the depot to the cache; false: it is not there, or not whole.
Result<bool> fetch(const Depot& depot, const SharedKernel& kernel) {
    const fs::path place = place_in_cache(kernel.key);
    auto part = TempDirectory::create(place.parent_path(), ".fetched");
    if (!part) return forward(part);
    auto there = depot.get(name_in_depot(kernel.key), part->path() / "kernel");
    if (!there || !*there) return there;
    if (auto s = remove_tree(place); !s) return forward(s);
    std::error_code ec;
    fs::rename(part->path() / "kernel", place, ec);
    if (ec) return fail_errno("rename to", place.string(), ec.value());
    auto image = cached_image(kernel.key);
    if (!image) return forward(image);
    if (*image == kernel.image_sha256) return true;
    if (auto s = remove_tree(place); !s) return forward(s);
    return fail(kFetchKernel, depot.where() + "/" + name_in_depot(kernel.key),
                image->empty() ? "it arrived damaged: SHA-256 of its files differ" : fmt::format("another build of it: image {:.12}; the fleet's is {:.12}", *image, kernel.image_sha256), ExitCode::invalid);
}

/// Of a kernel that is in the cache by now.
Result<SharedKernel> described(const KernelSource& source, const std::string& series, Progress& progress, const BuildOptions& options) {
    auto plan = plan_build(source, series, options);
    if (!plan) return forward(plan);
    auto kernel = build_kernel(source, series, progress, options);
    if (!kernel) return forward(kernel);
    return SharedKernel{plan->key, kernel->image_sha256, kernel->config_lines, kernel->notes};
}

}  // namespace

Status fetch_shared(const Depot& depot, const SharedKernel& kernel) {
    auto image = cached_image(kernel.key);
    if (!image) return forward(image);
    if (*image == kernel.image_sha256) return {};
    auto fetched = fetch(depot, kernel);
    if (!fetched) return forward(fetched);
    if (*fetched) return {};
    return fail(kFetchKernel, depot.where() + "/" + name_in_depot(kernel.key), fmt::format("it is not there, and this machine has {}", image->empty() ? "none" : "another build of it: image " + image->substr(0, 12)));
}

Result<SharedKernel> build_shared(FleetStore& store, const Depot& depot, const RunOptions& run, const std::string& kernel, const std::string& node, int64_t lease_s) {
    Progress progress("kernel " + shown_name(kernel));
    Bases bases(run.tree, run.revision);
    const KernelName name = parse_kernel_name(kernel);
    auto source = bases.source(name.base, progress);
    if (!source) return forward(source);
    BuildOptions options;
    options.target = target_of(run.machine);
    options.allow_missing = run.allow_missing;
    auto resolved = resolve_kernel(kernel);
    if (!resolved) return forward(resolved);
    const std::string series = resolved->chain.back().folder.string();
    auto plan = plan_build(**source, series, options);
    if (!plan) return forward(plan);
    const std::string token = fresh_token();
    for (;;) {
        if (interrupted()) return interrupted_error("build kernel");
        auto turn = store.claim_build(plan->key, depot.where(), node, token, lease_s, std::time(nullptr));
        if (!turn) return forward(turn);
        if (turn->what == BuildTurn::What::built) {
            if (fetch_shared(depot, {plan->key, turn->image_sha256, {}, {}})) return described(**source, series, progress, options);
            progress.finish(fmt::format("kernel {}: the fleet's is gone from {} or damaged: it is built again", shown_name(kernel), depot.where()));
            if (auto s = store.forget_build(plan->key, depot.where()); !s) return forward(s);
            continue;
        }
        if (turn->what == BuildTurn::What::ours) break;
        progress.update(0, 0, fmt::format("{} builds it", turn->node));
        std::this_thread::sleep_for(kBuildPoll);
    }
    const BuildLease lease(plan->key, depot.where(), token, lease_s);
    auto built = build_kernel(**source, series, progress, options);
    if (!built) {
        (void)store.forget_build(plan->key, depot.where());
        return forward(built);
    }
    progress.finish(fmt::format("kernel {} {}", shown_name(kernel), built->cached ? "from the cache" : fmt::format("built in {:.0f} s", built->build_seconds)));
    if (auto s = depot.put(place_in_cache(plan->key), name_in_depot(plan->key)); !s) return forward(s);
    if (auto s = store.finish_build(plan->key, depot.where(), token, built->image_sha256); !s) return forward(s);
    return SharedKernel{plan->key, built->image_sha256, built->config_lines, built->notes};
}

}  // namespace diobench
