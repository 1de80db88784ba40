// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/dimensions.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <vector>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

template <class E>
struct Names;
template <>
struct Names<IoMode> {
    static constexpr std::string_view what = "io";
    static constexpr std::array<std::string_view, 3> list = {"buffered", "direct", "mmap"};
};
template <>
struct Names<Pattern> {
    static constexpr std::string_view what = "pattern";
    static constexpr std::array<std::string_view, 7> list = {"sequential", "random", "strided", "zipf", "reread", "tree", "trace"};
};
template <>
struct Names<Arrival> {
    static constexpr std::string_view what = "arrival";
    static constexpr std::array<std::string_view, 4> list = {"closed", "constant", "poisson", "trace"};
};
template <>
struct Names<CacheState> {
    static constexpr std::string_view what = "cache_state";
    static constexpr std::array<std::string_view, 3> list = {"remote", "local", "resident"};
};

template <class E>
std::string_view lookup(E value) {
    return Names<E>::list[static_cast<size_t>(value)];
}

tl::unexpected<Error> unknown_word(std::string_view what, std::string_view text, std::span<const std::string_view> known) {
    return fail(fmt::format("read {}", what), fmt::format("\"{}\"", text), fmt::format("known are {}", fmt::join(known, ", ")));
}

template <class T>
DimensionValue to_value(const T& field) {
    if constexpr (std::is_enum_v<T>) return std::string(lookup(field));
    else return field;
}

template <class T>
void from_value(T& field, const DimensionValue& value) {
    if constexpr (std::is_enum_v<T>) field = *parse_enum<T>(std::get<std::string>(value));
    else if constexpr (std::is_same_v<T, std::string>) field = std::get<std::string>(value);
    else field = static_cast<T>(std::get<uint64_t>(value));
}

/// The place of a field; as usual is what a new Dimensions has.
template <auto Member>
DimensionPlace field() {
    using T = std::remove_reference_t<decltype(Dimensions().*Member)>;
    DimensionPlace out;
    out.usual = to_value(Dimensions().*Member);
    if constexpr (std::is_enum_v<T>) out.words = Names<T>::list;
    if constexpr (std::is_same_v<T, unsigned>) out.largest = std::numeric_limits<unsigned>::max();
    out.get = [](const Dimensions& d) { return to_value(d.*Member); };
    out.set = [](Dimensions& d, const DimensionValue& value) { from_value(d.*Member, value); };
    return out;
}

/// Backend null reads nothing: how and from where is no part of its ids.
std::optional<std::string> unless_null(const Dimensions& d, std::string_view part) {
    if (d.backend == kNull) return std::nullopt;
    return std::string(part);
}

std::optional<std::string> pattern_part(const Dimensions& d) {
    return unless_null(d, d.trace.empty() ? std::string(name_of(d.pattern)) : "trace-" + d.trace);
}

std::optional<std::string> arrival_part(const Dimensions& d) {
    if (d.arrival == Arrival::closed) return std::nullopt;
    if (d.arrival == Arrival::trace) return "timed";
    return fmt::format("{}{}", name_of(d.arrival), d.rate_iops);
}

std::optional<std::string> fetch_part(const Dimensions& d) {
    if (d.cache_state != CacheState::remote || d.fetch == "lan") return std::nullopt;
    return d.fetch;
}

using D = Dimensions;
using F = DimensionForm;
constexpr auto kRefused = IfMissing::refused;
constexpr auto kAlways = IdPart::always;
constexpr auto kRequired = KeyNeed::required;

