// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/job_option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr std::string_view kReadsOnly = "the image is read-only and diobench measures reads; remove it";
constexpr std::string_view kOwnMeasures = "diobench reads fio's latencies and needs them whole; remove it";
constexpr std::string_view kOneFile = "the workload names the file that is read; remove it (or write filename=${DIOBENCH_FILE})";
constexpr std::string_view kTogether = "all jobs of a file run at the same time, so that the machine's state before and after is theirs; "
                                       "put what runs later into a job file of its own";
constexpr std::string_view kCacheState = "the workload's cache_state says what is in the page cache; remove it";
constexpr std::string_view kNoPrograms = "nothing but fio runs in the timed region; remove it";
constexpr std::string_view kNoLogs = "there is no place for fio's logs inside the machine, and writing them would be measured; remove it";
constexpr std::string_view kOtherReads = "only the reads of the workload's file are measured; remove it";
constexpr std::string_view kOffsetsFromSeed = "a run must be repeatable: offsets come from the seed; remove it or set it to 1";
constexpr std::string_view kThreads = "jobs run as threads of one fio, which is what is snapshotted; write thread=1 or remove it";

constexpr auto kRules = std::to_array<FioOptionRule>({
    // what is read
    {"rw", FioValue::readwrite, "read or randread"},
    {"bs", FioValue::bytes, "", 1, uint64_t{1} << 30},
    {"bsrange", FioValue::byte_range, "", 1, uint64_t{1} << 30},
    {"blockalign", FioValue::bytes, "", 1, uint64_t{1} << 30},
    {"size", FioValue::bytes_or_percent, "", 1},
    {"io_size", FioValue::bytes_or_percent, "", 1},
    {"offset", FioValue::bytes_or_percent, ""},
    {"offset_align", FioValue::bytes, ""},
    {"offset_increment", FioValue::bytes_or_percent, ""},
    {"number_ios", FioValue::integer, "", 1},
    {"loops", FioValue::integer, "", 1, 1'000'000},
    {"runtime", FioValue::duration, "", 1, uint64_t{3600} * 1'000'000'000},
    {"time_based", FioValue::flag, ""},
    {"direct", FioValue::flag, ""},
    {"buffered", FioValue::flag, ""},
    // in which order
    {"random_generator", FioValue::choice, "tausworthe|lfsr|tausworthe64"},
    {"random_distribution", FioValue::distribution, ""},
    {"percentage_random", FioValue::integer, "", 0, 100},
    {"rw_sequencer", FioValue::choice, "sequential|identical"},
    {"norandommap", FioValue::flag, ""},
    {"softrandommap", FioValue::flag, ""},
    {"randseed", FioValue::integer, ""},
    {"randrepeat", FioValue::choice, "1"},
    {"allrandrepeat", FioValue::choice, "1"},
    // how
    {"ioengine", FioValue::choice, "sync|psync|vsync|pvsync|pvsync2|libaio|io_uring|mmap|null"},
    {"iodepth", FioValue::integer, "", 1, 4096},
    {"iodepth_batch", FioValue::integer, "", 1, 4096},
    {"iodepth_batch_complete_min", FioValue::integer, "", 0, 4096},
    {"iodepth_batch_complete_max", FioValue::integer, "", 0, 4096},
    {"iodepth_low", FioValue::integer, "", 1, 4096},
    {"numjobs", FioValue::integer, "", 1, 64},
    {"fixedbufs", FioValue::flag, ""},
    {"registerfiles", FioValue::flag, ""},
    {"sqthread_poll", FioValue::flag, ""},
    {"sqthread_poll_cpu", FioValue::integer, "", 0, 4095},
    {"nonvectored", FioValue::flag, ""},
    {"force_async", FioValue::integer, "", 0, 1'000'000},
    {"hipri", FioValue::flag, ""},
    {"nowait", FioValue::flag, ""},
    {"userspace_reap", FioValue::flag, ""},
    {"thp", FioValue::flag, ""},
    {"fadvise_hint", FioValue::choice, "0|1|none|random|sequential"},
    {"mem", FioValue::choice, "malloc|mmap"},
    {"iomem_align", FioValue::bytes, "", 1, uint64_t{1} << 30},
    // how fast
    {"rate", FioValue::bytes, "", 1},
    {"rate_iops", FioValue::integer, "", 1},
    {"rate_process", FioValue::choice, "linear|poisson"},
    {"rate_ignore_thinktime", FioValue::flag, ""},
    {"thinktime", FioValue::duration_us, ""},
    {"thinktime_spin", FioValue::duration_us, ""},
    {"thinktime_blocks", FioValue::integer, "", 1},
    {"thinktime_blocks_type", FioValue::choice, "complete|issue"},
    // words and what changes only fio's own text
    {"description", FioValue::text, ""},
    {"group_reporting", FioValue::flag, ""},
    {"disable_slat", FioValue::flag, ""},
    {"disable_bw_measurement", FioValue::flag, ""},
    {"percentile_list", FioValue::text, ""},
    {"thread", FioValue::choice, "1"},
    {"invalidate", FioValue::choice, "0"},
    {"clocksource", FioValue::choice, "clock_gettime"},
    {"filename", FioValue::choice, "${DIOBENCH_FILE}"},
    // what cannot be
    {"directory", FioValue::refused, kOneFile},
    {"filename_format", FioValue::refused, kOneFile},
    {"unique_filename", FioValue::refused, kOneFile},
    {"opendir", FioValue::refused, kOneFile},
    {"nrfiles", FioValue::refused, kOneFile},
    {"openfiles", FioValue::refused, kOneFile},
    {"filesize", FioValue::refused, kOneFile},
    {"file_service_type", FioValue::refused, kOneFile},
    {"lockfile", FioValue::refused, kOneFile},
    {"rwmixread", FioValue::refused, kReadsOnly},
    {"rwmixwrite", FioValue::refused, kReadsOnly},
    {"fsync", FioValue::refused, kReadsOnly},
    {"fdatasync", FioValue::refused, kReadsOnly},
    {"end_fsync", FioValue::refused, kReadsOnly},
    {"fsync_on_close", FioValue::refused, kReadsOnly},
    {"sync", FioValue::refused, kReadsOnly},
    {"overwrite", FioValue::refused, kReadsOnly},
    {"fallocate", FioValue::refused, kReadsOnly},
    {"unlink", FioValue::refused, kReadsOnly},
    {"create_only", FioValue::refused, kReadsOnly},
    {"file_append", FioValue::refused, kReadsOnly},
    {"fill_device", FioValue::refused, kReadsOnly},
    {"verify", FioValue::refused, "fio verifies only what fio wrote; diobench has compared every byte of the image before; remove it"},
    {"do_verify", FioValue::refused, "fio verifies only what fio wrote; diobench has compared every byte of the image before; remove it"},
    {"exec_prerun", FioValue::refused, kNoPrograms},
    {"exec_postrun", FioValue::refused, kNoPrograms},
    {"cpuload", FioValue::refused, kNoPrograms},
    {"profile", FioValue::refused, kNoPrograms},
    {"stonewall", FioValue::refused, kTogether},
    {"new_group", FioValue::refused, kTogether},
    {"wait_for", FioValue::refused, kTogether},
    {"startdelay", FioValue::refused, kTogether},
    {"flow", FioValue::refused, kTogether},
    {"exitall", FioValue::refused, kTogether},
    {"ramp_time", FioValue::refused, "reads that are not measured would still be in the machine's counters; choose a cache_state instead and remove it"},
    {"pre_read", FioValue::refused, kCacheState},
    {"write_bw_log", FioValue::refused, kNoLogs},
    {"write_lat_log", FioValue::refused, kNoLogs},
    {"write_iops_log", FioValue::refused, kNoLogs},
    {"write_hist_log", FioValue::refused, kNoLogs},
    {"log_avg_msec", FioValue::refused, kNoLogs},
    {"log_hist_msec", FioValue::refused, kNoLogs},
    {"write_iolog", FioValue::refused, "record a trace with diobench's own recorder; remove it"},
    {"read_iolog", FioValue::refused, "replay a trace with a workload of pattern trace; remove it"},
    {"gtod_reduce", FioValue::refused, kOwnMeasures},
    {"disable_lat", FioValue::refused, kOwnMeasures},
    {"disable_clat", FioValue::refused, kOwnMeasures},
    {"lat_percentiles", FioValue::refused, kOwnMeasures},
    {"clat_percentiles", FioValue::refused, kOwnMeasures},
    {"unified_rw_reporting", FioValue::refused, kOwnMeasures},
    {"continue_on_error", FioValue::refused, "a cell with a failed read has no numbers; remove it"},
    {"ignore_error", FioValue::refused, "a cell with a failed read has no numbers; remove it"},
    {"gtod_cpu", FioValue::refused, "latencies come from the machine's own clock; remove it"},
    {"bssplit", FioValue::refused, "write bsrange=LOW-HIGH, or one job a block size"},
    {"name", FioValue::refused, "the job's name is its [section]"},
    {"steadystate", FioValue::refused, "how long a job runs must not depend on what it measures; use number_ios or runtime"},
    {"latency_target", FioValue::refused, "how long a job runs must not depend on what it measures; use number_ios or runtime"},
    {"cpus_allowed", FioValue::refused, "the machine has one CPU unless the workload says otherwise; remove it"},
    {"trim_percentage", FioValue::refused, kReadsOnly},
    {"zonemode", FioValue::refused, kOtherReads},
});

struct Alias {
    std::string_view from;
    std::string_view to;
};
constexpr auto kAliases = std::to_array<Alias>({
    {"readwrite", "rw"}, {"blocksize", "bs"}, {"ba", "blockalign"}, {"blocksize_range", "bsrange"}, {"io_limit", "io_size"},
    {"fileoffset", "offset"}, {"iodepth_batch_submit", "iodepth_batch"}, {"iodepth_batch_complete", "iodepth_batch_complete_min"},
    {"iomem", "mem"}, {"start_delay", "startdelay"},
});

std::string quoted_choices(std::string_view words) { return join(split(words, '|'), ", "); }

/// The value as a number within the rule's bounds.
std::optional<std::string> number_fault(const FioOptionRule& rule, std::string_view value) {
    auto number = parse_size_bytes(value);
    if (!number) return "must be a number such as 64 or 4k";
    if (*number >= rule.minimum && *number <= rule.maximum) return std::nullopt;
    if (rule.maximum == UINT64_MAX) return "must be at least " + std::to_string(rule.minimum);
    return "must be " + std::to_string(rule.minimum) + " to " + size_name(rule.maximum);
}

std::optional<std::string> percent_fault(std::string_view value) {
    value.remove_suffix(1);
    unsigned percent = 0;
    auto [end, error] = std::from_chars(value.begin(), value.end(), percent);
    if (error != std::errc() || end != value.end() || percent > 100) return "must be bytes such as 64m, or 0% to 100%";
    return std::nullopt;
}

std::optional<std::string> range_fault(const FioOptionRule& rule, std::string_view value) {
    const size_t dash = value.find('-');
    if (dash == std::string_view::npos) return "must be LOW-HIGH, such as 4k-64k";
    auto low = parse_size_bytes(value.substr(0, dash));
    auto high = parse_size_bytes(value.substr(dash + 1));
    if (!low || !high || *low < rule.minimum || *high > rule.maximum || *low > *high)
        return "must be LOW-HIGH with LOW at most HIGH, such as 4k-64k";
    return std::nullopt;
}

std::optional<std::string> duration_fault(const FioOptionRule& rule, std::string_view value, uint64_t bare_unit_ns) {
    auto ns = parse_fio_duration_ns(value, bare_unit_ns);
    if (!ns) return "must be a time such as 500ms or 10s";
    if (*ns < rule.minimum || *ns > rule.maximum) return "must be more than 0 and at most 1h";
    return std::nullopt;
}

bool is_decimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos && std::ranges::count(text, '.') <= 1;
}

