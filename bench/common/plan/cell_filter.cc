// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/cell_filter.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <set>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/common/plan/read_label.h"

namespace diobench {

namespace {

constexpr std::string_view kWorkload = "workload";
constexpr std::string_view kBytes = "_bytes";
/// So many examples are enough to see what is right.
constexpr size_t kMostNamed = 24;

using Places = std::vector<size_t>;

/// What a condition is about: a row of the table, or the workload.
struct Subject {
    std::string_view name;  ///< as people write it: "block_size"
    const Dimension* row = nullptr;

    [[nodiscard]] std::optional<std::string> value_in(const NamedCell& cell) const {
        if (row == nullptr) return std::string(cell.workload);
        // What an id always says and this one does not, the cell does not have: nothing is read by back end null.
        if (row->id == IdPart::always && !part_of(*cell.dimensions, *row)) return std::nullopt;
        const std::string text = value_text(*cell.dimensions, *row);
        return text.empty() ? "none" : text;
    }
};

/// "io=direct|mmap".
struct Condition {
    std::string text;
    Subject subject;
    std::vector<std::string> values;  ///< as value_text() writes them

    [[nodiscard]] bool takes(const NamedCell& cell) const {
        const auto value = subject.value_in(cell);
        return value && std::find(values.begin(), values.end(), *value) != values.end();
    }
};

std::string_view short_name(const Dimension& row) {
    std::string_view name = row.name;
    if (name.ends_with(kBytes)) name.remove_suffix(kBytes.size());
    return name;
}

std::vector<Subject> all_subjects() {
    std::vector<Subject> out = {{kWorkload, nullptr}};
    for (const auto& row : dimension_table()) out.push_back({short_name(row), &row});
    return out;
}

bool matches_glob(const std::string& glob, const NamedCell& cell) {
    return is_label_glob(glob) ? match_glob(glob, read_label(*cell.dimensions)) : match_glob(glob, cell.id);
}

/// What cells have, the first ones, in the order of sizes and counts or of names.
std::string values_of(const Subject& subject, std::span<const NamedCell> cells, const Places& among) {
    std::set<std::pair<uint64_t, std::string>> found;
    for (const size_t place : among)
        if (const auto value = subject.value_in(cells[place]))
            found.insert({subject.row != nullptr && !subject.row->is_text() ? std::get<uint64_t>(value_of(*cells[place].dimensions, *subject.row)) : 0, *value});
    std::vector<std::string> names;
    for (const auto& [number, name] : found) names.push_back(name);
    if (names.size() > kMostNamed) names.resize(kMostNamed), names.emplace_back("...");
    return join(names, ", ");
}

/// Reads --where; what is wrong with it goes into `faults`.
class WhereReader {
public:
    explicit WhereReader(std::span<const NamedCell> cells) : cells_(cells), all_(cells.size()) {
        for (size_t i = 0; i < all_.size(); ++i) all_[i] = i;
    }

    std::vector<Condition> read(const std::string& where) {
        std::vector<Condition> out;
        for (const auto& part : split(where, ',')) {
            auto condition = read_condition(std::string(trim(part)));
            if (!condition) continue;
            const bool twice = std::any_of(out.begin(), out.end(), [&](const Condition& other) { return other.subject.name == condition->subject.name; });
            if (twice) faults.push_back(fmt::format("{0} is there twice: several values of it are written {0}=A|B", condition->subject.name));
            else out.push_back(std::move(*condition));
        }
        return out;
    }

    std::vector<std::string> faults;

private:
    std::optional<Condition> read_condition(const std::string& text) {
        const size_t equals = text.find('=');
        if (equals == std::string::npos) {
            faults.push_back(fmt::format("\"{}\": a condition is NAME=VALUE, such as io=direct", text));
            return std::nullopt;
        }
        const std::string name(trim(text.substr(0, equals)));
        const auto subject = find_subject(name);
        if (!subject) return std::nullopt;
        Condition out{text, *subject, {}};
        for (const auto& value : split(text.substr(equals + 1), '|'))
            if (auto read = read_value(*subject, std::string(trim(value)))) out.values.push_back(std::move(*read));
        return out;
    }

    std::optional<Subject> find_subject(std::string_view name) {
        std::vector<std::string> known;
        for (const auto& subject : all_subjects()) {
            if (name == subject.name || (subject.row != nullptr && name == subject.row->name)) return subject;
            known.emplace_back(subject.name);
        }
        faults.push_back(fmt::format("there is no dimension \"{}\"; there are {}{}", name, join(known, ", "), did_you_mean(name, known)));
        return std::nullopt;
    }

    std::optional<std::string> read_value(const Subject& subject, const std::string& text) {
        auto value = subject.row == nullptr || subject.row->is_text() ? read_name(subject, text) : read_number(*subject.row, text);
        if (value) return *value;
        faults.push_back(fmt::format("{}=\"{}\": {}", subject.name, text, value.error()));
        return std::nullopt;
    }

    static tl::expected<std::string, std::string> read_number(const Dimension& row, const std::string& text) {
        if (row.form == DimensionForm::size) {
            const auto bytes = parse_size_bytes(text);
            if (!bytes) return tl::unexpected<std::string>("a size as fio writes it is expected, such as 4k, 128k or 1m");
            return size_name(*bytes);
        }
        const bool digits = !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
        if (!digits) return tl::unexpected<std::string>("a whole number is expected, such as 32");
        return std::to_string(std::stoull(text));
    }

