// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/comparison.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/results/compare/read_class.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

bool is_local_direct(const Dimensions& d) {
    return d.backend == kFscache && d.cache_state == CacheState::local && d.io == IoMode::direct;
}

bool is_direct_read(const Dimensions& d) { return is_direct(read_class_of(d)); }
bool is_buffered_read(const Dimensions& d) { return read_class_of(d) == ReadClass::buffered; }

std::string group_of(const Dimensions& d) { return fmt::format("{}, {}, {}", d.device, name_of(d.cache_state), d.layout); }

bool has_direct_numbers(const std::vector<CellResult>& cells, std::string_view kernel) {
    return std::any_of(cells.begin(), cells.end(), [&](const CellResult& c) {
        return c.kernel == kernel && c.status == CellStatus::ok && c.dimensions.backend == kFscache && c.dimensions.io == IoMode::direct;
    });
}

/// Of every kernel.
Result<std::vector<const CellResult*>> filtered_cells(const std::vector<CellResult>& cells, const CellFilter& filter) {
    std::vector<NamedCell> named;
    for (const auto& cell : cells) named.push_back({cell.cell, cell.workload, &cell.dimensions});
    auto chosen = choose_cells(filter, named, "this run");
    if (!chosen) return forward(chosen);
    std::vector<const CellResult*> out;
    for (const size_t place : *chosen) out.push_back(&cells[place]);
    return out;
}

/// Cells that make the rows, one for each distinct id, in the order of the plan's dimensions.
std::vector<const CellResult*> row_cells(const std::vector<const CellResult*>& cells, bool (*wanted)(const Dimensions&)) {
    std::vector<const CellResult*> out;
    std::set<std::string_view> seen;
    for (const auto* cell : cells)
        if ((wanted == nullptr || wanted(cell->dimensions)) && seen.insert(cell->cell).second) out.push_back(cell);
    std::stable_sort(out.begin(), out.end(), [](const CellResult* a, const CellResult* b) {
        auto key = [](const CellResult& c) {
            const auto& d = c.dimensions;
            return std::tuple(d.device != "ram", std::string_view(d.device), std::string_view(d.backend), name_of(d.cache_state),
                              std::string_view(d.layout), name_of(d.pattern), d.block_size_bytes, d.iodepth,
                              std::string_view(d.engine), name_of(d.io), std::string_view(c.cell));
        };
        return key(*a) < key(*b);
    });
    return out;
}

/// What an arm of no kernel shows in a row, of one kernel's cells.
const CellResult* shown_of_kernel(const std::vector<CellResult>& cells, const CellResult& row, Arm::Kind kind) {
    switch (kind) {
    case Arm::Kind::raw: return same_read(cells, row, kRaw);
    case Arm::Kind::floor: return same_read(cells, row, kDevice);
    case Arm::Kind::buffered: return with_other_io(cells, row, IoMode::buffered);
    case Arm::Kind::kernel: break;
    }
    return nullptr;
}

/// Any kernel's raw or buffered reads, or reads of the device, will do: the patch does not touch them. The one with numbers is shown.
const CellResult* from_any_arm(const std::vector<CellResult>& cells, const std::vector<std::string>& kernels,
                               const CellResult& row, Arm::Kind kind) {
    const CellResult* found = nullptr;
    for (const auto& kernel : kernels) {
        CellResult probe;
        probe.kernel = kernel;
        probe.workload = row.workload;
        probe.dimensions = row.dimensions;
        const CellResult* cell = shown_of_kernel(cells, probe, kind);
        if (cell != nullptr && (found == nullptr || (found->status != CellStatus::ok && cell->status == CellStatus::ok))) found = cell;
    }
    return found;
}

Status check_kernel_names(const Results& results, const std::vector<std::string>& kernels) {
    for (const auto& name : kernels) {
        if (results.find_kernel(name) != nullptr) continue;
        std::vector<std::string> known;
        for (const auto& kernel : results.kernels) known.push_back(kernel.name);
        return fail("compare --kernel", name, fmt::format("run {} has only {}{}", results.run.id, join(known, ", "), did_you_mean(name, known)));
    }
    return {};
}

/// The arm that is judged and the one it is judged against, as compare_arms() promises.
void choose_reference(Comparison& comparison, const ComparisonOptions& options) {
    std::vector<size_t> kernels;
    for (size_t i = 0; i < comparison.arms.size(); ++i)
        if (comparison.arms[i].kind == Arm::Kind::kernel) kernels.push_back(i);
    if (kernels.empty()) return;
    auto title = [&](size_t i) { return std::string_view(comparison.arms[i].title); };
    comparison.reference = kernels.front();
    comparison.candidate = kernels.back();
    if (!options.kernels.empty() && kernels.size() > 1) return;
    if (title(comparison.candidate) == "fallback" && kernels.size() > 1) comparison.candidate = kernels[kernels.size() - 2];

    std::optional<size_t> reference;
    for (size_t i : kernels) {
        if (i == comparison.candidate) continue;
        bool usable = title(i) == "fallback" || has_direct_numbers(comparison.results->cells, comparison.arms[i].kernel);
        if (usable && (!reference || title(i) == "fallback")) reference = i;
    }
    bool buffered = comparison.arms.front().kind == Arm::Kind::buffered;
    if (reference) comparison.reference = *reference;
    else if (buffered) comparison.reference = 0;
}

