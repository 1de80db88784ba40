// SPDX-License-Identifier: GPL-2.0-only
// What a cell varies: the fields, and the one table of them.  Ids, JSON, the store,
// Prometheus and workload files follow from it; a new dimension is a new row.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "bench/common/base/error.h"

namespace diobench {

enum class IoMode { buffered, direct, mmap };
/// In which order a cell reads.  strided: every kStrideBlocks-th block, then the
/// ones between; zipf: blocks by popularity, theta 0.99; reread: uniformly, so
/// that blocks come again; tree: whole small files, opened and closed each;
/// trace: as a recorded program did.
enum class Pattern { sequential, random, strided, zipf, reread, tree, trace };
/// When reads are issued.  closed: as soon as one of `iodepth` is done; constant
/// and poisson: at `rate_iops`, whatever the kernel does; trace: at the trace's times.
enum class Arrival { closed, constant, poisson, trace };
/// Where the data is when the timed region starts: not on this machine; in
/// the cache file with the page cache cold; in the page cache.
enum class CacheState { remote, local, resident };

[[nodiscard]] std::string_view name_of(IoMode value);
[[nodiscard]] std::string_view name_of(Pattern value);
[[nodiscard]] std::string_view name_of(Arrival value);
[[nodiscard]] std::string_view name_of(CacheState value);
template <class E>
[[nodiscard]] Result<E> parse_enum(std::string_view text);

/// Names of back ends that the harness itself knows; all others are found in bench/guest/backend.
inline constexpr std::string_view kFscache = "fscache";
inline constexpr std::string_view kRaw = "raw";    ///< O_DIRECT on the backing file
inline constexpr std::string_view kDevice = "device";  ///< O_DIRECT on the block device: the floor of what a read costs
inline constexpr std::string_view kNull = "null";  ///< no I/O at all: the harness itself

/// Whether a back end reads one file that is not of a mounted image; such reads are direct and local only.
[[nodiscard]] constexpr bool is_one_file(std::string_view backend) { return backend == kRaw || backend == kDevice; }

/// A word or name, or a whole number.
using DimensionValue = std::variant<std::string, uint64_t>;

/// The values of one cell; help, units and names are in dimension_table().
/// A new dimension needs a field here only if code wants it by name: see stored().
struct Dimensions {
    std::string backend{kFscache};
    std::string layout{};
    std::string device{};
    CacheState cache_state = CacheState::local;
    IoMode io = IoMode::direct;
    Pattern pattern = Pattern::sequential;
    uint64_t block_size_bytes = 4096;
    std::string engine{};
    unsigned iodepth = 1;
    unsigned numjobs = 1;
    uint64_t span_bytes = 0;
    Arrival arrival = Arrival::closed;
    uint64_t rate_iops = 0;
    uint64_t memory_bytes = 0;
    uint64_t neighbour_bytes = 0;
    std::string fetch = "lan";
    std::string trace{};
    std::string fio_job{};
    /// Dimensions without a field, by name; what is as usual is not in it.
    std::map<std::string, DimensionValue, std::less<>> others{};

    bool operator==(const Dimensions&) const = default;