    tl::expected<std::string, std::string> read_name(const Subject& subject, const std::string& text) const {
        if (subject.row != nullptr && !subject.row->place.words.empty()) {
            const auto& words = subject.row->place.words;
            if (std::find(words.begin(), words.end(), text) != words.end()) return text;
            return tl::unexpected(fmt::format("known are {}{}", fmt::join(words, ", "), did_you_mean(text, {words.begin(), words.end()})));
        }
        for (const auto& cell : cells_)
            if (const auto value = subject.value_in(cell); value && *value == text) return text;
        return tl::unexpected(fmt::format("there are {}{}", values_of(subject, cells_, all_), did_you_mean(text, every_value(subject))));
    }

    [[nodiscard]] std::vector<std::string> every_value(const Subject& subject) const {
        std::set<std::string> values;
        for (const auto& cell : cells_)
            if (const auto value = subject.value_in(cell)) values.insert(*value);
        return {values.begin(), values.end()};
    }

    std::span<const NamedCell> cells_;
    Places all_;
};

Places those_of(const Places& among, auto takes) {
    Places out;
    std::copy_if(among.begin(), among.end(), std::back_inserter(out), takes);
    return out;
}

/// Of cells that read something.
std::string examples(std::span<const NamedCell> cells, bool labels) {
    std::vector<std::string> out;
    for (const auto& cell : cells) {
        if (cell.dimensions->backend == kNull) continue;
        std::string name = labels ? read_label(*cell.dimensions) : cell.id;
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
        if (out.size() == 3) break;
    }
    return join(out, labels ? ", " : "\n  ");
}

tl::unexpected<Error> no_such_name(std::string_view option, std::string_view text, std::span<const NamedCell> cells, std::string_view of_what) {
    const bool labels = is_label_glob(text);
    return fail("choose cells", fmt::format("{} {}", option, text),
                fmt::format("no cell of {} has {}; there {}{}", of_what, labels ? "this label" : "such an id", labels ? "are " : "is, for instance,\n  ", examples(cells, labels)));
}

tl::unexpected<Error> nothing_left(const CellFilter& filter, const Condition& condition, std::span<const NamedCell> cells, const Places& before, std::string_view of_what) {
    const std::string which = before.size() == cells.size() ? fmt::format("no cell of {}", of_what) : fmt::format("none of the {} cells of {} that the rest leaves", before.size(), of_what);
    return fail("choose cells", "--where " + filter.where, fmt::format("{} has {}: their {} is {}", which, condition.text, condition.subject.name, values_of(condition.subject, cells, before)));
}

}  // namespace

bool is_label_glob(std::string_view glob) { return glob.find(' ') != std::string_view::npos; }

std::string CellFilter::text() const {
    if (where.empty()) return glob;
    return glob == "*" ? where : glob + " " + where;
}

std::vector<std::string> CellFilter::words() const {
    std::vector<std::string> out;
    if (glob != "*") out.insert(out.end(), {"--filter", glob});
    if (!where.empty()) out.insert(out.end(), {"--where", where});
    return out;
}

std::map<std::string, std::set<std::string>> condition_values(std::span<const NamedCell> cells) {
    std::map<std::string, std::set<std::string>> out;
    for (const Subject& subject : all_subjects())
        for (const NamedCell& cell : cells)
            if (const auto value = subject.value_in(cell)) out[std::string(subject.name)].insert(*value);
    return out;
}

std::vector<NamedCell> named_cells(std::span<const Cell> cells) {
    std::vector<NamedCell> out;
    for (const Cell& cell : cells) out.push_back({cell.id(), cell.workload, &cell});
    return out;
}

Result<std::vector<size_t>> choose_cells(const CellFilter& filter, std::span<const NamedCell> cells, std::string_view of_what) {
    Places all(cells.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (filter.takes_all()) return all;
    WhereReader reader(cells);
    const auto conditions = filter.where.empty() ? std::vector<Condition>() : reader.read(filter.where);
    if (!reader.faults.empty()) return fail("choose cells", "--where " + filter.where, join(reader.faults, "\n  "));
    // A condition that takes no cell at all is named before one that only takes none of the others'.
    for (const auto& condition : conditions)
        if (std::none_of(cells.begin(), cells.end(), [&](const NamedCell& cell) { return condition.takes(cell); })) return nothing_left(filter, condition, cells, all, of_what);
    Places left = those_of(all, [&](size_t place) { return matches_glob(filter.glob, cells[place]); });
    if (left.empty()) return no_such_name("--filter", filter.glob, cells, of_what);
    for (const auto& condition : conditions) {
        Places taken = those_of(left, [&](size_t place) { return condition.takes(cells[place]); });
        if (taken.empty()) return nothing_left(filter, condition, cells, left, of_what);
        left = std::move(taken);
    }
    return left;
}

Result<size_t> find_named_cell(std::string_view id_or_label, std::span<const NamedCell> cells, std::string_view of_what) {
    std::vector<std::string> ids;
    size_t place = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].id == id_or_label) return i;
        if (read_label(*cells[i].dimensions) != id_or_label) continue;
        ids.push_back(cells[i].id);
        place = i;
    }
    if (ids.size() == 1) return place;
    if (ids.empty()) return no_such_name("--cell", id_or_label, cells, of_what);
    return fail("choose cells", fmt::format("--cell {}", id_or_label), fmt::format("{} cells of {} have this label; give the id of one:\n  {}", ids.size(), of_what, join(ids, "\n  ")));
}

}  // namespace diobench
