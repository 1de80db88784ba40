// SPDX-License-Identifier: GPL-2.0-only
// diobench kernel list
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/kernel_history.h"
#include "bench/cli/commands/kernel_subcommands.h"
#include "bench/common/base/lineage.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/build.h"
#include "bench/host/kernel/cache.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

/// How far a series is from a bootable image.
struct BuildState {
    std::string state;  ///< "built", "outdated" (of other content), "not built" or "unreadable"
    double build_seconds = 0;
    std::string built_at;
    std::string reason;
    std::string patch_sha256;  ///< of the series as it is now; empty: unknown
};

/// All that is said of one series.
struct Row {
    Series series;
    size_t depth = 0;  ///< how many listed series it revises
    BuildState build;
    std::optional<KernelRun> verify;
    std::optional<KernelRun> run;
};

BuildState state_of(const Series& series, const Result<KernelSource>& source, const std::vector<CachedKernel>& cached) {
    BuildState out{"not built", 0, "", "", ""};
    std::string key;
    if (source) {
        auto plan = plan_build(*source, series.folder.string());
        if (plan) {
            key = plan->key;
            out.patch_sha256 = plan->patch_sha256;
        } else {
            out.reason = plan.error().message();
        }
    }
    for (const auto& entry : cached) {
        const bool exact = entry.key == key;
        if (!exact && (entry.kernel.name != series.name || out.state != "not built")) continue;
        out.state = exact ? "built" : "outdated";
        out.build_seconds = entry.kernel.build_seconds;
        out.built_at = entry.built_at;
        if (exact) break;
    }
    return out;
}

/// "2026-11-22 ok", "2026-11-22 36/38 cells", "2026-11-22 boot-failed"; with a remark if its patches were others than now.
std::string run_text(const std::optional<KernelRun>& run, const BuildState& build) {
    if (!run) return "never";
    std::string out = run->started_at.substr(0, 10) + " ";
    if (run->status == "ok" && run->cells > run->ok_cells)
        out += fmt::format("{}/{} cells", run->ok_cells, run->cells);
    else
        out += run->status;
    if (!build.patch_sha256.empty() && build.patch_sha256 != run->patch_sha256) out += " (other patches)";
    return out;
}

/// "2026-11-22 250 pass, 3 known failures", "2026-11-22 FAILS 4 of 278".
std::string verify_text(const std::optional<KernelRun>& run, const BuildState& build) {
    if (!run || run->status != "ok") return run_text(run, build);
    std::string out = run->started_at.substr(0, 10);
    if (run->new_failures > 0) out += fmt::format(" FAILS {} of {}", run->new_failures, run->passed + run->new_failures + run->known_failures);
    else out += fmt::format(" {} pass", run->passed);
    if (run->known_failures > 0) out += fmt::format(", {} known", run->known_failures);
    if (!build.patch_sha256.empty() && build.patch_sha256 != run->patch_sha256) out += " (other patches)";
    return out;
}

Result<std::vector<Row>> all_rows(const std::string& root) {
    auto all = list_series(root);
    if (!all) return forward(all);
    auto cached = list_kernels();
    if (!cached) return forward(cached);
    auto history = KernelHistory::open(default_store());
    if (!history) return forward(history);
    // Not unpacked yet: then nothing of it is built either.
    auto source = known_distribution_source();
    std::vector<std::string> names;
    Revisions revises;
    std::map<std::string, Series> by_name;
    for (auto& series : *all) {
        names.push_back(series.name);
        if (!series.revises.empty()) revises[series.name] = series.revises;
        by_name[series.name] = std::move(series);
    }
    std::vector<Row> out;
    for (const auto& name : order_by_lineage(names, revises)) {
        auto verify = history->last_verify(name);
        auto run = history->last_run(name);
        if (!verify) return forward(verify);
        if (!run) return forward(run);
        out.push_back({by_name[name], lineage_depth(name, names, revises), state_of(by_name[name], source, *cached), std::move(*verify), std::move(*run)});
    }
    return out;
}

/// Columns as wide as their widest text; the last one is not padded.
void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> width(rows.front().size());
    for (const auto& row : rows)
        for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    for (const auto& row : rows) {
        std::string line;
        for (size_t i = 0; i < row.size(); ++i) line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], width[i]);
        fmt::print("{}\n", line);
    }
}

