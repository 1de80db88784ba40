// SPDX-License-Identifier: GPL-2.0-only
// diobench history: numbers through time, and the runs that are baselines.
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/utc.h"
#include "bench/host/kernel/series.h"
#include "bench/results/history/draw.h"
#include "bench/results/history/json.h"
#include "bench/results/store/database.h"
#include "bench/results/store/gate_file.h"

namespace diobench {

namespace {

/// As many series as this are drawn with axes; more get a line each.
constexpr size_t kMostPlots = 4;
constexpr size_t kDefaultColumns = 100;

struct HistoryArguments {
    SeriesRequest request;
    Pin pin;
    std::string name;
    std::vector<std::string> folders;
    bool json = false;
};

size_t terminal_columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char* columns = std::getenv("COLUMNS");
    const long given = columns != nullptr ? std::strtol(columns, nullptr, 10) : 0;
    return given > 20 && given < 10000 ? static_cast<size_t>(given) : kDefaultColumns;
}

Result<ResultStore> existing_store() {
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store) return fail("read history", default_store().text(), "there is no store yet: make a run with 'diobench run'");
    return std::move(**store);
}

void print_drifts(const HistorySeries& series, const std::vector<ChangePoint>& changes, const std::vector<Pin>& pins) {
    for (const auto& pin : pins) {
        auto drift = drift_from(series, changes, pin);
        if (!drift) continue;
        fmt::print("  {}\n", coloured(fmt::format("{} worse than pin {} ({} now, {} then){}", percent_text(drift->worse_by_ratio), pin.name,
                                                  metric_text(*series.metric, drift->level), metric_text(*series.metric, drift->baseline),
                                                  drift->creep ? ": a creep, no single step shows it" : ""), Colour::red));
    }
}

void print_plot(const HistorySeries& series, const std::vector<Pin>& pins) {
    const auto changes = level_changes(series);
    fmt::print("{}  {}  {}, machine {}, {}\n", coloured(series.cell, Colour::bold), series.metric->name, series.kernel, series.machine, series.seeds);
    fmt::print("{}", plot(series, changes, {terminal_columns(), 8}));
    const auto& first = series.points.front();
    const auto& last = series.points.back();
    fmt::print("  {} points, {} to {}; ", series.points.size(), first.started_at.substr(0, 10), last.started_at.substr(0, 10));
    if (last.value) fmt::print("last {} in {}", metric_text(*series.metric, *last.value), last.run_id());
    else fmt::print("the last one has no number: {}", last.run_id());
    if (auto rolling = rolling_baseline(series, series.points.size() - 1))
        fmt::print(", median of the good ones before {}", metric_text(*series.metric, *rolling));
    fmt::print("\n");
    for (const auto& line : describe_changes(series, changes)) fmt::print("  ^ {}\n", line);
    for (const auto& point : series.points)
        if (point.is_marked()) fmt::print("  {} {} {}: {} by {}\n", verdict_mark(point.verdict), point.started_at.substr(0, 10), point.run_id(), point.verdict, point.gate);
    print_drifts(series, changes, pins);
    fmt::print("\n");
}

void print_lines(const std::vector<HistorySeries>& all, const std::vector<Pin>& pins) {
    const auto name = [](const HistorySeries& series) { return fmt::format("{} {}, {}", series.kernel, series.cell, series.seeds); };
    size_t widest = 0;
    for (const auto& series : all) widest = std::max(widest, name(series).size());
    const size_t columns = std::max<size_t>(terminal_columns(), widest + 60) - widest - 40;
    for (const auto& series : all) {
        std::vector<std::optional<double>> values;
        for (const auto& point : series.points) values.push_back(point.value);
        const auto changes = level_changes(series);
        std::string marks = changes.empty() ? "" : fmt::format(" {} change{}", changes.size(), changes.size() == 1 ? "" : "s");
        for (const auto& pin : pins)
            if (auto drift = drift_from(series, changes, pin)) marks += fmt::format(" {} worse than {}", percent_text(drift->worse_by_ratio), pin.name);
        if (const auto& point = series.points.back(); point.is_marked()) marks += fmt::format(" {} by {}", point.verdict, point.gate);
        const auto& last = series.points.back().value;
        fmt::print("{:<{}} {:>11} {}{}\n", name(series), widest, last ? metric_text(*series.metric, *last) : "no number",
                   sparkline(values, columns), coloured(marks, Colour::yellow));
    }
    fmt::print("\n{} series of {}; name fewer than {} for a plot of each; 'diobench show ID' shows a run or gate\n", all.size(), all.front().metric->name, kMostPlots + 1);
}