std::optional<std::string> distribution_fault(std::string_view value) {
    if (value == "random" || value == "zipf" || value == "pareto") return std::nullopt;
    for (std::string_view word : {"zipf:", "pareto:", "normal:"})
        if (value.starts_with(word) && is_decimal(value.substr(word.size()))) return std::nullopt;
    return "must be random, zipf:THETA, pareto:POWER or normal:DEVIATION";
}

std::optional<std::string> readwrite_fault(std::string_view value) {
    const std::string_view word = value.substr(0, value.find(':'));
    if (word != "read" && word != "randread") {
        for (std::string_view write : {"write", "randwrite", "rw", "readwrite", "randrw", "trim", "randtrim", "trimwrite"})
            if (word == write) return "diobench measures reads of a read-only image: it must be read or randread";
        return "must be read or randread";
    }
    if (word.size() == value.size()) return std::nullopt;
    if (auto extra = parse_size_bytes(value.substr(word.size() + 1)); !extra || *extra == 0)
        return "behind the colon must be a number of bytes to skip (read) or of reads an offset (randread)";
    return std::nullopt;
}

std::optional<std::string> choice_fault(const FioOptionRule& rule, std::string_view value) {
    for (const auto& word : split(rule.right, '|'))
        if (word == value) return std::nullopt;
    if (rule.key == "filename") return std::string(kOneFile);
    if (rule.key == "invalidate") return std::string(kCacheState);
    if (rule.key == "thread") return std::string(kThreads);
    if (rule.key.ends_with("randrepeat")) return std::string(kOffsetsFromSeed);
    if (rule.key == "clocksource") return "latencies come from the machine's own clock: it must be clock_gettime";
    if (rule.key == "ioengine" && value == "preadv2") return "fio calls that engine pvsync2";
    if (rule.key == "ioengine" && value.starts_with("external")) return "an engine from outside cannot be loaded; known are " + quoted_choices(rule.right);
    return "must be one of " + quoted_choices(rule.right);
}

}  // namespace

