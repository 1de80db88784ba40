// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/policy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>

#include "bench/common/measure/known_metric.h"
#include "bench/host/run/own_workloads.h"
#include "bench/host/workload/toml_section.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr std::array<std::string_view, 4> kMachines = {"exact", "uml", "kvm", "host"};

constexpr const char* kOperation = "read policy";

/// One table of the policy.
class PolicySection : public Section {
public:
    PolicySection(const toml::table& table, const std::string& file, std::string what) : Section(table, file, std::move(what), kOperation) {}

    /// A list of texts; an absent key gives an empty list.
    Result<std::vector<std::string>> texts(std::string_view key, std::string_view example) {
        std::vector<std::string> out;
        const toml::node* node = find(key);
        if (node == nullptr) return out;
        const auto* array = node->as_array();
        if (array == nullptr || array->empty()) return bad(*node, key, fmt::format("expected a list like {}", example));
        for (const auto& element : *array) {
            if (!element.is_string() || element.value<std::string>()->empty()) return bad(element, key, fmt::format("expected texts like {}", example));
            out.push_back(*element.value<std::string>());
        }
        return out;
    }
    Result<std::vector<std::string>> some_texts(std::string_view key, std::string_view example) {
        auto out = texts(key, example);
        if (out && out->empty()) return missing(key, example);
        return out;
    }

    /// A number from `low` to `high`; absent: nothing.
    Result<std::optional<double>> number(std::string_view key, double low, double high) {
        const toml::node* node = find(key);
        if (node == nullptr) return std::nullopt;
        auto value = node->value<double>();
        if (!node->is_number() || !(*value >= low && *value <= high)) return bad(*node, key, fmt::format("expected a number from {} to {}", low, high));
        return value;
    }
    void take(std::string_view key, double low, double high, double scale, double& into) {
        std::optional<double> value;
        if (keep(number(key, low, high), value) && value) into = *value * scale;
    }
    void take_whole(std::string_view key, double low, double high, size_t& into) {
        const toml::node* node = find(key);
        std::optional<double> value;
        if (node == nullptr || !keep(number(key, low, high), value)) return;
        if (node->is_integer()) into = static_cast<size_t>(*value);
        else fault(bad(*node, key, "expected a whole number"));
    }

    Result<std::vector<const Metric*>> metrics(std::string_view key) {
        auto names = texts(key, "[\"latency_ns.mean\"]");
        if (!names) return forward(names);
        std::vector<const Metric*> out;
        Faults faults;
        for (const auto& name : *names) faults.append(one_metric(key, name), out);
        if (auto s = faults.status(); !s) return forward(s);
        return out;
    }
    Result<const Metric*> metric(std::string_view key) {
        auto name = text(key, "\"throughput_bytes_per_s\"");
        if (!name) return forward(name);
        return one_metric(key, *name);
    }

    PolicyScope scope() {
        PolicyScope out;
        out.line = line();
        keep(some_texts("cells", "[\"rand-read/*\"]"), out.cells);
        keep(texts("except", "[\"*/remote/*\"]"), out.except);
        keep(texts("machines", "[\"exact\"]"), out.machines);
        for (const auto& machine : out.machines)
            if (std::find(kMachines.begin(), kMachines.end(), machine) == kMachines.end())
                fault(bad(*table_.get("machines"), "machines", fmt::format("\"{}\" is no machine; known are {}", machine, fmt::join(kMachines, ", "))));
        keep(texts("suites", "[\"quick\"]"), out.suites);
        return out;
    }

private:
    Result<const Metric*> one_metric(std::string_view key, const std::string& name) {
        if (const Metric* metric = find_metric(name)) return metric;
        return bad(*table_.get(key), key, fmt::format("\"{}\": {}", name, no_such_metric(name)));
    }
};

