// SPDX-License-Identifier: GPL-2.0-only
#include "bench/plan/workload.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <toml++/toml.h>

#include "bench/base/text.h"
#include "bench/image/layout.h"

namespace diobench {

namespace {

template <class T>
std::string list_of(const T& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

/// A TOML table that knows its file, and which of its keys were asked for.
class Section {
public:
    Section(const toml::table& table, std::string file, std::string what)
        : table_(table), file_(std::move(file)), what_(std::move(what)) {}

    [[nodiscard]] tl::unexpected<Error> bad(const toml::node& node, std::string_view key, std::string_view text) const {
        return fail("read workload", fmt::format("{}:{}", file_, node.source().begin.line), fmt::format("{}: {}", key, text));
    }
    [[nodiscard]] tl::unexpected<Error> missing(std::string_view key, std::string_view example) const {
        return fail("read workload", fmt::format("{}:{}", file_, table_.source().begin.line),
                    fmt::format("{} has no \"{}\"; for instance {} = {}", what_, key, key, example));
    }
    const toml::node* find(std::string_view key) {
        known_.insert(std::string(key));
        return table_.get(key);
    }
    Result<std::string> text(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        auto value = node->value<std::string>();
        if (!node->is_string() || value->empty()) return bad(*node, key, fmt::format("expected a text like {}", example));
        return *value;
    }
    /// One text or a list of texts.
    Result<std::vector<std::string>> texts(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        std::vector<std::string> out;
        if (node->is_string()) {
            out.push_back(*node->value<std::string>());
        } else if (const auto* array = node->as_array(); array != nullptr && !array->empty()) {
            for (const auto& element : *array) {
                if (!element.is_string()) return bad(element, key, fmt::format("expected texts like {}", example));
                out.push_back(*element.value<std::string>());
            }
        } else {
            return bad(*node, key, fmt::format("expected a text or a list of texts like {}", example));
        }
        return out;
    }
    Result<uint64_t> number(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        auto value = node->value<int64_t>();
        if (!node->is_integer() || *value <= 0) return bad(*node, key, fmt::format("expected a positive number like {}", example));
        return static_cast<uint64_t>(*value);
    }
    /// Every element of `key` through `parse`, whose error gets file and line.
    template <class T, class Parse>
    Result<std::vector<T>> parsed(std::string_view key, std::string_view example, Parse parse) {
        auto words = texts(key, example);
        if (!words) return forward(words);
        std::vector<T> out;
        for (const auto& word : *words) {
            auto value = parse(word);
            if (!value) return bad(*table_.get(key), key, value.error().message());
            out.push_back(*value);
        }
        return out;
    }
    /// Call last: any key that nobody asked for is an error.
    Status refuse_unknown() const {
        for (const auto& [key, node] : table_)
            if (!known_.contains(std::string(key.str())))
                return bad(node, key.str(), fmt::format("unknown key in {}; known are {}", what_, list_of(known_)));
        return {};
    }

private:
    const toml::table& table_;
    std::string file_;
    std::string what_;
    std::set<std::string> known_;
};

struct Load {
    std::string engine;
    unsigned iodepth = 1;
};

Result<Load> parse_load(const std::string& text, const std::vector<EngineLimit>& engines) {
    auto colon = text.find(':');
    Load load{text.substr(0, colon), 0};
    if (colon != std::string::npos) {
        auto [end, ec] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), load.iodepth);
        if (ec != std::errc() || end != text.data() + text.size()) load.iodepth = 0;
    }
    if (load.iodepth == 0) return fail("load", fmt::format("\"{}\"", text), "expected engine:iodepth, like libaio:32");
    for (const auto& engine : engines)
        if (engine.name == load.engine) {
            if (load.iodepth > engine.max_iodepth)
                return fail("load", fmt::format("\"{}\"", text), fmt::format("{} has an iodepth of at most {}", engine.name, engine.max_iodepth));
            return load;
        }
    std::vector<std::string> names;
    for (const auto& engine : engines) names.push_back(engine.name);
    return fail("load", fmt::format("\"{}\"", text), "known engines are " + list_of(names));
}

Result<std::string> known_layout(const std::string& name) {
    auto layout = find_layout(name);
    if (!layout) return forward(layout);
    return name;
}

/// What contradicts itself in one cell; empty if nothing.
std::string contradiction(const Cell& cell) {
    if (cell.backend == Backend::raw && (cell.io != IoMode::direct || cell.cache_state != CacheState::local))
        return "backend raw is O_DIRECT on the cache file: it takes io = direct and cache_state = local only";
    if ((cell.backend == Backend::null) != (cell.engine == "null")) return "backend null and engine null belong together";
    auto layout = find_layout(cell.layout);
    if (cell.io == IoMode::direct && cell.block_size_bytes % kBlockBytes != 0)
        return fmt::format("block_size {} is not a multiple of {}, which direct I/O needs here", cell.block_size_bytes, kBlockBytes);
    if (cell.backend != Backend::null && layout && cell.block_size_bytes > (*layout)->size_bytes)
        return fmt::format("block_size {} is larger than the file of layout {} ({} bytes)", size_name(cell.block_size_bytes), cell.layout,
                           (*layout)->size_bytes);
    if (cell.backend == Backend::raw && layout && !(*layout)->holes.empty())
        return "backend raw needs a layout whose data is contiguous on the blob";
    return {};
}

/// One [[cells]] table: the cross product of its lists.
Status add_cells(const toml::table& table, const std::string& file, const WorkloadSet& profiles,
                 const std::vector<EngineLimit>& engines, Workload& workload) {
    Section section(table, file, "[[cells]]");
    auto backends = section.parsed<Backend>("backend", "[\"fscache\"]", parse_enum<Backend>);
    if (!backends) return forward(backends);
    auto layouts = section.parsed<std::string>("layout", "[\"flat\"]", known_layout);
    if (!layouts) return forward(layouts);
    auto devices = section.parsed<std::string>("device", "[\"ram\"]", [&](const std::string& name) -> Result<std::string> {
        if (profiles.device(name) != nullptr) return name;
        std::vector<std::string> names;
        for (const auto& d : profiles.devices) names.push_back(d.profile.name);
        return fail("device", fmt::format("\"{}\"", name), "known devices are " + list_of(names));
    });
    if (!devices) return forward(devices);
    auto states = section.parsed<CacheState>("cache_state", "[\"local\"]", parse_enum<CacheState>);
    if (!states) return forward(states);
    auto ios = section.parsed<IoMode>("io", "[\"buffered\", \"direct\"]", parse_enum<IoMode>);
    if (!ios) return forward(ios);
    auto patterns = section.parsed<Pattern>("pattern", "\"random\"", parse_enum<Pattern>);
    if (!patterns) return forward(patterns);
    auto sizes = section.parsed<uint64_t>("block_size", "[\"4k\", \"128k\"]", parse_size_bytes);
    if (!sizes) return forward(sizes);
    auto loads = section.parsed<Load>("load", "[\"pread:1\", \"libaio:32\"]",
                                      [&](const std::string& text) { return parse_load(text, engines); });
    if (!loads) return forward(loads);
    auto total = section.parsed<uint64_t>("size", "\"32m\"", parse_size_bytes);
    if (!total) return forward(total);
    auto number_ios = section.number("number_ios", "512");
    if (!number_ios) return forward(number_ios);
    if (const toml::node* node = section.find("fetch")) {
        auto name = node->value<std::string>().value_or("");
        if (profiles.fetch(name) == nullptr) {
            std::vector<std::string> names;
            for (const auto& f : profiles.fetches) names.push_back(f.profile.name);
            return section.bad(*node, "fetch", fmt::format("\"{}\" is not a fetch profile; known are {}", name, list_of(names)));
        }
        workload.fetch = name;
    }
    if (auto s = section.refuse_unknown(); !s) return s;
    for (auto backend : *backends)
        for (const auto& layout : *layouts)
            for (const auto& device : *devices)
                for (auto state : *states)
                    for (auto io : *ios)
                        for (auto pattern : *patterns)
                            for (auto size : *sizes)
                                for (const auto& load : *loads) {
                                    Cell cell{workload.name, backend, layout, device, state, io, pattern, size, load.engine, load.iodepth, 0};
                                    cell.ops = size == 0 ? 0 : std::min(total->front() / size, *number_ios);
                                    if (cell.ops == 0)
                                        return section.bad(*table.get("size"), "size", fmt::format("{} is less than one block of {}", size_name(total->front()), size_name(size)));
                                    if (std::string why = contradiction(cell); !why.empty()) return section.bad(table, cell.id(), why);
                                    for (const auto& other : workload.cells)
                                        if (other.id() == cell.id()) return section.bad(table, cell.id(), "this cell is here twice");
                                    workload.cells.push_back(std::move(cell));
                                }
    return {};
}

Result<toml::table> parse_toml(const std::string& text, const std::string& file) {
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& e) {
        return fail("read workload", fmt::format("{}:{}", file, e.source().begin.line), e.description());
    }
}