Result<ExitCode> show(const HistoryArguments& arguments) {
    auto store = existing_store();
    if (!store) return forward(store);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    auto all = read_series(*store, arguments.request, *revises);
    if (!all) return forward(all);
    auto pins = store->pins();
    if (!pins) return forward(pins);
    if (arguments.json) fmt::print("{}\n", history_json(*all, *pins).dump(1));
    else if (all->size() > kMostPlots) print_lines(*all, *pins);
    else
        for (const auto& series : *all) print_plot(series, *pins);
    return ExitCode::ok;
}

Result<ExitCode> show_runs(const HistoryArguments& arguments) {
    auto store = existing_store();
    if (!store) return forward(store);
    auto runs = store->list_runs();
    if (!runs) return forward(runs);
    if (runs->empty()) return fail("list runs", default_store().text(), "the store has none yet: make one with 'diobench run', or take one in with 'diobench history import DIR'");
    if (arguments.json) {
        fmt::print("{}\n", runs_json(*runs).dump(1));
        return ExitCode::ok;
    }
    for (const auto& run : *runs)
        fmt::print("{:<36} {}  {:<12} {:<6} seed {:<3} {} {} of {} cells ok\n", run.id, run.started_at, run.suite, run.machine, run.seed,
                   coloured(fmt::format("{:<8}", run.status), run.exit_code == 0 ? Colour::green : Colour::red), run.ok_cells, run.cells);
    return ExitCode::ok;
}

/// A whole id, the end or the beginning of one, or "latest".
Result<std::string> find_run(ResultStore& store, const std::string& given) {
    auto runs = store.list_runs();
    if (!runs) return forward(runs);
    if (given == "latest" && !runs->empty()) return runs->front().id;
    std::vector<std::string> found;
    for (const auto& run : *runs) {
        if (run.id == given) return run.id;
        if (run.id.starts_with(given) || run.id.ends_with(given)) found.push_back(run.id);
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) return fail("find run", given, "there is no such run in the store (diobench history runs shows them)");
    return fail("find run", given, fmt::format("{} runs have ids like this: name one whole", found.size()));
}

Result<ExitCode> add_pin(Pin pin) {
    auto store = existing_store();
    if (!store) return forward(store);
    auto run = find_run(*store, pin.run_id);
    if (!run) return forward(run);
    pin.run_id = *run;
    pin.pinned_at = utc_text();
    if (auto s = store->add_pin(pin); !s) return forward(s);
    fmt::print("{} is {}{}\n", pin.name, pin.run_id, pin.kernel.empty() ? "" : " kernel " + pin.kernel);
    return ExitCode::ok;
}

Result<ExitCode> remove_pin(const std::string& name) {
    auto store = existing_store();
    if (!store) return forward(store);
    if (auto s = store->remove_pin(name); !s) return forward(s);
    fmt::print("{} is no pin any more\n", name);
    return ExitCode::ok;
}

Result<ExitCode> show_pins(const HistoryArguments& arguments) {
    auto store = existing_store();
    if (!store) return forward(store);
    auto pins = store->pins();
    if (!pins) return forward(pins);
    if (pins->empty()) return fail("list pins", default_store().text(), "the store has none; 'diobench history pin NAME RUN' makes one");
    if (arguments.json) {
        fmt::print("{}\n", pins_json(*pins).dump(1));
        return ExitCode::ok;
    }
    for (const auto& pin : *pins)
        fmt::print("{:<20} {:<36} kernel {:<12} cells {}  pinned {}\n", pin.name, pin.run_id, pin.kernel.empty() ? "each its own" : pin.kernel, pin.cells, pin.pinned_at);
    return ExitCode::ok;
}

/// A run or a gate that was made elsewhere; the store is made if there is none.
Result<ExitCode> import_folder(const fs::path& folder) {
    auto store = ResultStore::open();
    if (!store) return forward(store);
    const fs::path run = folder / kResultsFileName;
    const fs::path gate = folder / "gate.json";
    std::error_code ec;
    const bool has_run = fs::exists(run, ec);
    const bool has_gate = fs::exists(gate, ec);
    if (!has_run && !has_gate) return fail("import", folder.string(), "it has neither results.json nor gate.json: name the output directory of a run or a gate");
    if (has_run) {
        auto results = read_results(run);
        if (!results) return forward(results);
        if (auto s = store->record_run(*results, folder); !s) return forward(s);
        fmt::print("run {}\n", results->run.id);
    }
    if (has_gate) {
        auto text = read_file(gate);
        if (!text) return forward(text);
        auto judgement = judgement_of_gate(nlohmann::ordered_json::parse(*text, nullptr, false));
        if (!judgement) return fail("import", gate.string(), judgement.error().message(), ExitCode::invalid);
        judgement->directory = fs::absolute(folder).lexically_normal().string();
        if (auto s = store->record_judgement(*judgement); !s) return forward(s);
        fmt::print("{}\n", judgement->id);
    }
    return ExitCode::ok;
}

