// SPDX-License-Identifier: GPL-2.0-only
// The model of results.json (docs/results.md): everything one run found out.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/shared_optional.h"
#include "bench/common/console/boot_outcome.h"
#include "bench/common/fio/change.h"
#include "bench/common/measure/histogram.h"
#include "bench/common/plan/dimensions.h"

namespace diobench {

inline constexpr int64_t kResultsSchemaVersion = 3;
inline constexpr std::string_view kResultsFileName = "results.json";

enum class RunStatus { ok, failed, invalid, usage };
enum class KernelStatus { ok, build_failed, boot_failed, invalid };
enum class ConformanceStatus { pass, fail, skip, note };
enum class CellStatus { ok, unsupported, invalid, failed };
enum class ObservedIo { buffered, direct, refused, mixed };

/// The word in results.json, e.g. "build-failed".
[[nodiscard]] std::string_view status_name(RunStatus value);
[[nodiscard]] std::string_view status_name(KernelStatus value);
[[nodiscard]] std::string_view status_name(ConformanceStatus value);
[[nodiscard]] std::string_view status_name(BootOutcome value);
[[nodiscard]] std::string_view status_name(CellStatus value);
[[nodiscard]] std::string_view status_name(ObservedIo value);

/// What a nanosecond of this run means.
struct ClockInfo {
    std::string kind;         ///< "virtual" or "real"
    std::string unit_is;      ///< what one unit is, for people
    bool comparable = false;  ///< runs of the same kind of machine and clock may be compared
    std::string note;
    bool operator==(const ClockInfo&) const = default;
};

struct HostInfo {
    std::string cpu;
    int64_t cpus = 0;
    int64_t memory_bytes = 0;
    std::string kernel;
    std::string os;
    bool operator==(const HostInfo&) const = default;
};

/// A fio job file that cells were read by, and what was changed of it.
struct FioJobRecord {
    std::string name;    ///< of the file, without its extension
    std::string layout;  ///< of the image that it was adapted to
    std::vector<std::string> adapted;  ///< paths below the output directory: what ran, a file a cell
    std::vector<FioChange> changes;
    bool operator==(const FioJobRecord&) const = default;
};

/// The name of the suite that a user's own files make.
inline constexpr const char* kOwnSuite = "own";

struct Run {
    std::string id;
    std::string started_at;  ///< UTC, ISO 8601
    double elapsed_s = 0;
    std::string suite;
    std::string machine;  ///< "exact", "uml", "kvm" or "host"
    std::string accelerator;
    int64_t seed = 0;
    std::string plan_sha256;  ///< which cells share a boot, in their order; empty: a file from before it was recorded
    ClockInfo clock;
    HostInfo host;
    std::map<std::string, std::string> tool;  ///< name -> version; "version" and "git" are diobench's own
    std::vector<std::string> argv;
    std::map<std::string, std::string> command_lines;
    RunStatus status = RunStatus::ok;
    int exit_code = 0;
    std::vector<std::string> findings;  ///< one sentence for each thing that went wrong
    std::vector<FioJobRecord> fio_jobs;
    bool operator==(const Run&) const = default;
};

/// One conformance case on one kernel: of `verify`, or (named
/// verify/<layout>/<device>/<path>) the check of bytes that a run makes before it measures.
/// In the reason of a failure that a series declares for `verify --smp` alone: it takes no numbers, which are of one CPU.
inline constexpr std::string_view kKnownOnSmp = "(known on two CPUs alone: ";

struct ConformanceEntry {
    std::string case_name;
    ConformanceStatus status = ConformanceStatus::fail;
    bool known = false;       ///< the arm's series lists this case as failing
    std::string reason;       ///< empty only for pass
    double seconds = 0;       ///< inside the machine
    std::string kernel_text;  ///< what the kernel complained of meanwhile
    bool operator==(const ConformanceEntry&) const = default;
};

struct BootEntry {
    int64_t boot = 0;
    BootOutcome outcome = BootOutcome::ok;
    std::string device;
    std::string console;  ///< path below the output directory
    double elapsed_s = 0;
    std::string last_lines;  ///< of the console, for boots that went wrong
    bool operator==(const BootEntry&) const = default;
};

/// What scripts/checkpatch.pl --strict says, in its own words for how bad it is.
struct CheckpatchCounts {
    int64_t errors = 0;
    int64_t warnings = 0;
    int64_t checks = 0;
    bool operator==(const CheckpatchCounts&) const = default;
};

/// How much a kernel's chain of patches changes of the base kernel, all together.
struct SeriesSize {
    int64_t patches = 0;
    int64_t files = 0;
    int64_t lines_added = 0;
    int64_t lines_removed = 0;
    std::optional<CheckpatchCounts> checkpatch;  ///< of all patches; null: it did not run
    std::string checkpatch_reason;               ///< why not; empty only if it ran
    bool operator==(const SeriesSize&) const = default;
};

struct KernelResult {
    std::string name;
    std::string base_version;
    std::vector<std::string> series;
    std::string purpose;
    std::string patch_sha256;
    std::string config_sha256;
    std::string image_sha256;
    std::optional<SeriesSize> size;       ///< null: not known, as of a kernel that was not built
    std::optional<double> build_seconds;  ///< null: not built
    bool build_cached = false;
    KernelStatus status = KernelStatus::ok;
    std::string reason;
    std::vector<std::string> notes;       ///< what its base lacks of what was asked for, a sentence each
    std::vector<ConformanceEntry> conformance;
    std::vector<BootEntry> boots;
    bool operator==(const KernelResult&) const = default;
};

/// A measured number: whole numbers stay whole.
using MetricValue = std::variant<int64_t, double>;
/// Metric name of the metric table -> value. A name that is not in it is missing (null in JSON).
using Metrics = std::map<std::string, MetricValue, std::less<>>;

/// Page cache over time, of a second run of the cell that was not timed.
struct CurvePoint {
    int64_t time_ns = 0;
    int64_t erofs_file_bytes = 0;
    int64_t backing_file_bytes = 0;
    int64_t guest_total_bytes = 0;
    bool operator==(const CurvePoint&) const = default;
};

struct CellResult {
    std::string kernel;
    std::string workload;
    std::string cell;
    int64_t boot = 0;
    Dimensions dimensions;
    std::string declared_io;
    std::optional<ObservedIo> observed_io;
    CellStatus status = CellStatus::failed;
    std::string reason;  ///< empty only for ok
    bool known = false;
    std::optional<Metrics> metrics;  ///< of ok cells only
    SharedOptional<Histogram> histogram;
    std::map<std::string, Histogram> histograms;  ///< others than the latency's, by the metric they belong to ("ondemand.wait_ns")
    std::vector<CurvePoint> page_cache_curve;     ///< empty: none

    /// A metric by its name in the table; nullopt when missing.
    [[nodiscard]] std::optional<double> metric(std::string_view name) const;
};

struct Results {
    Run run;
    std::vector<KernelResult> kernels;
    std::vector<CellResult> cells;

    [[nodiscard]] const KernelResult* find_kernel(std::string_view name) const;
};

/// The whole document; keys and metrics come in a fixed order, so equal
/// content gives equal bytes.
[[nodiscard]] nlohmann::ordered_json to_json(const Results& results);
/// The "cells" array alone: what must be byte-identical for two runs of an exact machine.
[[nodiscard]] nlohmann::ordered_json cells_to_json(const std::vector<CellResult>& cells);
/// Strict: another schema_version, a missing or unknown key, a wrong type, a
/// word that is not of the schema and a cell whose status contradicts its
/// numbers are errors that name the place as a JSON pointer.
[[nodiscard]] Result<Results> from_json(const nlohmann::ordered_json& json);

/// Writes `directory`/results.json atomically; the directory must exist.
[[nodiscard]] Status write_results(const fs::path& directory, const Results& results);
/// Reads a results.json, or the one in a directory.
[[nodiscard]] Result<Results> read_results(const fs::path& path);

}  // namespace diobench