Result<GateLine> read_gate(PolicySection& section) {
    GateLine out;
    section.keep(section.text("name", "\"time of reads\""), out.name);
    out.scope = section.scope();
    if (section.keep(section.metrics("metrics"), out.metrics) && out.metrics.empty()) section.fault(section.missing("metrics", "[\"latency_ns.mean\"]"));
    section.take("floor_percent", 0, 1000, 0.01, out.tolerance.floor);
    section.take("margin", 0, 1e15, 1, out.tolerance.margin);
    section.take("noise_per_cell", 0, 1e15, 1, out.noise_per_cell);
    if (const toml::node* node = section.find("floor_of")) {
        section.keep(section.metric("floor_of"), out.floor_of);
        if (out.scope.machines != std::vector<std::string>{"exact"}) section.fault(section.bad(*node, "floor_of", "what is judged by wall clock has a floor of its own: say machines = [\"exact\"]"));
    }
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Result<TradeOff> read_trade_off(PolicySection& section) {
    TradeOff out;
    out.scope = section.scope();
    section.keep(section.metric("metric"), out.metric);
    std::optional<double> limit;
    if (section.keep(section.number("worse_by_at_most_percent", 0, 1e6), limit) && !limit) section.fault(section.missing("worse_by_at_most_percent", "20"));
    out.worse_by_at_most = limit.value_or(0) * 0.01;
    section.keep(section.metric("if_metric"), out.if_metric);
    std::optional<double> share;
    const bool both = section.keep(section.number("at_most", 0, 1e18), out.at_most) & section.keep(section.number("at_most_percent_of_baseline", 0, 1e6), share);
    if (both && out.at_most.has_value() == share.has_value())
        section.fault(section.missing("at_most", "0 (in the unit of if_metric); or, instead of it, at_most_percent_of_baseline = 10"));
    if (share) out.at_most_of_baseline = *share * 0.01;
    section.keep(section.text("reason", "\"what is gained\""), out.reason);
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Result<std::string> expiry(PolicySection& section) {
    const toml::node* expires = section.find("expires");
    if (expires == nullptr) return section.missing("expires", "2026-12-31");
    const auto* date = expires->as_date();
    if (date == nullptr) return section.bad(*expires, "expires", "expected a day without quotes, like 2026-12-31");
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>((*date)->year), static_cast<int>((*date)->month), static_cast<int>((*date)->day));
}

Result<Waiver> read_waiver(PolicySection& section) {
    Waiver out;
    out.scope = section.scope();
    section.keep(section.metrics("metrics"), out.metrics);
    section.keep(section.text("owner", "\"a person who answers for it\""), out.owner);
    section.keep(section.text("reason", "\"why it is accepted\""), out.reason);
    section.keep(expiry(section), out.expires);
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Status read_wall(PolicySection& section, WallSettings& wall) {
    section.take("alpha_percent", 0.01, 20, 0.01, wall.alpha);
    section.take("confidence_percent", 50, 99.99, 0.01, wall.confidence);
    section.take_whole("min_pairs", 6, 1000, wall.min_pairs);
    section.take_whole("max_pairs", 6, 1000, wall.max_pairs);
    section.take("width", 0.05, 1, 1, wall.width);
    section.take("max_steal_percent", 0, 100, 0.01, wall.max_steal);
    section.take("max_pressure_percent", 0, 100, 0.01, wall.max_pressure);
    section.take("sentinel_percent", 0.1, 1000, 0.01, wall.sentinel);
    const toml::node* most = section.find("max_pairs");
    const toml::node* fewest = section.find("min_pairs");
    if (wall.max_pairs < wall.min_pairs && most != nullptr) section.fault(section.bad(*most, "max_pairs", fmt::format("it is less than min_pairs, {}", wall.min_pairs)));
    else if (wall.max_pairs < wall.min_pairs) section.fault(section.bad(*fewest, "min_pairs", fmt::format("it is more than max_pairs, {}", wall.max_pairs)));
    return section.done();
}

/// Every [[name]] of the document through `read`.
template <class T>
Status read_each(PolicySection& document, const std::string& file, const char* name, Result<T> (*read)(PolicySection&), std::vector<T>& into) {
    const toml::node* node = document.find(name);
    if (node == nullptr) return {};
    if (!node->is_array_of_tables()) return document.bad(*node, name, fmt::format("expected [[{}]] tables", name));
    Faults faults;
    for (const auto& element : *node->as_array()) {
        PolicySection section(*element.as_table(), file, fmt::format("[[{}]]", name));
        faults.append(read(section), into);
    }
    return faults.status();
}

bool any_match(const std::vector<std::string>& globs, std::string_view cell) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return match_glob(glob, cell); });
}

