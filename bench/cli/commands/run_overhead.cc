// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/run_overhead.h"

#include "bench/common/fio/fio_run.h"
#include "bench/host/machine/probe.h"

namespace diobench {

namespace {

Status take_installed(fs::path& program, Result<fs::path> (*installed)()) {
    if (!program.empty()) return {};
    auto found = installed();
    if (!found) return forward(found);
    program = *found;
    return {};
}

}  // namespace

Result<Overhead> run_overhead(OverheadOptions options) {
    options.programs.reader = installed_guest_program().parent_path() / "diobench-read";
    if (auto s = take_installed(options.programs.fio, static_fio_program); !s) return forward(s);
    if (auto s = take_installed(options.programs.t_io_uring, static_t_io_uring_program); !s) return forward(s);
    auto measured = measure_overhead(options);
    if (!measured) return measured;
    if (auto s = keep_overhead(*measured); !s) return forward(s);
    return measured;
}

}  // namespace diobench
