// SPDX-License-Identifier: GPL-2.0-only
// Workers on this machine, which outlive the command that began them.
#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/fleet/engine.h"
#include "bench/fleet/names.h"

namespace diobench {

namespace {

class LocalEngine : public FleetEngine {
public:
    explicit LocalEngine(uint64_t workers) : workers_(workers != 0 ? workers : std::max(1u, std::thread::hardware_concurrency() / 2)) {}

    Result<size_t> slots() override { return workers_; }

    Result<std::map<int64_t, std::string>> start(const FleetRequestRow& request, const std::vector<FleetJobRow>&) override {
        const fs::path logs = cache_root() / "logs" / "fleet";
        if (auto s = make_directories(logs); !s) return forward(s);
        for (uint64_t i = 1; i <= workers_; ++i) {
            CommandOptions options;
            options.environment = {{"DIOBENCH_NODE", fmt::format("{}/{}", node_name(), i)}};
            const auto argv = detached(fs::read_symlink("/proc/self/exe").string(), {"fleet", "work", request.id}, (logs / fmt::format("{}-{}.txt", request.id, i)).string());
            if (auto begun = run_checked(argv, options); !begun) return forward(begun);
        }
        return std::map<int64_t, std::string>();
    }

    Result<std::map<std::string, std::string>> states(const std::vector<std::string>&) override { return std::map<std::string, std::string>(); }
    Status cancel(const std::vector<std::string>&) override { return {}; }  // workers ask the store

private:
    uint64_t workers_;
};

}  // namespace

std::unique_ptr<FleetEngine> make_local_engine(const EngineSettings& settings) { return std::make_unique<LocalEngine>(settings.workers); }

}  // namespace diobench