/// Makes rows of cells for the arms of a comparison.
struct RowMaker {
    const Comparison& comparison;
    const std::vector<std::string>& kernels;
    const std::vector<std::string>& candidate_first;
    bool by_id;

    const CellResult* cell_of(const Arm& arm, const CellResult& cell) const {
        const auto& cells = comparison.results->cells;
        if (arm.kind == Arm::Kind::kernel) return find_cell(cells, arm.kernel, cell.cell);
        return from_any_arm(cells, arm.kind == Arm::Kind::buffered ? kernels : candidate_first, cell, arm.kind);
    }
    ComparisonRow row(const CellResult& cell) const {
        ComparisonRow out{by_id ? "" : group_of(cell.dimensions), by_id ? cell.cell : read_label(cell.dimensions), cell.cell, cell.dimensions.device, {}, {}};
        for (const auto& arm : comparison.arms) out.cells.push_back(cell_of(arm, cell));
        if (out.cells.back() != nullptr) out.floor = floor_of(comparison.results->cells, *out.cells.back());
        return out;
    }
};

/// What makes instructions of the guest: another one of these, and every number moves.
constexpr std::array<const char*, 3> kTools = {"guest", "qemu", "compiler"};

std::string tool_of(const Run& run, const char* tool) {
    auto found = run.tool.find(tool);
    return found == run.tool.end() ? "unknown" : found->second;
}

std::optional<std::string> why_not_comparable(const Run& a, const Run& b) {
    auto differ = [](std::string_view what, std::string_view one, std::string_view two) -> std::optional<std::string> {
        if (one == two) return std::nullopt;
        return fmt::format("the first is of {0} \"{1}\" and the second of {0} \"{2}\"", what, one, two);
    };
    if (auto why = differ("machine", a.machine, b.machine)) return why;
    if (auto why = differ("accelerator", a.accelerator, b.accelerator)) return why;
    if (auto why = differ("clock", a.clock.kind, b.clock.kind)) return why;
    if (auto why = differ("suite", a.suite, b.suite)) return why;
    for (const Run* run : {&a, &b})
        if (!run->clock.comparable) return fmt::format("the clock of run {} is not comparable: {}", run->id, run->clock.note);
    if (a.clock.kind == "virtual")
        if (auto why = differ("emulator (its instruction counts are its own)", tool_of(a, "qemu"), tool_of(b, "qemu"))) return why;
    if (a.clock.kind == "real")
        if (auto why = differ("host processor", a.host.cpu, b.host.cpu)) return why;
    return std::nullopt;
}

void take_arm(const Results& from, const std::string& kernel, std::string_view suffix, Results& into) {
    KernelResult copy = *from.find_kernel(kernel);
    copy.name += suffix;
    into.kernels.push_back(std::move(copy));
    for (const auto& cell : from.cells) {
        if (cell.kernel != kernel) continue;
        into.cells.push_back(cell);
        into.cells.back().kernel += suffix;
    }
}

}  // namespace

std::string read_on_device(const Dimensions& d) { return fmt::format("{}{} on {}", read_label(d), d.layout == "flat" ? "" : ", " + d.layout, d.device); }

std::string place_of(const Dimensions& d) {
    return fmt::format("{} ({})", read_on_device(d), row_of(read_class_of(d)).title);
}

bool is_main_read(const Dimensions& d) {
    if (d.backend != kFscache || d.cache_state != CacheState::local || d.io != IoMode::direct || d.layout != "flat" || d.numjobs != 1)
        return false;
    if (d.pattern == Pattern::random && d.block_size_bytes == 4096) return d.iodepth == 1 || d.iodepth == 32;
    return d.pattern == Pattern::sequential && (d.block_size_bytes == 128 << 10 || d.block_size_bytes == 1 << 20);
}

std::optional<double> Comparison::value(const ComparisonRow& row, size_t arm, const Measure& measure) const {
    if (arm < arms.size() && arms[arm].kind == Arm::Kind::floor) return row.floor ? row.floor->value(measure.value, measure.direction) : std::nullopt;
    const CellResult* cell = arm < row.cells.size() ? row.cells[arm] : nullptr;
    return cell != nullptr ? measure.value(*cell) : std::nullopt;
}

std::optional<double> Comparison::ratio(const ComparisonRow& row, const Measure& measure) const {
    auto new_value = value(row, candidate, measure);
    auto old_value = value(row, reference, measure);
    if (!new_value || !old_value || *old_value == 0 || reference == candidate) return std::nullopt;
    return *new_value / *old_value;
}

