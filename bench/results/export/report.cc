// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/report.h"

#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr auto kProbeLimit = std::chrono::seconds(60);
constexpr auto kReportLimit = std::chrono::minutes(30);

/// Looks without importing, which would take a second.
constexpr const char* kProbe = "import importlib.util as u, sys\n"
                               "missing = [m for m in ('matplotlib', 'jinja2') if u.find_spec(m) is None]\n"
                               "sys.exit('has no ' + ' and no '.join(missing) if missing else 0)";

/// Debian's Python first: others on PATH often lack matplotlib.
Result<std::string> find_python() {
    std::string tried;
    for (const char* candidate : {"/usr/bin/python3", "python3"}) {
        CommandOptions options;
        options.time_limit = kProbeLimit;
        auto probe = run_command({candidate, "-c", kProbe}, options);
        if (interrupted()) return interrupted_error("look for python3");
        if (probe && probe->exit_status == 0) return std::string(candidate);
        tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", candidate,
                             probe ? std::string(trim(probe->output)) : probe.error().message());
    }
    return fail("find", "a python3 with matplotlib and jinja2",
                fmt::format("install python3-matplotlib and python3-jinja2 (tried {})", tried));
}

}  // namespace

Result<fs::path> write_report(const fs::path& directory) {
    auto python = find_python();
    if (!python) return forward(python);
    CommandOptions options;
    options.working_directory = project_root();
    options.time_limit = kReportLimit;
    auto run = run_checked({*python, "-B", "-m", "reports", fs::absolute(directory).string()}, options);
    if (!run) return forward(run);
    return directory / kReportFileName;
}

}  // namespace diobench
