// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pattern/point.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/plan/dimensions.h"

namespace diobench {

namespace {

/// Of descriptions that are as short and hold the same cells, the one in dimensions that come first here is taken.
constexpr std::array<std::string_view, 9> kFirstSaid = {"cache_state", "io", "layout", "block_size_bytes", "pattern", "iodepth", "engine", "device", "backend"};

/// The workload is the first part, then come the rows that every id has.
size_t part_of_id(std::string_view name) {
    size_t part = 1;
    for (const auto& row : dimension_table()) {
        if (row.name == name) break;
        part += row.id == IdPart::always ? 1 : 0;
    }
    return part;
}

std::vector<PointDimension> all_point_dimensions() {
    std::vector<PointDimension> out;
    for (const auto name : kFirstSaid) out.push_back({name, part_of_id(name)});
    out.push_back({kMoreParts, out.size() + 1});
    return out;
}

std::string size_words(std::string_view value) {
    if (value == "mixed") return "mixed-size";
    if (value.ends_with('k')) return fmt::format("{} KiB", value.substr(0, value.size() - 1));
    if (value.ends_with('m')) return fmt::format("{} MiB", value.substr(0, value.size() - 1));
    return fmt::format("{} B", value);
}

std::string cache_words(std::string_view value) { return value == "local" ? "cold" : value == "resident" ? "warm" : std::string(value); }
std::string depth_words(std::string_view value) { return value == "qd1" ? "one at a time" : fmt::format("{} at a time", value.substr(2)); }

/// What stands before "reads", in that order.
std::string before_noun(std::string_view name, std::string_view value) {
    if (name == "cache_state") return cache_words(value);
    if (name == "block_size_bytes") return size_words(value);
    return std::string(value);
}

/// What stands after it.
std::string after_noun(std::string_view name, std::string_view value) {
    if (name == "layout") return fmt::format(" of layout {}", value);
    if (name == "device") return fmt::format(" on {}", value);
    if (name == "backend") return fmt::format(" through {}", value);
    if (name == "engine") return fmt::format(" by {}", value);
    if (name == "iodepth") return ", " + depth_words(value);
    return value.empty() ? ", as usual else" : fmt::format(", with {}", join(split(value, '/'), " "));
}

constexpr std::array<std::string_view, 4> kBeforeNoun = {"cache_state", "io", "pattern", "block_size_bytes"};
constexpr std::array<std::string_view, 6> kAfterNoun = {"layout", "device", "backend", "engine", "iodepth", kMoreParts};

const Literal* find_literal(std::span<const Literal> where, std::string_view name) {
    for (const auto& one : where)
        if (point_dimensions()[one.dimension].name == name) return &one;
    return nullptr;
}

}  // namespace

std::span<const PointDimension> point_dimensions() {
    static const std::vector<PointDimension> rows = all_point_dimensions();
    return rows;
}

std::vector<std::string> point_of(std::string_view cell) {
    const auto parts = split(cell, '/');
    const size_t fixed = point_dimensions().back().part;
    if (parts.size() < fixed) return {};
    std::vector<std::string> out;
    for (const auto& dimension : point_dimensions())
        out.push_back(dimension.name == kMoreParts ? join(std::vector<std::string>(parts.begin() + static_cast<std::ptrdiff_t>(fixed), parts.end()), "/") : std::string(parts[dimension.part]));
    return out;
}

std::string reads_words(std::span<const Literal> where, ReadsForm form) {
    std::string out = form == ReadsForm::every ? "every " : "";
    for (const auto name : kBeforeNoun)
        if (const Literal* one = find_literal(where, name)) out += before_noun(name, one->value) + " ";
    out += form == ReadsForm::every ? "read" : "reads";
    for (const auto name : kAfterNoun)
        if (const Literal* one = find_literal(where, name)) out += after_noun(name, one->value);
    return out;
}

std::string cell_words(std::string_view cell) {
    const auto point = point_of(cell);
    if (point.empty()) return std::string(cell);
    std::vector<Literal> where;
    for (size_t i = 0; i < point.size(); ++i) {
        const auto name = point_dimensions()[i].name;
        if ((name == "backend" && point[i] == kFscache) || (name == kMoreParts && point[i].empty())) continue;
        where.push_back({i, point[i]});
    }
    return reads_words(where, ReadsForm::plural);
}

std::string literals_text(std::span<const Literal> where) {
    std::vector<std::string> out;
    for (const auto& one : where) out.push_back(fmt::format("{}={}", point_dimensions()[one.dimension].name, one.value));
    return join(out, ",");
}

std::string id_glob(std::span<const Literal> where) {
    const size_t fixed = point_dimensions().back().part;
    std::vector<std::string> parts(fixed + 1, "*");
    for (const auto& one : where) parts[point_dimensions()[one.dimension].part] = one.value;
    if (parts.back().empty()) parts.pop_back();
    std::vector<std::string> out;
    for (const auto& part : parts)
        if (part != "*" || out.empty() || out.back() != "*") out.push_back(part);
    // A last part that is given ends the id, or more of it follows.
    if (out.back() == "*" && out.size() > 1 && out[out.size() - 2].starts_with("qd")) {
        out.pop_back();
        out.back() += "*";
    }
    return join(out, "/");
}

}  // namespace diobench