Result<Comparison> compare_arms(const Results& results, const ComparisonOptions& options) {
    if (auto s = check_kernel_names(results, options.kernels); !s) return forward(s);
    auto collapsed = std::make_shared<Results>();
    collapsed->run = results.run;
    collapsed->kernels = results.kernels;
    collapsed->cells = collapse_boots(results.cells);
    const auto& cells = collapsed->cells;

    Comparison out;
    out.results = collapsed;
    bool all = options.rows == ComparisonOptions::Rows::all;
    std::vector<std::string> kernels = options.kernels;
    if (kernels.empty())
        for (const auto& kernel : results.kernels) kernels.push_back(kernel.name);
    if (!all) out.arms.push_back({"buffered", Arm::Kind::buffered, ""});
    for (const auto& kernel : kernels) out.arms.push_back({kernel, Arm::Kind::kernel, kernel});
    out.arms.push_back({"raw", Arm::Kind::raw, ""});
    out.arms.push_back({"floor", Arm::Kind::floor, ""});
    choose_reference(out, options);

    auto filtered = filtered_cells(cells, options.filter);
    if (!filtered) return forward(filtered);
    out.cells = std::move(*filtered);
    auto rows = row_cells(out.cells, all ? nullptr : is_main_read);
    if (rows.empty() && !all) {
        rows = row_cells(out.cells, is_local_direct);
        out.main_rows_missing = true;
    }
    // What no patch touches still differs a little with where a kernel's functions lie: beside the candidate stands its own.
    std::vector<std::string> candidate_first = kernels;
    std::stable_partition(candidate_first.begin(), candidate_first.end(), [&](const auto& name) { return name == out.arms[out.candidate].kernel; });
    const RowMaker make{out, kernels, candidate_first, all};
    for (const CellResult* cell : rows) out.rows.push_back(make.row(*cell));
    for (const CellResult* cell : row_cells(out.cells, is_direct_read)) out.direct_rows.push_back(make.row(*cell));
    for (const CellResult* cell : row_cells(out.cells, is_buffered_read)) out.buffered_rows.push_back(make.row(*cell));
    return out;
}

std::string why_other_instructions(const Run& first, const Run& second) {
    std::vector<std::string> out;
    for (const char* tool : kTools)
        if (tool_of(first, tool) != tool_of(second, tool)) out.push_back(fmt::format("another {} ({}, now {})", tool, tool_of(first, tool), tool_of(second, tool)));
    if (first.plan_sha256 != second.plan_sha256 && !first.plan_sha256.empty() && !second.plan_sha256.empty())
        out.push_back(fmt::format("another plan of which cells share a boot ({}, now {})", first.plan_sha256.substr(0, 12), second.plan_sha256.substr(0, 12)));
    return join(out, ", ");
}

Status check_comparable(const Results& first, const Results& second) {
    if (auto why = why_not_comparable(first.run, second.run))
        return fail(fmt::format("compare run {} with", first.run.id), second.run.id, fmt::format("their numbers mean different things: {}", *why));
    return {};
}

Result<Results> merge_runs(const Results& first, const Results& second, const std::vector<std::string>& kernels) {
    std::string one = kernels.empty() ? "" : kernels.front();
    std::string two = kernels.empty() ? "" : kernels.back();
    if (kernels.empty())
        for (const auto& kernel : first.kernels)
            if (second.find_kernel(kernel.name) != nullptr) one = two = kernel.name;
    if (one.empty())
        return fail(fmt::format("compare run {} with", first.run.id), second.run.id,
                    "they have no kernel in common: name one of each with --kernel A --kernel B");
    if (auto s = check_kernel_names(first, {one}); !s) return forward(s);
    if (auto s = check_kernel_names(second, {two}); !s) return forward(s);
    Results out;
    out.run = second.run;
    out.run.id = fmt::format("{} (1) and {} (2)", first.run.id, second.run.id);
    out.run.findings.clear();
    take_arm(first, one, "@1", out);
    take_arm(second, two, "@2", out);
    return out;
}

nlohmann::ordered_json comparison_json(const Comparison& comparison) {
    using Json = nlohmann::ordered_json;
    Json rows = Json::array();
    auto number = [](std::optional<double> value) { return value ? Json(*value) : Json(); };
    for (const auto& row : comparison.rows) {
        Json arms = Json::object();
        for (size_t i = 0; i < comparison.arms.size(); ++i) {
            const CellResult* cell = row.cells[i];
            Json& arm = arms[comparison.arms[i].title];
            arm["status"] = cell != nullptr ? Json(status_name(cell->status)) : Json();
            arm["reason"] = cell != nullptr ? cell->reason : "the run has no such cell";
            for (const auto& measure : comparison.measures()) arm[std::string(measure.name)] = number(comparison.value(row, i, measure));
        }
        Json ratios = Json::object();
        for (const auto& measure : comparison.measures()) ratios[std::string(measure.name)] = number(comparison.ratio(row, measure));
        rows.push_back({{"group", row.group}, {"label", row.label}, {"cell", row.cell}, {"arms", arms}, {"ratios", ratios}});
    }
    Json kinds = Json::object();
    for (const auto& measure : comparison.measures()) kinds[std::string(measure.name)] = kind_name(measure.kind);
    return {{"run", comparison.results->run.id},
            {"reference", comparison.arms.at(comparison.reference).title},
            {"candidate", comparison.arms.at(comparison.candidate).title},
            {"kinds", kinds},
            {"rows", rows}};
}

}  // namespace diobench