std::vector<Dimension> all_dimensions() {
    return {
        {.name = "backend", .help = "Way in which the files are readable; raw is O_DIRECT on the backing file, device on the block device itself, null reads nothing.",
         .place = field<&D::backend>(), .if_missing = kRefused, .id = kAlways, .label = "backend",
         .key = "backend", .example = "[\"fscache\"]", .need = kRequired},
        {.name = "layout", .help = "Image that is read.",
         .place = field<&D::layout>(), .if_missing = kRefused, .id = kAlways, .part = [](const D& d) { return unless_null(d, d.layout); }, .label = "layout",
         .key = "layout", .example = "[\"flat\"]", .need = kRequired},
        {.name = "device", .help = "Profile of the device that the cache file system lies on.",
         .place = field<&D::device>(), .if_missing = kRefused, .id = kAlways, .label = "device",
         .key = "device", .example = "[\"ram\"]", .need = kRequired},
        {.name = "cache_state", .help = "Where the data is when the timed region starts.", .form = F::word,
         .place = field<&D::cache_state>(), .if_missing = kRefused, .id = kAlways, .part = [](const D& d) { return unless_null(d, name_of(d.cache_state)); }, .label = "cache_state",
         .key = "cache_state", .example = "[\"local\"]", .need = kRequired},
        {.name = "io", .help = "How the file is opened and read.", .form = F::word,
         .place = field<&D::io>(), .if_missing = kRefused, .id = kAlways, .part = [](const D& d) { return unless_null(d, name_of(d.io)); }, .label = "io",
         .key = "io", .example = "[\"buffered\", \"direct\"]", .need = kRequired, .key_of = KeyOf::engines},
        {.name = "pattern", .help = "Order of the reads.", .form = F::word,
         .place = field<&D::pattern>(), .if_missing = kRefused, .id = kAlways, .part = pattern_part, .label = "pattern",
         .key = "pattern", .example = "\"random\"", .need = kRequired, .key_of = KeyOf::patterns},
        {.name = "block_size_bytes", .help = "Bytes of each read; 0: reads of all sizes (a trace).", .form = F::size,
         .place = field<&D::block_size_bytes>(), .if_missing = kRefused, .id = kAlways,
         .part = [](const D& d) -> std::optional<std::string> { return d.block_size_bytes == 0 ? "mixed" : size_name(d.block_size_bytes); }, .label = "block_size",
         .key = "block_size", .example = "[\"4k\", \"128k\"]", .need = kRequired, .key_of = KeyOf::blocks},
        {.name = "engine", .help = "Engine that issues the reads.",
         .place = field<&D::engine>(), .if_missing = kRefused, .id = kAlways, .label = "engine",
         .key = "load", .example = "[\"pread:1\", \"libaio:32\"]", .need = kRequired, .key_of = KeyOf::engines},
        {.name = "iodepth", .help = "Reads under way at a time, of each job.", .form = F::count,
         .place = field<&D::iodepth>(), .if_missing = kRefused, .id = kAlways, .prefix = "qd", .label = "iodepth", .key = "load"},
        {.name = "numjobs", .help = "Threads that read.", .form = F::count,
         .place = field<&D::numjobs>(), .if_missing = kRefused, .prefix = "jobs", .label = "numjobs",
         .key = "numjobs", .example = "[\"1\", \"4\"]", .key_of = KeyOf::patterns},
        {.name = "span_bytes", .help = "Of each job's files that are read; 0: all.", .form = F::size,
         .place = field<&D::span_bytes>(), .if_missing = kRefused, .prefix = "span",
         .key = "span", .example = "[\"8m\", \"32m\"]", .key_of = KeyOf::patterns},
        {.name = "arrival", .help = "When reads are issued.", .form = F::word,
         .place = field<&D::arrival>(), .if_missing = kRefused, .part = arrival_part,
         .key = "rate", .example = "[\"constant:5000\", \"poisson:5000\"]", .key_of = KeyOf::patterns},
        {.name = "rate_iops", .help = "Reads a second of each job, of arrival constant and poisson; 0: no rate.", .form = F::count,
         .place = field<&D::rate_iops>(), .if_missing = kRefused, .part = [](const D&) -> std::optional<std::string> { return std::nullopt; }, .key = "rate"},
        {.name = "memory_bytes", .help = "What the machine has left for page cache and slab; 0: all it has.", .form = F::size,
         .place = field<&D::memory_bytes>(), .if_missing = kRefused, .prefix = "mem", .key = "memory", .example = "[\"48m\"]"},
        {.name = "neighbour_bytes", .help = "Hot set of a second process; 0: there is none.", .form = F::size,
         .place = field<&D::neighbour_bytes>(), .if_missing = kRefused, .prefix = "neighbour", .key = "neighbour", .example = "[\"16m\"]"},
        {.name = "fetch", .help = "Profile of the link blobs come over, of cells that are remote.",
         .place = field<&D::fetch>(), .if_missing = kRefused, .part = fetch_part, .key = "fetch", .example = "[\"lan\"]"},
        {.name = "trace", .help = "Trace that is replayed (pattern trace); empty: none.",
         .place = field<&D::trace>(), .if_missing = kRefused, .id = IdPart::elsewhere,
         .key = "trace", .example = "\"container-start\"", .need = kRequired, .key_of = KeyOf::traces},
        {.name = "fio_job", .help = "Job file of engine fio; empty: there is none, or it is made from the cell.",
         .place = field<&D::fio_job>(), .if_missing = kRefused,
         .key = "fio_job", .example = "[\"rand-4k-direct\"]", .need = kRequired, .key_of = KeyOf::fio_jobs},
    };
}

