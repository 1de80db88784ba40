// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/run_directory.h"

#include "bench/common/base/paths.h"

namespace diobench {

fs::path run_directory(const std::string& given) {
    if (const fs::path named = fs::path("out") / given; !given.empty()) return fs::exists(given) || !fs::exists(named) ? fs::path(given) : named;
    fs::path here = fs::path("out") / "latest";
    const fs::path in_clone = project_root() / here;
    return !fs::exists(here) && fs::exists(in_clone) ? in_clone : here;
}

Result<Results> read_run(const std::string& given) {
    fs::path directory = run_directory(given);
    fs::path file = fs::is_directory(directory) ? directory / kResultsFileName : directory;
    if (!fs::exists(file))
        return fail("read results from", file.string(), "there is no such file: make a run with 'diobench run', or name its output directory");
    return read_results(file);
}

}  // namespace diobench
