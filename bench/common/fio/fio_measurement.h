// SPDX-License-Identifier: GPL-2.0-only
// What fio says it measured, in our types.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/measure/histogram.h"

namespace diobench {

/// All jobs of one run of fio together.
struct FioMeasurement {
    int open_errno = 0;        ///< open(2) of the file with the jobs' flags was refused with this; then nothing else holds
    uint64_t ops = 0;          ///< completed reads
    uint64_t bytes = 0;
    uint64_t errors = 0;       ///< jobs that a failed read ended
    uint64_t short_reads = 0;  ///< reads that brought less than asked for (fio reads the rest again)
    int first_errno = 0;
    std::string complaint;     ///< what fio said of its first error, one sentence
    /// fio's own "runtime" of its longest job, rounded up by fio to whole
    /// milliseconds: 0 <= elapsed_ns - true value < kElapsedResolutionNs.
    uint64_t elapsed_ns = 0;
    static constexpr uint64_t kElapsedResolutionNs = 1'000'000;
    /// Between the two snapshots, by our clock: elapsed_ns and what fio does around it.
    uint64_t between_snapshots_ns = 0;
    /// lat_ns: from before the submission to after the completion was seen, as
    /// in our own engines.  Exact count, minimum and maximum; the mean to
    /// 1e-6 ns; buckets converted with an error of at most kConversionErrorBound.
    Histogram latency;
    Histogram completion_latency;  ///< clat_ns: from the end of the submission
    uint64_t cpu_user_ns = 0;      ///< of the reading threads, by fio, in whole milliseconds a job
    uint64_t cpu_system_ns = 0;
    uint64_t cpu_ns = 0;           ///< of the whole fio process between the snapshots, ns
    uint64_t context_switches = 0; ///< of the reading threads, by fio
    std::optional<uint64_t> latency_iodepth;  ///< of a job with latency_target: the largest that kept it, by fio
    std::string version;           ///< "fio-3.33"

    /// fio cuts a power of two into 2^6 buckets and names each by its middle m,
    /// so a true value lies within w/2 = m * 2^-7 of it.  Our buckets are half as
    /// wide, m is the first value of one, and it is reported by its middle, w/4
    /// further: the error is at most 3w/4 <= 3 * 2^-8 of the value = 1.17 %.
    static constexpr double kConversionErrorBound = 3.0 / 256;

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<FioMeasurement> from_json(const nlohmann::json& json);
};

/// One latency object of JSON+ ({"min", "max", "mean", "N", "bins": {"ns": count}}).
/// An error if it has values but no bins, or bins that do not add up.
[[nodiscard]] Result<Histogram> histogram_from_fio(const nlohmann::json& latency);

/// The JSON object that fio printed between its notes; an error quotes fio's own complaint if there is one.
[[nodiscard]] Result<nlohmann::json> fio_json(std::string_view output, std::string_view error_output);

/// What fio printed.  `output` may have fio's notes before and after the JSON
/// object.  What is not measured by fio itself (between_snapshots_ns, cpu_ns)
/// stays 0.  Errors: no JSON object, one cut short, fields missing; they quote
/// fio's own complaint if there is one.
[[nodiscard]] Result<FioMeasurement> parse_fio_output(std::string_view output, std::string_view error_output);

}  // namespace diobench
