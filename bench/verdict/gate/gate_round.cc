// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_round.h"

#include <deque>
#include <future>
#include <mutex>

namespace diobench {

namespace {

/// Several runs as one line of progress.
class Together {
public:
    /// For one more run.
    Told told() {
        Part& part = parts_.emplace_back();
        return {Progress::Shown::no, [this, &part](size_t done, size_t total, std::string_view what) {
                    std::lock_guard lock(mutex_);
                    part = {done, total};
                    Part all;
                    for (const Part& one : parts_) all = {all.done + one.done, all.total + one.total};
                    progress_.update(all.done, all.total, what);
                }};
    }

private:
    struct Part {
        size_t done = 0;
        size_t total = 0;
    };
    Progress progress_{"cells"};
    std::deque<Part> parts_;
    std::mutex mutex_;
};

}  // namespace

Result<GateRound> run_round(const GateRuns& runs, const GateOptions& options, const std::string& self_test, ProfiledPair* profiles) {
    const auto how = options.jobs == 0 ? std::launch::async : std::launch::deferred;
    Together together;
    std::vector<Told> told;
    for (size_t i = 0; i <= options.seeds; ++i) told.push_back(together.told());
    auto repeated = std::async(how, [&] { return runs.self_test(options.seed, self_test, told.back()); });
    std::vector<std::future<Result<RunPair>>> pairs;
    for (size_t i = 0; i < options.seeds; ++i)
        pairs.push_back(std::async(how, [&, i] { return runs.pair_side_by_side(options.seed + i, i == 0 ? profiles : nullptr, told[i]); }));

    GateRound out;
    std::optional<Error> error;
    auto take = [&](auto result, auto into) {
        if (result) into(std::move(*result));
        else if (!error) error = result.error();
    };
    take(repeated.get(), [&](Results results) { out.self_test = std::move(results); });
    for (auto& pair : pairs) take(pair.get(), [&](RunPair made) { out.pairs.push_back(std::move(made)); });
    if (error) return tl::unexpected<Error>(*error);
    return out;
}

}  // namespace diobench
