// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/job_option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/common/fio/number.h"

namespace diobench {

namespace {

constexpr std::string_view kReadsOnly = "the image is read-only and only reads are measured";
constexpr std::string_view kOwnMeasures = "fio's latencies are read whole: each read, with its percentiles";
constexpr std::string_view kOneFile = "the workload names the file that is read: filename=${DIOBENCH_FILE}";
constexpr std::string_view kCacheState = "the cell's cache_state says what is in the page cache";
constexpr std::string_view kNoPrograms = "nothing but fio runs in the timed region";
constexpr std::string_view kNoLogs = "there is no place for fio's logs inside the machine, and writing them would be measured";
constexpr std::string_view kOffsetsFromSeed = "a run must be repeatable: offsets come from the seed (--seed)";
constexpr std::string_view kThreads = "jobs run as threads of one fio, which is what is snapshotted";
constexpr std::string_view kVerified = "fio verifies only what fio wrote; every byte of the image was compared before";
constexpr std::string_view kToTheEnd = "a job reads to its own end: how long must not depend on what is measured";
constexpr std::string_view kPlacement = "the machine has one CPU and one memory node";
constexpr std::string_view kPriority = "there is nobody else to go before: no other reader, and a device without a scheduler";
constexpr std::string_view kOtherEngine = "belongs to an engine that reads no files of a file system";
constexpr std::string_view kContent = "what is in fio's buffers matters for writes only";
constexpr std::string_view kReplay = "it replays a trace: a workload of pattern trace does that (docs/traces.md)";
constexpr std::string_view kPhases = "phases run one after the other, each a cell of its own";
constexpr std::string_view kReporting = "changes only the text that fio prints";
constexpr std::string_view kZoned = "there is no zoned device";
constexpr std::string_view kFewerReads = "a cell with a failed read has no numbers";
constexpr std::string_view kWholeMachine = "limits of memory belong to the workload (memory)";
constexpr std::string_view kOfProfile = "belongs to a profile of fio's own, and does nothing without it";
constexpr std::string_view kGone = "fio 3.33 does not have it any more";

using V = FioValue;

// The one table of a job file's options.  Up to "what becomes something else" they are kept, and what they may be is said;
// then what is translated, what is dropped and what leaves a job out, each with the reason.  Every option of fio 3.33 is here.
constexpr auto kRules = std::to_array<FioOptionRule>({
    // what is read
    {"rw", V::readwrite, "read or randread"},
    {"bs", V::bytes, "", 1, uint64_t{1} << 30},
    {"bsrange", V::byte_range, "", 1, uint64_t{1} << 30},
    {"bssplit", V::split, ""},
    {"bs_unaligned", V::flag, ""},
    {"bs_is_seq_rand", V::flag, ""},
    {"blockalign", V::bytes, "", 1, uint64_t{1} << 30},
    {"size", V::bytes_or_percent, "", 1},
    {"io_size", V::bytes_or_percent, "", 1},
    {"offset", V::bytes_or_percent, ""},
    {"offset_align", V::bytes, ""},
    {"offset_increment", V::bytes_or_percent, ""},
    {"number_ios", V::integer, "", 1},
    {"loops", V::integer, "", 1, 1'000'000},
    {"runtime", V::duration, "", 1, uint64_t{3600} * 1'000'000'000},
    {"ramp_time", V::duration, "", 0, uint64_t{3600} * 1'000'000'000},
    {"time_based", V::flag, ""},
    {"direct", V::flag, ""},
    {"buffered", V::flag, ""},
    {"zonemode", V::choice, "none|strided"},
    {"zonesize", V::bytes, "", 1},
    {"zonerange", V::bytes, "", 1},
    {"zoneskip", V::bytes, ""},
    {"filename", V::files, kOneFile},
    {"file_service_type", V::service, ""},
    {"openfiles", V::integer, "", 1, 4096},
    // in which order
    {"random_generator", V::choice, "tausworthe|lfsr|tausworthe64"},
    {"random_distribution", V::distribution, ""},
    {"percentage_random", V::integer, "", 0, 100},
    {"rw_sequencer", V::choice, "sequential|identical"},
    {"norandommap", V::flag, ""},
    {"softrandommap", V::flag, ""},
    {"randseed", V::integer, ""},
    {"randrepeat", V::choice, "1"},
    {"allrandrepeat", V::choice, "1"},
    // how
    {"ioengine", V::choice, "sync|psync|vsync|pvsync|pvsync2|libaio|io_uring|posixaio|mmap|null"},
    {"iodepth", V::integer, "", 1, 4096},
    {"iodepth_batch", V::integer, "", 1, 4096},
    {"iodepth_batch_complete_min", V::integer, "", 0, 4096},
    {"iodepth_batch_complete_max", V::integer, "", 0, 4096},
    {"iodepth_low", V::integer, "", 1, 4096},
    {"io_submit_mode", V::choice, "inline|offload"},
    {"numjobs", V::integer, "", 1, 64},
    {"fixedbufs", V::flag, ""},
    {"registerfiles", V::flag, ""},
    {"sqthread_poll", V::flag, ""},
    {"sqthread_poll_cpu", V::integer, "", 0, 4095},
    {"nonvectored", V::flag, ""},
    {"force_async", V::integer, "", 0, 1'000'000},
    {"hipri", V::flag, ""},
    {"nowait", V::flag, ""},
    {"userspace_reap", V::flag, ""},
    {"thp", V::flag, ""},
    {"fadvise_hint", V::choice, "0|1|none|random|sequential"},
    {"mem", V::choice, "malloc|mmap"},
    {"iomem_align", V::bytes, "", 1, uint64_t{1} << 30},
    // how fast
    {"rate", V::bytes, "", 1},
    {"rate_iops", V::integer, "", 1},
    {"rate_process", V::choice, "linear|poisson"},
    {"rate_ignore_thinktime", V::flag, ""},
    {"thinktime", V::duration_us, ""},
    {"thinktime_spin", V::duration_us, ""},
    {"thinktime_blocks", V::integer, "", 1},
    {"thinktime_blocks_type", V::choice, "complete|issue"},
    {"thinktime_iotime", V::duration, ""},
    {"flow", V::number, ""},
    {"flow_id", V::number, ""},
    {"flow_sleep", V::integer, ""},
    {"latency_target", V::duration_us, "", 1},
    {"latency_window", V::duration_us, "", 1},
    {"latency_percentile", V::percentiles, ""},
    {"latency_run", V::choice, "0"},
    // words and what changes only fio's own text
    {"group_reporting", V::flag, ""},
    {"disable_slat", V::flag, ""},
    {"disable_bw_measurement", V::flag, ""},
    {"percentile_list", V::percentiles, ""},
    {"thread", V::choice, "1"},
    {"invalidate", V::choice, "0"},
    {"clocksource", V::choice, "clock_gettime"},
    // what becomes something else
    {"directory", V::translated, kOneFile},
    {"filename_format", V::translated, kOneFile},
    {"nrfiles", V::translated, kOneFile},
    {"filesize", V::translated, "files of the image are as large as they are: it is taken for size"},
    {"opendir", V::translated, kOneFile},
    {"rwmixread", V::translated, kReadsOnly},
    {"rwmixwrite", V::translated, kReadsOnly},
    {"atomic", V::translated, "it implies direct=1; the rest of it concerns writes"},
    {"stonewall", V::translated, "all jobs of a cell run at the same time; phases are cells of their own"},
    {"wait_for", V::translated, "all jobs of a cell run at the same time; phases are cells of their own"},
    {"pre_read", V::translated, kCacheState},
    {"kb_base", V::translated, "sizes are written out"},
    // what has no meaning here
    {"name", V::dropped, "the job's name is its [section]"},
    {"new_group", V::dropped, kPhases},
    {"startdelay", V::dropped, "all jobs of a phase begin together, when the state of the machine was noted"},
    {"exitall", V::dropped, kToTheEnd},
    {"exit_what", V::dropped, kToTheEnd},
    {"exitall_on_error", V::dropped, kToTheEnd},
    {"exit_on_io_done", V::dropped, kToTheEnd},
    {"steadystate", V::dropped, kToTheEnd},
    {"steadystate_duration", V::dropped, kToTheEnd},
    {"steadystate_ramp_time", V::dropped, kToTheEnd},
    {"max_latency", V::dropped, kToTheEnd},
    {"rate_min", V::dropped, kToTheEnd},
    {"rate_iops_min", V::dropped, kToTheEnd},
    {"rate_cycle", V::dropped, kToTheEnd},
    {"unique_filename", V::dropped, kOneFile},
    {"lockfile", V::dropped, kReadsOnly},
    {"fsync", V::dropped, kReadsOnly},
    {"fdatasync", V::dropped, kReadsOnly},
    {"end_fsync", V::dropped, kReadsOnly},
    {"fsync_on_close", V::dropped, kReadsOnly},
    {"sync_file_range", V::dropped, kReadsOnly},
    {"write_barrier", V::dropped, kReadsOnly},
    {"sync", V::dropped, kReadsOnly},
    {"overwrite", V::dropped, kReadsOnly},
    {"fallocate", V::dropped, kReadsOnly},
    {"unlink", V::dropped, kReadsOnly},
    {"unlink_each_loop", V::dropped, kReadsOnly},
    {"create_serialize", V::dropped, kReadsOnly},
    {"create_fsync", V::dropped, kReadsOnly},
    {"create_on_open", V::dropped, kReadsOnly},
    {"allow_file_create", V::dropped, kReadsOnly},
    {"allow_mounted_write", V::dropped, kReadsOnly},
    {"file_append", V::dropped, kReadsOnly},
    {"fill_device", V::dropped, kReadsOnly},
    {"write_hint", V::dropped, kReadsOnly},
    {"serialize_overlap", V::dropped, kReadsOnly},
    {"trim_percentage", V::dropped, kReadsOnly},
    {"trim_verify_zero", V::dropped, kReadsOnly},
    {"trim_backlog", V::dropped, kReadsOnly},
    {"trim_backlog_batch", V::dropped, kReadsOnly},
    {"num_range", V::dropped, kReadsOnly},
    {"verify", V::dropped, kVerified},
    {"do_verify", V::dropped, kVerified},
    {"verify_interval", V::dropped, kVerified},
    {"verify_offset", V::dropped, kVerified},
    {"verify_pattern", V::dropped, kVerified},
    {"verify_fatal", V::dropped, kVerified},
    {"verify_dump", V::dropped, kVerified},
    {"verify_async", V::dropped, kVerified},
    {"verify_async_cpus", V::dropped, kVerified},
    {"verify_backlog", V::dropped, kVerified},
    {"verify_backlog_batch", V::dropped, kVerified},
    {"verify_only", V::dropped, kVerified},
    {"verify_state_load", V::dropped, kVerified},
    {"verify_state_save", V::dropped, kVerified},
    {"verifysort", V::dropped, kVerified},
    {"verifysort_nr", V::dropped, kVerified},
    {"experimental_verify", V::dropped, kVerified},
    {"exec_prerun", V::dropped, kNoPrograms},
    {"exec_postrun", V::dropped, kNoPrograms},
    {"cpuload", V::dropped, kNoPrograms},
    {"cpumode", V::dropped, kNoPrograms},
    {"cpuchunks", V::dropped, kNoPrograms},
    {"program", V::dropped, kNoPrograms},
    {"arguments", V::dropped, kNoPrograms},
    {"grace_time", V::dropped, kNoPrograms},
    {"std_redirect", V::dropped, kNoPrograms},
    {"write_bw_log", V::dropped, kNoLogs},
    {"write_lat_log", V::dropped, kNoLogs},
    {"write_iops_log", V::dropped, kNoLogs},
    {"write_hist_log", V::dropped, kNoLogs},
    {"per_job_logs", V::dropped, kNoLogs},
    {"log_entries", V::dropped, kNoLogs},
    {"log_avg_msec", V::dropped, kNoLogs},
    {"log_window_value", V::dropped, kNoLogs},
    {"log_hist_msec", V::dropped, kNoLogs},
    {"log_hist_coarseness", V::dropped, kNoLogs},
    {"log_max_value", V::dropped, kNoLogs},
    {"log_offset", V::dropped, kNoLogs},
    {"log_prio", V::dropped, kNoLogs},
    {"log_issue_time", V::dropped, kNoLogs},
    {"log_compression", V::dropped, kNoLogs},
    {"log_compression_cpus", V::dropped, kNoLogs},
    {"log_store_compressed", V::dropped, kNoLogs},
    {"log_unix_epoch", V::dropped, kNoLogs},
    {"log_alternate_epoch", V::dropped, kNoLogs},
    {"log_alternate_epoch_clock_id", V::dropped, kNoLogs},
    {"bwavgtime", V::dropped, kNoLogs},
    {"iopsavgtime", V::dropped, kNoLogs},
    {"write_iolog", V::dropped, "diobench records traces with its own recorder (docs/traces.md)"},
    {"gtod_reduce", V::dropped, kOwnMeasures},
    {"disable_lat", V::dropped, kOwnMeasures},
    {"disable_clat", V::dropped, kOwnMeasures},
    {"lat_percentiles", V::dropped, kOwnMeasures},
    {"clat_percentiles", V::dropped, kOwnMeasures},
    {"slat_percentiles", V::dropped, kOwnMeasures},
    {"unified_rw_reporting", V::dropped, kOwnMeasures},
    {"stats", V::dropped, kOwnMeasures},
    {"gtod_cpu", V::dropped, "latencies come from the machine's own clock"},
    {"continue_on_error", V::dropped, kFewerReads},
    {"ignore_error", V::dropped, kFewerReads},
    {"error_dump", V::dropped, kFewerReads},
    {"block_error_percentiles", V::dropped, kReporting},
    {"description", V::dropped, kReporting},
    {"significant_figures", V::dropped, kReporting},
    {"unit_base", V::dropped, kReporting},
    {"disk_util", V::dropped, kReporting},
    {"cpus_allowed", V::dropped, kPlacement},
    {"cpus_allowed_policy", V::dropped, kPlacement},
    {"cpumask", V::dropped, kPlacement},
    {"numa_cpu_nodes", V::dropped, kPlacement},
    {"numa_mem_policy", V::dropped, kPlacement},
    {"gpu_dev_id", V::dropped, kPlacement},
    {"hugepage-size", V::dropped, kWholeMachine},
    {"lockmem", V::dropped, kWholeMachine},
    {"cgroup", V::dropped, kWholeMachine},
    {"cgroup_weight", V::dropped, kWholeMachine},
    {"cgroup_nodelete", V::dropped, kWholeMachine},
    {"uid", V::dropped, "fio runs as root inside the machine"},
    {"gid", V::dropped, "fio runs as root inside the machine"},
    {"nice", V::dropped, kPriority},
    {"prio", V::dropped, kPriority},
    {"prioclass", V::dropped, kPriority},
    {"priohint", V::dropped, kPriority},
    {"cmdprio", V::dropped, kPriority},
    {"cmdprio_class", V::dropped, kPriority},
    {"cmdprio_percentage", V::dropped, kPriority},
    {"cmdprio_bssplit", V::dropped, kPriority},
    {"cmdprio_hint", V::dropped, kPriority},
    {"ioscheduler", V::dropped, kPriority},
    {"flow_watermark", V::dropped, kGone},
    {"rwmixcycle", V::dropped, kGone},
    {"percentage_sequential", V::dropped, kGone},
    {"use_os_rand", V::dropped, kGone},
    {"zonecapacity", V::dropped, kZoned},
    {"read_beyond_wp", V::dropped, kZoned},
    {"max_open_zones", V::dropped, kZoned},
    {"job_max_open_zones", V::dropped, kZoned},
    {"ignore_zone_limits", V::dropped, kZoned},
    {"zone_reset_threshold", V::dropped, kZoned},
    {"zone_reset_frequency", V::dropped, kZoned},
    {"zero_buffers", V::dropped, kContent},
    {"refill_buffers", V::dropped, kContent},
    {"scramble_buffers", V::dropped, kContent},
    {"buffer_pattern", V::dropped, kContent},
    {"buffer_compress_percentage", V::dropped, kContent},
    {"buffer_compress_chunk", V::dropped, kContent},
    {"dedupe_percentage", V::dropped, kContent},
    {"dedupe_global", V::dropped, kContent},
    {"dedupe_mode", V::dropped, kContent},
    {"dedupe_working_set_percentage", V::dropped, kContent},
    {"uncached", V::dropped, "Linux 6.12 has no RWF_UNCACHED: its reads would fail"},
    {"hipri_percentage", V::dropped, "no file of EROFS can be polled for completions"},
    {"read_iolog_chunked", V::dropped, kReplay},
    {"replay_no_stall", V::dropped, kReplay},
    {"replay_redirect", V::dropped, kReplay},
    {"replay_scale", V::dropped, kReplay},
    {"replay_align", V::dropped, kReplay},
    {"replay_time_scale", V::dropped, kReplay},
    {"replay_skip", V::dropped, kReplay},
    {"merge_blktrace_file", V::dropped, kReplay},
    {"merge_blktrace_scalars", V::dropped, kReplay},
    {"merge_blktrace_iters", V::dropped, kReplay},
    {"pool", V::dropped, kOtherEngine},
    {"cont", V::dropped, kOtherEngine},
    {"chunk_size", V::dropped, kOtherEngine},
    {"object_class", V::dropped, kOtherEngine},
    {"svcl", V::dropped, kOtherEngine},
    {"donorname", V::dropped, kOtherEngine},
    {"inplace", V::dropped, kOtherEngine},
    {"stat_type", V::dropped, kOtherEngine},
    {"volume", V::dropped, kOtherEngine},
    {"brick", V::dropped, kOtherEngine},
    {"https", V::dropped, kOtherEngine},
    {"http_host", V::dropped, kOtherEngine},
    {"http_user", V::dropped, kOtherEngine},
    {"http_pass", V::dropped, kOtherEngine},
    {"http_s3_key", V::dropped, kOtherEngine},
    {"http_s3_keyid", V::dropped, kOtherEngine},
    {"http_swift_auth_token", V::dropped, kOtherEngine},
    {"http_s3_region", V::dropped, kOtherEngine},
    {"http_s3_sse_customer_key", V::dropped, kOtherEngine},
    {"http_s3_sse_customer_algorithm", V::dropped, kOtherEngine},
    {"http_s3_storage_class", V::dropped, kOtherEngine},
    {"http_mode", V::dropped, kOtherEngine},
    {"http_verbose", V::dropped, kOtherEngine},
    {"cmd_type", V::dropped, kOtherEngine},
    {"gpu_dev_ids", V::dropped, kOtherEngine},
    {"cuda_io", V::dropped, kOtherEngine},
    {"namenode", V::dropped, kOtherEngine},
    {"hostname", V::dropped, kOtherEngine},
    {"port", V::dropped, kOtherEngine},
    {"hdfsdirectory", V::dropped, kOtherEngine},
    {"single_instance", V::dropped, kOtherEngine},
    {"single-instance", V::dropped, kOtherEngine},
    {"readfua", V::dropped, kOtherEngine},
    {"dummy", V::dropped, kOtherEngine},
    {"hdfs_use_direct", V::dropped, kOtherEngine},
    {"initiator", V::dropped, kOtherEngine},
    {"serverip", V::dropped, kOtherEngine},
    {"direct_write_to_pmem", V::dropped, kOtherEngine},
    {"busy_wait_polling", V::dropped, kOtherEngine},
    {"skip_bad", V::dropped, kOtherEngine},
    {"uri", V::dropped, kOtherEngine},
    {"protocol", V::dropped, kOtherEngine},
    {"nodelay", V::dropped, kOtherEngine},
    {"listen", V::dropped, kOtherEngine},
    {"pingpong", V::dropped, kOtherEngine},
    {"interface", V::dropped, kOtherEngine},
    {"ttl", V::dropped, kOtherEngine},
    {"window_size", V::dropped, kOtherEngine},
    {"mss", V::dropped, kOtherEngine},
    {"nfs_url", V::dropped, kOtherEngine},
    {"clustername", V::dropped, kOtherEngine},
    {"rbdname", V::dropped, kOtherEngine},
    {"clientname", V::dropped, kOtherEngine},
    {"conf", V::dropped, kOtherEngine},
    {"busy_poll", V::dropped, kOtherEngine},
    {"touch_objects", V::dropped, kOtherEngine},
    {"bindname", V::dropped, kOtherEngine},
    {"verb", V::dropped, kOtherEngine},
    {"writefua", V::dropped, kOtherEngine},
    {"sg_write_mode", V::dropped, kOtherEngine},
    {"stream_id", V::dropped, kOtherEngine},
    {"no_completion_thread", V::dropped, kOtherEngine},
    {"xnvme_be", V::dropped, kOtherEngine},
    {"xnvme_async", V::dropped, kOtherEngine},
    {"xnvme_sync", V::dropped, kOtherEngine},
    {"xnvme_admin", V::dropped, kOtherEngine},
    {"xnvme_dev_nsid", V::dropped, kOtherEngine},
    {"xnvme_iovec", V::dropped, kOtherEngine},
    {"md_per_io_size", V::dropped, kOtherEngine},
    {"pi_act", V::dropped, kOtherEngine},
    {"pi_chk", V::dropped, kOtherEngine},
    {"apptag", V::dropped, kOtherEngine},
    {"apptag_mask", V::dropped, kOtherEngine},
    {"fdp", V::dropped, kOtherEngine},
    {"fdp_pli", V::dropped, kOtherEngine},
    {"dataplacement", V::dropped, kOtherEngine},
    {"plid_select", V::dropped, kOtherEngine},
    {"plids", V::dropped, kOtherEngine},
    {"dp_scheme", V::dropped, kOtherEngine},
    {"spdk_conf", V::dropped, kOtherEngine},
    {"spdk_json_conf", V::dropped, kOtherEngine},
    {"spdk_mem", V::dropped, kOtherEngine},
    {"spdk_single_seg", V::dropped, kOtherEngine},
    {"block", V::dropped, kOfProfile},
    {"numruns", V::dropped, kOfProfile},
    {"dir", V::dropped, kOfProfile},
    {"threads", V::dropped, kOfProfile},
    {"device-names", V::dropped, kOfProfile},
    {"load", V::dropped, kOfProfile},
    {"test-duration", V::dropped, kOfProfile},
    {"threads-per-queue", V::dropped, kOfProfile},
    {"read-req-num-512-blocks", V::dropped, kOfProfile},
    {"large-block-op-kbytes", V::dropped, kOfProfile},
    {"prep", V::dropped, kOfProfile},
    // what a job with it cannot be
    {"read_iolog", V::leaves_out, kReplay},
    {"create_only", V::leaves_out, "it makes its files and reads nothing"},
    {"profile", V::leaves_out, "it is a whole benchmark of fio's own, not a job"},
});

struct Alias {
    std::string_view from;
    std::string_view to;
};
constexpr auto kAliases = std::to_array<Alias>({
    {"readwrite", "rw"}, {"blocksize", "bs"}, {"ba", "blockalign"}, {"blocksize_range", "bsrange"}, {"io_limit", "io_size"},
    {"fileoffset", "offset"}, {"iodepth_batch_submit", "iodepth_batch"}, {"iodepth_batch_complete", "iodepth_batch_complete_min"},
    {"iomem", "mem"}, {"mem_align", "iomem_align"}, {"start_delay", "startdelay"}, {"timeout", "runtime"}, {"nr_files", "nrfiles"},
    {"fill_fs", "fill_device"}, {"blocksize_unaligned", "bs_unaligned"}, {"ratemin", "rate_min"}, {"ratecycle", "rate_cycle"},
    {"wait_for_previous", "stonewall"}, {"disable_bw", "disable_bw_measurement"}, {"ss", "steadystate"}, {"ss_dur", "steadystate_duration"},
    {"ss_ramp", "steadystate_ramp_time"}, {"hugepage_size", "hugepage-size"}, {"proto", "protocol"}, {"chunck_size", "chunk_size"},
});

std::string quoted_choices(std::string_view words) { return join(split(words, '|'), ", "); }

/// The value as a number within the rule's bounds.
std::optional<std::string> number_fault(const FioOptionRule& rule, std::string_view value) {
    auto number = parse_fio_bytes(value);
    if (!number) return number.error().text;
    if (rule.value == V::number) return std::nullopt;
    if (*number >= 0 && static_cast<uint64_t>(*number) >= rule.minimum && static_cast<uint64_t>(*number) <= rule.maximum) return std::nullopt;
    if (rule.maximum == UINT64_MAX) return "must be at least " + std::to_string(rule.minimum);
    return "must be " + std::to_string(rule.minimum) + " to " + size_name(rule.maximum);
}

std::optional<std::string> percent_fault(std::string_view value) {
    if (parse_fio_percent(value)) return std::nullopt;
    return "must be bytes such as 64m, or 0% to 100%";
}

std::optional<std::string> range_fault(const FioOptionRule& rule, std::string_view value) {
    const size_t dash = value.find_first_of("-:");
    if (dash == std::string_view::npos) return "must be LOW-HIGH, such as 4k-64k";
    auto low = parse_fio_bytes(value.substr(0, dash));
    auto high = parse_fio_bytes(value.substr(dash + 1));
    if (!low || !high || *low < static_cast<int64_t>(rule.minimum) || *high > static_cast<int64_t>(rule.maximum) || *low > *high)
        return "must be LOW-HIGH with LOW at most HIGH, such as 4k-64k";
    return std::nullopt;
}

std::optional<std::string> duration_fault(const FioOptionRule& rule, std::string_view value, BareTime bare) {
    auto ns = parse_fio_time_ns(value, bare);
    if (!ns) return ns.error().text;
    if (*ns < rule.minimum || *ns > rule.maximum) return "must be more than 0 and at most 1h";
    return std::nullopt;
}

bool is_decimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos && std::ranges::count(text, '.') <= 1;
}

/// "50/5:30/15": shares of the reads, shares of the file.
bool are_zones(std::string_view text) {
    for (const auto& zone : split(text, ':')) {
        const size_t slash = zone.find('/');
        if (slash == std::string::npos || !is_decimal(zone.substr(0, slash))) return false;
        if (slash + 1 != zone.size() && !is_decimal(zone.substr(slash + 1))) return false;  // fio gives the last what is left
    }
    return true;
}

std::optional<std::string> distribution_fault(std::string_view value) {
    if (value == "random" || value == "zipf" || value == "pareto") return std::nullopt;
    for (std::string_view word : {"zipf:", "pareto:", "normal:"})
        if (value.starts_with(word)) {
            const auto parts = split(value.substr(word.size()), '/');  // behind the slash: where the hottest block lies
            if (parts.size() <= 2 && std::ranges::all_of(parts, is_decimal)) return std::nullopt;
        }
    if (value.starts_with("zoned:") && are_zones(value.substr(6))) return std::nullopt;
    return "must be random, zipf:THETA, pareto:POWER, normal:DEVIATION or zoned:READS/FILE:...";
}

std::optional<std::string> readwrite_fault(std::string_view value) {
    const std::string_view word = value.substr(0, value.find(':'));
    if (word != "read" && word != "randread") {
        for (std::string_view write : {"write", "randwrite", "rw", "readwrite", "randrw", "trim", "randtrim", "trimwrite", "randtrimwrite"})
            if (word == write) return "diobench measures reads of a read-only image: it must be read or randread";
        return "must be read or randread";
    }
    if (word.size() == value.size()) return std::nullopt;
    if (auto extra = parse_fio_bytes(value.substr(word.size() + 1)); !extra || *extra == 0 || (*extra < 0 && word == "randread"))
        return "behind the colon must be a number of bytes to skip (read) or of reads an offset (randread)";
    return std::nullopt;
}

std::optional<std::string> split_fault(std::string_view value) {
    for (const auto& part : split(value, ':')) {
        const auto words = split(part, '/');
        auto bytes = parse_fio_bytes(words.front());
        if (words.size() > 2 || !bytes || *bytes <= 0 || (words.size() == 2 && !words[1].empty() && !is_decimal(words[1])))
            return "must be SIZE/PERCENT:SIZE/PERCENT..., such as 4k/60:64k/40";
    }
    return std::nullopt;
}

std::optional<std::string> files_fault(std::string_view value) {
    for (const auto& name : split(value, ':'))
        if (!fio_file_number(name)) return std::string(kOneFile);
    return std::nullopt;
}

std::optional<std::string> service_fault(std::string_view value) {
    for (std::string_view word : {"random", "roundrobin", "sequential", "zipf", "pareto", "normal", "gauss"})
        if (value.substr(0, value.find(':')) == word) return std::nullopt;
    return "must be random, roundrobin, sequential, zipf, pareto or normal";
}

std::optional<std::string> choice_fault(const FioOptionRule& rule, std::string_view value) {
    for (const auto& word : split(rule.right, '|'))
        if (word == value) return std::nullopt;
    if (rule.key == "invalidate") return std::string(kCacheState);
    if (rule.key == "thread") return std::string(kThreads);
    if (rule.key.ends_with("randrepeat")) return std::string(kOffsetsFromSeed);
    if (rule.key == "clocksource") return "latencies come from the machine's own clock: it must be clock_gettime";
    if (rule.key == "latency_run") return std::string(kToTheEnd);
    if (rule.key == "ioengine" && value == "preadv2") return "fio calls that engine pvsync2";
    if (rule.key == "ioengine" && value.starts_with("external")) return "an engine from outside cannot be loaded; known are " + quoted_choices(rule.right);
    return "must be one of " + quoted_choices(rule.right);
}

}  // namespace

std::string fio_main_name(std::string_view key) {
    for (const auto& alias : kAliases)
        if (alias.from == key) return std::string(alias.to);
    return std::string(key);
}

const FioOptionRule* find_fio_option(std::string_view key) {
    const auto* found = std::ranges::find(kRules, std::string_view(fio_main_name(key)), &FioOptionRule::key);
    return found == kRules.end() ? nullptr : found;
}

std::optional<std::string> nearest_fio_option(std::string_view key) {
    std::vector<std::string> names;
    for (const auto& rule : kRules)
        if (rule.value < FioValue::translated) names.emplace_back(rule.key);
    return nearest_name(key, names);
}

std::optional<unsigned> fio_file_number(std::string_view name) {
    constexpr std::string_view kFirst = "${DIOBENCH_FILE";
    if (!name.starts_with(kFirst) || !name.ends_with('}')) return std::nullopt;
    name = name.substr(kFirst.size(), name.size() - kFirst.size() - 1);
    if (name.empty()) return 1;
    unsigned number = 0;
    auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    if (!name.starts_with('_') || error != std::errc() || end != name.data() + name.size() || number < 2 || number > 99) return std::nullopt;
    return number;
}

std::string fio_file_variable(unsigned number) {
    return number == 1 ? "${DIOBENCH_FILE}" : "${DIOBENCH_FILE_" + std::to_string(number) + "}";
}

std::optional<std::string> fio_value_fault(const FioOptionRule& rule, std::string_view value) {
    switch (rule.value) {
        case FioValue::flag:
            if (value == "0" || value == "1") return std::nullopt;
            return "must be 0 or 1";
        case FioValue::integer:
        case FioValue::number:
        case FioValue::bytes: return number_fault(rule, value);
        case FioValue::bytes_or_percent: return value.ends_with('%') ? percent_fault(value) : number_fault(rule, value);
        case FioValue::byte_range: return range_fault(rule, value);
        case FioValue::split: return split_fault(value);
        case FioValue::duration: return duration_fault(rule, value, BareTime::seconds);
        case FioValue::duration_us: return duration_fault(rule, value, BareTime::microseconds);
        case FioValue::choice: return choice_fault(rule, value);
        case FioValue::readwrite: return readwrite_fault(value);
        case FioValue::distribution: return distribution_fault(value);
        case FioValue::files: return files_fault(value);
        case FioValue::service: return service_fault(value);
        case FioValue::percentiles:
            if (!value.empty() && value.find_first_not_of("0123456789.:") == std::string_view::npos) return std::nullopt;
            return "must be percentiles with ':' between them, such as 50:99.9";
        case FioValue::translated:
        case FioValue::dropped:
        case FioValue::leaves_out: return std::string(rule.right) + "; remove it";
    }
    return "is not known";
}

}  // namespace diobench