const FioOptionRule* find_fio_option(std::string_view key) {
    for (const auto& alias : kAliases)
        if (alias.from == key) key = alias.to;
    const auto* found = std::ranges::find(kRules, key, &FioOptionRule::key);
    return found == kRules.end() ? nullptr : found;
}

std::optional<std::string> nearest_fio_option(std::string_view key) {
    std::vector<std::string> names;
    for (const auto& rule : kRules)
        if (rule.value != FioValue::refused) names.emplace_back(rule.key);
    return nearest_name(key, names);
}

std::optional<std::string> fio_value_fault(const FioOptionRule& rule, std::string_view value) {
    switch (rule.value) {
        case FioValue::flag:
            if (value == "0" || value == "1") return std::nullopt;
            return "must be 0 or 1";
        case FioValue::integer:
        case FioValue::bytes: return number_fault(rule, value);
        case FioValue::bytes_or_percent: return value.ends_with('%') ? percent_fault(value) : number_fault(rule, value);
        case FioValue::byte_range: return range_fault(rule, value);
        case FioValue::duration: return duration_fault(rule, value, 1'000'000'000);
        case FioValue::duration_us: return duration_fault(rule, value, 1'000);
        case FioValue::choice: return choice_fault(rule, value);
        case FioValue::readwrite: return readwrite_fault(value);
        case FioValue::distribution: return distribution_fault(value);
        case FioValue::text: return std::nullopt;
        case FioValue::refused: return std::string(rule.right);
    }
    return "is not known";
}

Result<uint64_t> parse_fio_duration_ns(std::string_view text, uint64_t bare_unit_ns) {
    uint64_t number = 0;
    auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    const std::string_view unit(end, static_cast<size_t>(text.end() - end));
    uint64_t unit_ns = 0;
    if (unit.empty()) unit_ns = bare_unit_ns;
    else if (unit == "us") unit_ns = 1'000;
    else if (unit == "ms") unit_ns = 1'000'000;
    else if (unit == "s") unit_ns = 1'000'000'000;
    else if (unit == "m") unit_ns = uint64_t{60} * 1'000'000'000;
    else if (unit == "h") unit_ns = uint64_t{3600} * 1'000'000'000;
    if (error != std::errc() || unit_ns == 0 || number > UINT64_MAX / unit_ns)
        return fail("read time", text, "must be a number with us, ms, s, m or h");
    return number * unit_ns;
}

}  // namespace diobench