/// A profile file: one table a profile, each handed to `take`.
template <class Take>
Status read_profiles(const fs::path& path, Take take) {
    auto text = read_file(path);
    if (!text) return forward(text);
    auto table = parse_toml(*text, path.string());
    if (!table) return forward(table);
    for (const auto& [key, node] : *table) {
        const auto* profile = node.as_table();
        if (profile == nullptr)
            return fail("read profiles", fmt::format("{}:{}", path.string(), node.source().begin.line), fmt::format("{}: expected a table [name]", key.str()));
        Section section(*profile, path.string(), fmt::format("[{}]", key.str()));
        auto purpose = section.text("purpose", "\"one line\"");
        if (!purpose) return forward(purpose);
        if (auto s = take(std::string(key.str()), *purpose, section); !s) return s;
        if (auto s = section.refuse_unknown(); !s) return s;
    }
    return {};
}

Result<uint64_t> duration(Section& section, std::string_view key) {
    auto value = section.parsed<uint64_t>(key, "\"80us\"", parse_duration_ns);
    if (!value) return forward(value);
    return value->front();
}

}  // namespace

const DeviceProfile* WorkloadSet::device(std::string_view name) const {
    for (const auto& d : devices)
        if (d.profile.name == name) return &d.profile;
    return nullptr;
}