Status check_scope(const Policy& policy, const PolicyScope& scope, std::string_view what, std::span<const std::string> cells,
                   std::string_view machine, std::string_view suite) {
    if (!scope.applies(machine, suite)) return {};
    if (suite == kOwnSuite) return {};  // tables are written for suites of ours: of a user's own reads few match
    for (const auto* globs : {&scope.cells, &scope.except})
        for (const auto& glob : *globs)
            if (std::none_of(cells.begin(), cells.end(), [&](const std::string& cell) { return match_glob(glob, cell); }))
                return fail("check policy", toml_place(policy.file, scope.line),
                            fmt::format("\"{}\" of this {} matches no cell of suite {}: correct it, take it out, or bind the table with suites = [...]", glob, what, suite));
    if (std::none_of(cells.begin(), cells.end(), [&](const std::string& cell) { return scope.holds(cell); }))
        return fail("check policy", toml_place(policy.file, scope.line), fmt::format("\"except\" of this {} takes away every cell", what));
    return {};
}

}  // namespace

bool PolicyScope::applies(std::string_view machine, std::string_view suite) const {
    auto named = [](const std::vector<std::string>& names, std::string_view name) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    return named(machines, machine) && named(suites, suite);
}

bool PolicyScope::holds(std::string_view cell) const { return any_match(cells, cell) && !any_match(except, cell); }

Result<Policy> parse_policy(const std::string& text, const std::string& file) {
    auto table = parse_toml(text, file, kOperation);
    if (!table) return forward(table);
    Policy out;
    out.file = file;
    PolicySection document(*table, file, "the policy");
    document.fault(read_each(document, file, "gate", read_gate, out.gates));
    document.fault(read_each(document, file, "trade_off", read_trade_off, out.trade_offs));
    document.fault(read_each(document, file, "waiver", read_waiver, out.waivers));
    if (const toml::node* node = document.find("wall"); node != nullptr && !node->is_table()) document.fault(document.bad(*node, "wall", "expected a table [wall]"));
    else if (node != nullptr) {
        PolicySection section(*node->as_table(), file, "[wall]");
        document.fault(read_wall(section, out.wall));
    }
    if (auto s = document.done(); !s) return forward(s);
    if (out.gates.empty()) return fail("read policy", file, "it has no [[gate]] table, so nothing would be judged");
    return out;
}

Result<Policy> read_policy(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    return parse_policy(*text, file.string());
}

Status check_policy(const Policy& policy, std::span<const std::string> cells, std::string_view machine, std::string_view suite, std::string_view today) {
    bool any = false;
    for (const auto& line : policy.gates) {
        any = any || line.scope.applies(machine, suite);
        if (auto s = check_scope(policy, line.scope, "[[gate]]", cells, machine, suite); !s) return s;
    }
    if (!any) return fail("check policy", policy.file, fmt::format("no [[gate]] table applies to suite {} on machine {}, so nothing would be judged", suite, machine));
    for (const auto& trade_off : policy.trade_offs)
        if (auto s = check_scope(policy, trade_off.scope, "[[trade_off]]", cells, machine, suite); !s) return s;
    for (const auto& waiver : policy.waivers) {
        if (waiver.expires < today)
            return fail("check policy", toml_place(policy.file, waiver.scope.line),
                        fmt::format("the waiver of {} (\"{}\") ended on {}: take it out, or agree on another day", waiver.owner, waiver.reason, waiver.expires));
        if (auto s = check_scope(policy, waiver.scope, "[[waiver]]", cells, machine, suite); !s) return s;
    }
    return {};
}

std::string today_utc() { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()))); }

std::vector<GatedMetric> gated_metrics(const Policy& policy, std::string_view cell, std::string_view machine, std::string_view suite) {
    std::map<const Metric*, const GateLine*> last;
    for (const auto& line : policy.gates)
        if (line.scope.applies(machine, suite) && line.scope.holds(cell))
            for (const Metric* metric : line.metrics) last[metric] = &line;
    std::vector<GatedMetric> out;  // rows of one array: pointers are in its order
    for (const auto& [metric, line] : last) out.push_back({line, metric});
    return out;
}

const Waiver* find_waiver(const Policy& policy, std::string_view cell, const Metric* metric, std::string_view machine, std::string_view suite) {
    for (const auto& waiver : policy.waivers) {
        if (!waiver.scope.applies(machine, suite) || !waiver.scope.holds(cell)) continue;
        if (waiver.metrics.empty() || std::find(waiver.metrics.begin(), waiver.metrics.end(), metric) != waiver.metrics.end()) return &waiver;
    }
    return nullptr;
}

}  // namespace diobench