    /// The value of the row of that name, which must be a text, or a number.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] uint64_t number(std::string_view name) const;
};

/// How a value is written for people, in ids, labels and workload files.
enum class DimensionForm {
    name,   ///< any text
    word,   ///< one of the row's words
    count,  ///< a whole number
    size,   ///< bytes, as "48m"
};

/// Where Dimensions keeps a value.
struct DimensionPlace {
    DimensionValue usual;                     ///< what a cell has that says nothing
    std::span<const std::string_view> words;  ///< that the value can be; empty: no bound
    uint64_t largest = std::numeric_limits<int64_t>::max();
    DimensionValue (*get)(const Dimensions&) = nullptr;  ///< nullptr: it is in `others`
    void (*set)(Dimensions&, const DimensionValue&) = nullptr;
};

/// A dimension without a field of its own; `words` must outlive the row.
[[nodiscard]] inline DimensionPlace stored(DimensionValue usual, std::span<const std::string_view> words = {}) {
    DimensionPlace out;
    out.usual = std::move(usual);
    out.words = words;
    return out;
}

enum class IdPart {
    always,
    unless_usual,
    elsewhere,  ///< another row's part says it
};

/// What a reader of JSON does about a missing key: a dimension that is younger than schema 3 is as usual in older files.
enum class IfMissing { usual, refused };

/// Which [[cells]] tables of a workload file take a key.
enum class KeyOf {
    cells,     ///< all
    engines,   ///< all but of fio_job: a job file says itself how it reads
    patterns,  ///< of those all but of traces
    blocks,    ///< of those all but of pattern tree, which reads whole files
    traces,
    fio_jobs,
};
enum class KeyNeed { optional, required };

/// A row: everything that is to be said about a dimension.
struct Dimension {
    /// Key of JSON and column of the store; a number's ends in its unit.
    std::string_view name;
    /// One sentence: what it is, and what 0 or an empty text means.
    std::string_view help;
    DimensionForm form = DimensionForm::name;
    DimensionPlace place{};
    IfMissing if_missing = IfMissing::usual;

    IdPart id = IdPart::unless_usual;
    /// Before the value in the id, as "mem" of "mem48m".
    std::string_view prefix{};
    /// The part of the id if prefix and value alone are not it; nullopt: this cell has none.
    std::optional<std::string> (*part)(const Dimensions&) = nullptr;
    /// Of Prometheus; empty: what is not as usual is in the label `variant`.
    std::string_view label{};

    /// Of workload files; empty: none.  Rows of one key are the parts of its values, as engine and iodepth of load = "libaio:32".
    std::string_view key{};
    std::string_view example{};
    KeyNeed need = KeyNeed::optional;
    KeyOf key_of = KeyOf::cells;

    [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(place.usual); }
};

/// All rows, in the order of ids, JSON and labels.
[[nodiscard]] std::span<const Dimension> dimension_table();
/// The row of that name, or nullptr.
[[nodiscard]] const Dimension* find_dimension(std::string_view name);

/// A row more for as long as this lives, so that tests can see what follows from a row.  Not thread-safe.
class ScopedDimension {
public:
    explicit ScopedDimension(Dimension row);
    ~ScopedDimension();
    ScopedDimension(const ScopedDimension&) = delete;
    ScopedDimension& operator=(const ScopedDimension&) = delete;

private:
    std::string name_;
};

[[nodiscard]] DimensionValue value_of(const Dimensions& dimensions, const Dimension& row);
/// A value of the wrong type, a word that is none of the row's and a number that is too large are errors.
[[nodiscard]] Status check_value(const Dimension& row, const DimensionValue& value);
/// Checks, and sets.
[[nodiscard]] Status set_value(Dimensions& dimensions, const Dimension& row, const DimensionValue& value);
/// The value for people: "direct", "32", "48m".
[[nodiscard]] std::string value_text(const Dimensions& dimensions, const Dimension& row);
/// What the row has to say in ids ("mem48m"); nullopt: nothing.
[[nodiscard]] std::optional<std::string> part_of(const Dimensions& dimensions, const Dimension& row);
/// What is not as usual and has no label of its own, as at the end of the id: "mem48m/neighbour16m"; empty: nothing.
[[nodiscard]] std::string variant_of(const Dimensions& dimensions);

/// The "dimensions" object of results.json, in the table's order if Json keeps one.
template <class Json>
[[nodiscard]] Json dimensions_to_json(const Dimensions& dimensions) {
    Json out = Json::object();
    for (const auto& row : dimension_table())
        std::visit([&](const auto& value) { out[std::string(row.name)] = value; }, value_of(dimensions, row));
    return out;
}

}  // namespace diobench
