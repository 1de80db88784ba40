// SPDX-License-Identifier: GPL-2.0-only
// diobench plan: what a run would measure, and how long that takes.
#include <fmt/format.h>
#include <map>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/cli/commands/show_plan.h"
#include "bench/host/run/boot_plan.h"
#include "bench/host/run/cell_times.h"
#include "bench/host/run/fio_files.h"
#include "bench/host/run/select_cells.h"

namespace diobench {

namespace {

std::string duration_text(double seconds) {
    return seconds < 90 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.1f} min", seconds / 60);
}

double boot_seconds(const PlannedBoot& boot, const CellTimes& times) {
    double sum = CellTimes::kBootSeconds;
    for (const Cell& cell : boot.cells) sum += times.estimate_s(cell);
    return sum;
}

nlohmann::json to_json(const std::vector<PlannedBoot>& boots, const CellTimes& times) {
    auto out = nlohmann::json::array();
    for (const auto& boot : boots) {
        auto cells = nlohmann::json::array();
        for (const Cell& cell : boot.cells)
            cells.push_back({{"cell", cell.id()}, {"dimensions", cell.dimensions()}, {"ops", cell.ops},
                             {"estimated_s", times.estimate_s(cell)}, {"estimate_is_measured", times.known(cell)}});
        out.push_back({{"boot", boot.label}, {"device", boot.device}, {"seed", boot.seed}, {"estimated_s", boot_seconds(boot, times)}, {"cells", std::move(cells)}});
    }
    return out;
}

/// Cells and seconds of a workload.
struct Share {
    size_t cells = 0;
    double seconds = 0;
};

void print_table(const std::vector<PlannedBoot>& boots, const CellTimes& times) {
    std::map<std::string, Share> shares;
    Share all;
    size_t known = 0;
    double seconds = 0;
    for (const auto& boot : boots) {
        seconds += boot_seconds(boot, times);
        for (const Cell& cell : boot.cells) {
            for (Share* share : {&shares[cell.workload], &all}) {
                ++share->cells;
                share->seconds += times.estimate_s(cell);
            }
            known += times.known(cell) ? 1 : 0;
        }
    }
    fmt::print("{:<24} {:>6} {:>12}\n", "workload", "cells", "estimated");
    for (const auto& [name, share] : shares) fmt::print("{:<24} {:>6} {:>12}\n", name, share.cells, duration_text(share.seconds));
    fmt::print("{:<24} {:>6} {:>12}\n\n", "all", all.cells, duration_text(all.seconds));
    fmt::print("{} boot{} a kernel, about {} of machine time a kernel; two machines side by side need about {}.\n", boots.size(),
               boots.size() == 1 ? "" : "s", duration_text(seconds), duration_text(seconds / 2));
    fmt::print("{} of {} estimates are what the cell took on this host before, the others are guessed from what it reads.\n", known, all.cells);
}

void print_cells(const std::vector<PlannedBoot>& boots, const CellTimes& times) {
    for (const auto& boot : boots) {
        fmt::print("boot {} ({} cells, about {})\n", boot.label, boot.cells.size(), duration_text(boot_seconds(boot, times)));
        for (const Cell& cell : boot.cells) fmt::print("  {:6.2f} s  {}\n", times.estimate_s(cell), cell.id());
    }
}

}  // namespace

Result<ExitCode> show_plan(const RunOptions& options, PlanShown shown) {
    auto selected = select_cells(options);
    if (!selected) return forward(selected);
    std::vector<uint64_t> seeds;
    for (unsigned i = 0; i < options.seeds; ++i) seeds.push_back(options.seed + i);
    const auto share = take_shard(plan_boots(selected->cells, seeds), options.shard, options.shards);
    if (!share) return tl::unexpected<Error>(share.error());
    const std::vector<PlannedBoot>& boots = *share;
    const CellTimes times = CellTimes::load();
    if (shown != PlanShown::json) fmt::print("{}", fio_changes_text(fio_job_records(selected->workloads, selected->cells)));
    switch (shown) {
    case PlanShown::json: fmt::print("{}\n", to_json(boots, times).dump(2)); break;
    case PlanShown::cells: print_cells(boots, times); break;
    case PlanShown::table: print_table(boots, times); break;
    }
    return ExitCode::ok;
}

void register_plan_command(CLI::App& app, CommandContext& context) {
    struct PlanArguments {
        RunOptions options;
        bool cells = false;
        bool json = false;
    };
    auto arguments = std::make_shared<PlanArguments>();
    auto* command = app.add_subcommand("plan", "Show the cells of a suite, the boots they make and how long they take");
    command->footer("Examples:\n"
                    "  diobench plan --suite nightly\n"
                    "  diobench plan --suite nightly --filter '*/neighbour*' --cells\n"
                    "  diobench plan --workload ~/mine.toml     checks a workload file as well\n"
                    "  diobench plan --fio-job ~/database.fio   says what becomes of each line of a fio job file");
    add_cell_options(*command, arguments->options);
    command->add_flag("--cells", arguments->cells, "Every cell, boot by boot");
    command->add_flag("--json", arguments->json, "Everything, for programs");
    command->callback([&context, arguments] { context.body = [arguments] { return show_plan(arguments->options, arguments->json ? PlanShown::json : arguments->cells ? PlanShown::cells : PlanShown::table); }; });
}

}  // namespace diobench