Result<ExitCode> import_folders(const std::vector<std::string>& folders) {
    Faults faults;
    for (const auto& folder : folders) faults.add(import_folder(folder));
    if (auto s = faults.status(); !s) return forward(s);
    return ExitCode::ok;
}

void register_pins(CLI::App& history, CommandContext& context, const std::shared_ptr<HistoryArguments>& arguments) {
    auto* runs = history.add_subcommand("runs", "List the runs of the store, the newest first");
    runs->footer("Example:\n  diobench history runs");
    runs->add_flag("--json", arguments->json, "Print JSON");
    runs->callback([&context, arguments] { context.body = [arguments] { return show_runs(*arguments); }; });
    auto* import = history.add_subcommand("import", "Take runs and gates that were made elsewhere into the store");
    import->footer("Example:\n  diobench history import /mnt/other/out/*");
    import->add_option("DIR", arguments->folders, "Output directories of runs (results.json) or gates (gate.json)")->required()->check(CLI::ExistingDirectory);
    import->callback([&context, arguments] { context.body = [arguments] { return import_folders(arguments->folders); }; });
    auto* pin = history.add_subcommand("pin", "Give a good run a name, as the baseline that later ones are held against");
    pin->footer("Example:\n  diobench history pin v3-good latest");
    pin->add_option("NAME", arguments->pin.name, "Its name")->required();
    pin->add_option("RUN", arguments->pin.run_id, "Id of the run, the end or beginning of it, or latest")->required();
    arguments->pin.cells = "*";
    pin->add_option("--kernel", arguments->pin.kernel, "The kernel that is the baseline (default: each is its own)");
    pin->add_option("--cells", arguments->pin.cells, "Only cells whose id matches; '*' also matches '/'")->option_text("GLOB");
    pin->callback([&context, arguments] { context.body = [arguments] { return add_pin(arguments->pin); }; });
    auto* unpin = history.add_subcommand("unpin", "Take the name away; the run stays");
    unpin->footer("Example:\n  diobench history unpin v3-good");
    unpin->add_option("NAME", arguments->name, "Name of the pin")->required();
    unpin->callback([&context, arguments] { context.body = [arguments] { return remove_pin(arguments->name); }; });
    auto* pins = history.add_subcommand("pins", "List the pins");
    pins->footer("Example:\n  diobench history pins");
    pins->add_flag("--json", arguments->json, "Print JSON");
    pins->callback([&context, arguments] { context.body = [arguments] { return show_pins(*arguments); }; });
}

}  // namespace

void register_history_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<HistoryArguments>();
    SeriesRequest& request = arguments->request;
    auto* command = app.add_subcommand("history", "Show numbers through time, with verdicts and changes of level");
    command->footer("Examples:\n"
                    "  diobench history 'rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1' --kernel dio\n"
                    "  diobench history '*/direct/*' --metric latency_ns.p99\n"
                    "  diobench history pin v3-good latest\n"
                    "Marks: ^ level changed, | another revision, R regression, ! invalid, ? inconclusive, x no number.");
    command->require_subcommand(0, 1);
    command->add_option("CELL-GLOB", request.cell_glob, "Cells whose id, or label as in tables (\"rand 4k qd1 pread\"), matches; '*' also matches '/' (default all)");
    command->add_option("--metric", request.metric, "Row of the metric table")->capture_default_str();
    command->add_option("--kernel", request.kernel, "A kernel, with the revisions before it (default: every kernel that no other revises)");
    command->add_option("--machine", request.machine, "Only runs of this machine")->check(one_of({"exact", "kvm", "uml", "host"}));
    command->add_option("--suite", request.suite, "Only runs of this suite");
    command->add_option("--reference", request.reference, "Kernel whose number in the same run ratios are made with")->capture_default_str();
    command->add_option("--last", request.last, "Only the last N points of a series (default all)")->check(CLI::PositiveNumber)->option_text("N");
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([&context, command, arguments] {
        arguments->request.reference_named = command->count("--reference") != 0;
        if (command->get_subcommands().empty()) context.body = [arguments] { return show(*arguments); };
    });
    register_pins(*command, context, arguments);
}

}  // namespace diobench
