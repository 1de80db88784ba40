// SPDX-License-Identifier: GPL-2.0-only
// diobench profile: the kernel functions that a read's instructions are in.
#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/terminal.h"
#include "bench/host/profile/difference.h"
#include "bench/host/run/profile_cells.h"

namespace diobench {

namespace {

struct ProfileArguments {
    ProfileRequest request;
    size_t top = 15;
    bool json = false;
};

/// One function, or several under one name.
struct ProfileRow {
    std::string name;
    InstructionCounts counts;
};

void print_cell(const CellProfile& profile, size_t top) {
    const double ops = static_cast<double>(profile.ops);
    auto each = [&](uint64_t value) { return static_cast<double>(value) / ops; };
    const InstructionCounts total = profile.total();
    fmt::print("{}\n", coloured(fmt::format("{}  {}", profile.kernel, profile.cell), Colour::bold));
    fmt::print("  {} reads; {:.1f} instructions a read, {:.1f} of them in the kernel; {:.1f} ns elapsed a read\n", profile.ops,
               each(total.instructions), each(profile.in_kernel().instructions), each(profile.elapsed_ns));
    fmt::print("  {:>14} {:>7} {:>10} {:>10} {:>9}  function\n", "instructions", "share", "loads", "stores", "calls");
    std::vector<ProfileRow> rows = {{kUserRow, profile.user}};
    for (const auto& [name, counts] : profile.functions) rows.push_back({name, counts});
    std::stable_sort(rows.begin(), rows.end(), [](const ProfileRow& a, const ProfileRow& b) { return a.counts.instructions > b.counts.instructions; });
    if (rows.size() > top + 1) {
        ProfileRow rest{fmt::format("({} others)", rows.size() - top), {}};
        for (size_t i = top; i < rows.size(); ++i) rest.counts += rows[i].counts;
        rows.resize(top);
        rows.push_back(rest);
    }
    for (const auto& [name, c] : rows)
        fmt::print("  {:>14.2f} {:>5.1f} % {:>10.2f} {:>10.2f} {:>9.2f}  {}\n", each(c.instructions),
                   100.0 * static_cast<double>(c.instructions) / static_cast<double>(total.instructions), each(c.loads), each(c.stores), each(c.entries), name);
    fmt::print("\n");
}

std::string share_text(const std::optional<double>& share) { return share ? fmt::format("{:.1f} %", 100 * *share) : "-"; }

void print_difference(const ProfileDifference& d, size_t top) {
    auto each = [&](auto value) { return d.per_op(static_cast<double>(value)); };
    fmt::print("{}\n", coloured(d.cell, Colour::bold));
    fmt::print("  {} {:.3f} -> {} {:.3f} instructions a read: {:+.3f} ({:+.3f} %); waiting {:+.1f} ns a read\n", d.baseline, each(d.baseline_instructions),
               d.candidate, each(d.candidate_instructions), each(d.difference),
               100.0 * static_cast<double>(d.difference) / static_cast<double>(d.baseline_instructions), each(d.waiting_difference_ns()));
    if (d.rows.empty()) {
        fmt::print("  no function differs\n\n");
        return;
    }
    fmt::print("  {:>12} {:>12} {:>12} {:>9} {:>9}  function\n", d.baseline.substr(0, 12), d.candidate.substr(0, 12), "difference", "share", "calls");
    const size_t shown = d.rows.size() > top + 1 ? top : d.rows.size();
    for (size_t i = 0; i < shown; ++i) {
        const auto& row = d.rows[i];
        fmt::print("  {:>12.3f} {:>12.3f} {:>+12.3f} {:>9} {:>+9.3f}  {}\n", each(row.baseline.instructions), each(row.candidate.instructions),
                   each(row.difference), share_text(row.share), each(static_cast<int64_t>(row.candidate.entries - row.baseline.entries)), row.function);
    }
    if (shown == d.rows.size()) {
        fmt::print("\n");
        return;
    }
    int64_t rest = d.difference;
    for (size_t i = 0; i < shown; ++i) rest -= d.rows[i].difference;
    fmt::print("  {:>12} {:>12} {:>+12.3f} {:>9} {:>9}  ({} others)\n\n", "", "", each(rest), "", "", d.rows.size() - shown);
}

/// Every cell that both kernels have.
Result<std::vector<ProfileDifference>> differences(const Profiles& profiles, const std::string& baseline, const std::string& candidate) {
    std::vector<ProfileDifference> out;
    for (const auto& profile : profiles.cells) {
        if (profile.kernel != baseline) continue;
        const CellProfile* other = profiles.find(candidate, profile.cell, profile.seed);
        if (other == nullptr) continue;
        auto difference = diff(profile, *other);
        if (!difference) return forward(difference);
        out.push_back(std::move(*difference));
    }
    return out;
}

void print_json(const Profiles& profiles, const std::vector<ProfileDifference>& all) {
    nlohmann::ordered_json out = {{"profiles", nlohmann::ordered_json::array()}, {"differences", nlohmann::ordered_json::array()}, {"uncounted", profiles.uncounted}};
    for (const auto& profile : profiles.cells) out["profiles"].push_back(profile.to_json());
    for (const auto& difference : all) out["differences"].push_back(difference.to_json());
    fmt::print("{}\n", out.dump(1));
}

Result<ExitCode> profile(const ProfileArguments& arguments) {
    if (arguments.request.kernels.size() > 2)
        return fail("profile", "--kernel " + arguments.request.kernels[2], "one kernel is shown by itself, two are compared; these are more");
    auto profiles = profile_cells(arguments.request);
    if (!profiles) return forward(profiles);
    const bool two = profiles->kernels.size() == 2;
    std::vector<ProfileDifference> all;
    if (two) {
        auto found = differences(*profiles, profiles->kernels[0], profiles->kernels[1]);
        if (!found) return forward(found);
        all = std::move(*found);
    }
    if (arguments.json) {
        print_json(*profiles, all);
    } else {
        if (two) {
            for (const auto& difference : all) print_difference(difference, arguments.top);
        } else {
            for (const auto& cell : profiles->cells) print_cell(cell, arguments.top);
        }
        for (const auto& text : profiles->uncounted) fmt::print("{} {}\n", coloured("not counted:", Colour::yellow), text);
    }
    if (profiles->cells.empty() || (two && all.empty()))
        return fail("profile", arguments.request.filter.text(), "no cell could be counted", ExitCode::invalid);
    return ExitCode::ok;
}

}  // namespace

void register_profile_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<ProfileArguments>();
    ProfileRequest& request = arguments->request;
    auto* command = app.add_subcommand("profile", "Count the instructions of a read by kernel function, or where two kernels differ");
    command->footer("Examples:\n"
                    "  diobench profile --kernel dio --filter 'rand-read/fscache/flat/ram/*/direct/*/4k/pread/*'\n"
                    "  diobench profile --kernel dio --kernel ~/my-series --filter '*/4k/*'\n"
                    "On machine exact, whose numbers the counting does not change.  Exit: 0 done, 2 a kernel could not be built, 4 a machine or a cell that failed.");
    command->add_option("--kernel", request.kernels, "Series (kernel list) or a folder with a series.toml; of two the first is the baseline")
        ->required()->option_text("NAME ...");
    command->add_option("--suite", request.suite, "Which cells (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_filter_options(*command, request.filter);
    command->add_option("--seed", request.seed, "Of content, offsets and everything random")->capture_default_str();
    add_source_options(*command, request.tree, request.revision, &request.allow_missing);
    command->add_option("--top", arguments->top, "How many functions of a cell; the others are one line")->capture_default_str()->check(CLI::Range(1, 100000));
    command->add_flag("--json", arguments->json, "Print JSON: every function");
    command->callback([&context, arguments] { context.body = [arguments] { return profile(*arguments); }; });
}

}  // namespace diobench