/// Which are the user's own, and which of them are taken in place of diobench's.
void print_own(const std::vector<Row>& rows) {
    std::vector<std::string> own;
    for (const auto& row : rows) {
        if (row.series.folder.parent_path() != own_series_folder()) continue;
        const bool hides = fs::exists(series_folders().back() / row.series.name);
        own.push_back(row.series.name + (hides ? coloured(" (in place of diobench's own)", Colour::yellow) : ""));
    }
    if (!own.empty()) fmt::print("your own, in {}: {}\n", own_series_folder().string(), join(own, ", "));
}

void print_list(const std::vector<Row>& rows) {
    std::vector<std::vector<std::string>> table = {{"name", "base", "patches", "requires", "state", "last verify", "last run", "purpose"}};
    for (const auto& row : rows) {
        const Series& s = row.series;
        std::string state = row.build.state;
        if (state == "built") state += " in " + seconds_text(row.build.build_seconds);
        table.push_back({std::string(2 * row.depth, ' ') + s.name, replace_all(s.bases(), " to ", " - "), std::to_string(s.patches.size()), join(s.requires_series, ","),
                         state, verify_text(row.verify, row.build), run_text(row.run, row.build), s.purpose});
    }
    print_table(table);
    for (const auto& row : rows)
        if (!row.build.reason.empty()) fmt::print("{}: {}\n", row.series.name, row.build.reason);
    print_own(rows);
}

nlohmann::json to_json(const std::optional<KernelRun>& run) {
    if (!run) return nullptr;
    return {{"run", run->run_id}, {"started_at", run->started_at}, {"suite", run->suite}, {"machine", run->machine}, {"status", run->status},
            {"reason", run->reason}, {"patch_sha256", run->patch_sha256}, {"cells", run->cells}, {"ok_cells", run->ok_cells},
            {"passed", run->passed}, {"known_failures", run->known_failures}, {"new_failures", run->new_failures}};
}

nlohmann::json to_json(const Row& row) {
    const Series& s = row.series;
    nlohmann::json patches = nlohmann::json::array();
    for (const auto& patch : s.patches) patches.push_back(patch.filename().string());
    const bool built = !row.build.built_at.empty();
    return {{"name", s.name}, {"purpose", s.purpose}, {"base", {{"min", s.base_min}, {"max", s.base_max}}}, {"patches", patches},
            {"requires", s.requires_series}, {"revises", s.revises.empty() ? nlohmann::json() : nlohmann::json(s.revises)},
            {"folder", s.folder.string()}, {"state", row.build.state}, {"reason", row.build.reason},
            {"build_seconds", built ? nlohmann::json(row.build.build_seconds) : nlohmann::json()},
            {"built_at", built ? nlohmann::json(row.build.built_at) : nlohmann::json()},
            {"last_verify", to_json(row.verify)}, {"last_run", to_json(row.run)}};
}

struct ListArguments {
    std::string root;
    bool json = false;
};

Result<ExitCode> list_command(const ListArguments& arguments) {
    auto rows = all_rows(arguments.root);
    if (!rows) return forward(rows);
    if (!arguments.json) {
        print_list(*rows);
        return ExitCode::ok;
    }
    nlohmann::json out = nlohmann::json::array();
    for (const auto& row : *rows) out.push_back(to_json(row));
    fmt::print("{}\n", out.dump(1));
    return ExitCode::ok;
}

}  // namespace

void register_kernel_list(CLI::App& kernel, CommandContext& context) {
    auto arguments = std::make_shared<ListArguments>();
    CLI::App* list = kernel.add_subcommand(
        "list",
        "List every series: the kernels it is meant for, its patches, what it requires, whether it is built, and how its last\n"
        "verification and its last run ended.  A revision stands below the series it revises.\n"
        "built: as it is now, from Debian's source.  outdated: an older content, or another source, was built.  not built: never.\n\n"
        "Example:\n  diobench kernel list");
    list->add_option("--into", arguments->root, "Another folder that holds series, as of `kernel add --into`")->option_text("DIR")->check(CLI::ExistingDirectory);
    list->add_flag("--json", arguments->json, "Print the list as JSON");
    list->callback([arguments, &context] { context.body = [arguments] { return list_command(*arguments); }; });
}

}  // namespace diobench
