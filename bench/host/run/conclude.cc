// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/conclude.h"

#include <fmt/format.h>
#include <map>

namespace diobench {

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
        results.run.findings.push_back(fmt::format("{}: {} test{} without a number: a fault of this kernel that is known (known_failures in its series.toml)", kernel, count, count == 1 ? "" : "s"));
    results.run.exit_code = static_cast<int>(code);
    results.run.status = code == ExitCode::ok ? RunStatus::ok : code == ExitCode::usage ? RunStatus::usage : RunStatus::invalid;
}

}  // namespace diobench
