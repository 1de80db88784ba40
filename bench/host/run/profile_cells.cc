// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/profile_cells.h"

#include "bench/common/base/paths.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/run_suite.h"

namespace diobench {

namespace {

/// An arm that did not get as far as its cells.
Status check_arms(const Results& results) {
    for (const auto& kernel : results.kernels)
        if (kernel.status != KernelStatus::ok)
            return fail("profile", kernel.name, kernel.reason, kernel.status == KernelStatus::build_failed ? ExitCode::usage : ExitCode::invalid);
    return {};
}

/// A run sorts its kernels by lineage, and a folder's name is not its series'.
Result<std::vector<std::string>> names_of(const std::vector<std::string>& kernels) {
    std::vector<std::string> out;
    for (const auto& kernel : kernels) {
        auto named = resolve_kernel(kernel);
        if (!named) return forward(named);
        out.push_back(std::move(named->name));
    }
    return out;
}

}  // namespace

Result<Profiles> profile_cells(const ProfileRequest& request) {
    auto names = names_of(request.kernels);
    if (!names) return forward(names);
    auto work = TempDirectory::create(cache_root() / "work", "profile");
    if (!work) return forward(work);
    RunOptions options;
    options.kernels = request.kernels;
    options.suite = request.suite;
    options.filter = request.filter;
    options.seed = request.seed;
    options.tree = request.tree;
    options.revision = request.revision;
    options.allow_missing = request.allow_missing;
    options.output = work->path() / "run";
    options.profile_directory = work->path() / "profile";
    options.keep = KeepRun::no;
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    if (auto s = check_arms(outcome->results); !s) return forward(s);
    auto profiles = read_profiles(options.profile_directory, outcome->results);
    if (profiles) profiles->kernels = std::move(*names);
    return profiles;
}

}  // namespace diobench