const FetchProfile* WorkloadSet::fetch(std::string_view name) const {
    for (const auto& f : fetches)
        if (f.profile.name == name) return &f.profile;
    return nullptr;
}

std::vector<std::string> WorkloadSet::suite_names() const {
    std::set<std::string> names;
    for (const auto& workload : workloads) names.insert(workload.suites.begin(), workload.suites.end());
    return {names.begin(), names.end()};
}

Result<std::vector<Cell>> WorkloadSet::suite(const std::string& name) const {
    std::vector<Cell> cells;
    for (const auto& workload : workloads)
        if (std::find(workload.suites.begin(), workload.suites.end(), name) != workload.suites.end())
            cells.insert(cells.end(), workload.cells.begin(), workload.cells.end());
    if (cells.empty()) return fail("find suite", name, "known suites are " + list_of(suite_names()));
    return cells;
}

Result<Workload> parse_workload(const std::string& text, const std::string& file, const WorkloadSet& profiles,
                                const std::vector<EngineLimit>& engines) {
    auto table = parse_toml(text, file);
    if (!table) return forward(table);
    Section section(*table, file, "a workload");
    Workload workload;
    auto name = section.text("name", "\"seq-read\"");
    if (!name) return forward(name);
    workload.name = *name;
    if (*name != fs::path(file).stem().string())
        return section.bad(*table->get("name"), "name", fmt::format("\"{}\" is not the name of the file", *name));
    auto question = section.text("question", "\"What does ... cost?\"");
    if (!question) return forward(question);
    workload.question = *question;
    auto suites = section.texts("suites", "[\"quick\"]");
    if (!suites) return forward(suites);
    workload.suites = *suites;
    const toml::node* cells = section.find("cells");
    if (cells == nullptr) return section.missing("cells", "a [[cells]] table");
    if (!cells->is_array_of_tables()) return section.bad(*cells, "cells", "expected [[cells]] tables");
    for (const auto& node : *cells->as_array())
        if (auto s = add_cells(*node.as_table(), file, profiles, engines, workload); !s) return forward(s);
    if (auto s = section.refuse_unknown(); !s) return forward(s);
    return workload;
}

Result<WorkloadSet> load_workloads(const fs::path& folder, const std::vector<EngineLimit>& engines) {
    WorkloadSet set;
    auto devices = read_profiles(folder / "profiles/devices.toml", [&](const std::string& name, const std::string& purpose, Section& section) -> Status {
        auto kind = section.text("kind", "\"null_blk\"");
        if (!kind) return forward(kind);
        NamedDevice device{{name, *kind, 0, 0, ""}, purpose};
        if (*kind == "null_blk") {
            auto latency = duration(section, "latency");
            if (!latency) return forward(latency);
            device.profile.latency_ns = *latency;
            device.profile.path = "/dev/nullb0";
        } else if (*kind == "brd") {
            device.profile.path = "/dev/ram0";
        } else {
            return fail("read profiles", name, "kind \"" + *kind + "\" is not known; known are brd, null_blk");
        }
        set.devices.push_back(std::move(device));
        return {};
    });
    if (!devices) return forward(devices);
    auto fetches = read_profiles(folder / "profiles/fetch.toml", [&](const std::string& name, const std::string& purpose, Section& section) -> Status {
        auto round_trip = duration(section, "round_trip");
        if (!round_trip) return forward(round_trip);
        auto bandwidth = section.number("bandwidth_bytes_per_s", "1_250_000_000");
        if (!bandwidth) return forward(bandwidth);
        set.fetches.push_back({{name, *round_trip, *bandwidth}, purpose});
        return {};
    });
    if (!fetches) return forward(fetches);

    std::error_code ec;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, ec))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    if (ec) return fail_errno("list", folder.string(), ec.value());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        auto text = read_file(file);
        if (!text) return forward(text);
        auto workload = parse_workload(*text, file.string(), set, engines);
        if (!workload) return forward(workload);
        set.workloads.push_back(std::move(*workload));
    }
    return set;
}

}  // namespace diobench