std::vector<Dimension>& dimension_rows() {
    static std::vector<Dimension> rows = all_dimensions();
    return rows;
}

const Dimension& row_of(std::string_view name) {
    const Dimension* row = find_dimension(name);
    if (row == nullptr) throw std::logic_error(fmt::format("there is no dimension {}", name));
    return *row;
}

}  // namespace

std::string_view name_of(IoMode value) { return lookup(value); }
std::string_view name_of(Pattern value) { return lookup(value); }
std::string_view name_of(Arrival value) { return lookup(value); }
std::string_view name_of(CacheState value) { return lookup(value); }

template <class E>
Result<E> parse_enum(std::string_view text) {
    for (size_t i = 0; i < Names<E>::list.size(); ++i)
        if (Names<E>::list[i] == text) return static_cast<E>(i);
    return unknown_word(Names<E>::what, text, Names<E>::list);
}
template Result<IoMode> parse_enum(std::string_view);
template Result<Pattern> parse_enum(std::string_view);
template Result<Arrival> parse_enum(std::string_view);
template Result<CacheState> parse_enum(std::string_view);

std::string Dimensions::text(std::string_view name) const { return std::get<std::string>(value_of(*this, row_of(name))); }
uint64_t Dimensions::number(std::string_view name) const { return std::get<uint64_t>(value_of(*this, row_of(name))); }

std::span<const Dimension> dimension_table() { return dimension_rows(); }

const Dimension* find_dimension(std::string_view name) {
    for (const auto& row : dimension_table())
        if (row.name == name) return &row;
    return nullptr;
}

ScopedDimension::ScopedDimension(Dimension row) : name_(row.name) {
    if (find_dimension(name_) != nullptr) throw std::logic_error(fmt::format("there already is a dimension {}", name_));
    dimension_rows().push_back(std::move(row));
}

ScopedDimension::~ScopedDimension() {
    std::erase_if(dimension_rows(), [&](const Dimension& row) { return row.name == name_; });
}

DimensionValue value_of(const Dimensions& dimensions, const Dimension& row) {
    if (row.place.get != nullptr) return row.place.get(dimensions);
    auto it = dimensions.others.find(row.name);
    return it == dimensions.others.end() ? row.place.usual : it->second;
}

Status check_value(const Dimension& row, const DimensionValue& value) {
    if (value.index() != row.place.usual.index()) return fail(fmt::format("read {}", row.name), "", row.is_text() ? "a text is expected" : "a whole number is expected");
    if (const auto* number = std::get_if<uint64_t>(&value)) {
        if (*number <= row.place.largest) return {};
        return fail(fmt::format("read {}", row.name), std::to_string(*number), fmt::format("{} is the most", row.place.largest));
    }
    const auto& words = row.place.words;
    const auto& text = std::get<std::string>(value);
    if (words.empty() || std::find(words.begin(), words.end(), text) != words.end()) return {};
    return unknown_word(row.name, text, words);
}

Status set_value(Dimensions& dimensions, const Dimension& row, const DimensionValue& value) {
    if (auto s = check_value(row, value); !s) return s;
    if (row.place.set != nullptr) row.place.set(dimensions, value);
    else if (value == row.place.usual) dimensions.others.erase(std::string(row.name));
    else dimensions.others.insert_or_assign(std::string(row.name), value);
    return {};
}

std::string value_text(const Dimensions& dimensions, const Dimension& row) {
    const DimensionValue value = value_of(dimensions, row);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    const uint64_t number = std::get<uint64_t>(value);
    return row.form == DimensionForm::size ? size_name(number) : std::to_string(number);
}

std::optional<std::string> part_of(const Dimensions& dimensions, const Dimension& row) {
    if (row.part != nullptr) return row.part(dimensions);
    if (row.id != IdPart::always && value_of(dimensions, row) == row.place.usual) return std::nullopt;
    return std::string(row.prefix) + value_text(dimensions, row);
}

std::string variant_of(const Dimensions& dimensions) {
    std::string out;
    for (const auto& row : dimension_table()) {
        if (!row.label.empty()) continue;
        if (const auto part = part_of(dimensions, row)) out += (out.empty() ? "" : "/") + *part;
    }
    return out;
}

}  // namespace diobench
