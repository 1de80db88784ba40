// SPDX-License-Identifier: GPL-2.0-only
#include "bench/measure/metric_table.h"

namespace diobench {

namespace {

using D = Direction;
using A = Aggregation;

constexpr std::array kTable = {
    Metric{"ops", "ops", D::neutral, A::identical, "Reads that ended in the timed region."},
    Metric{"bytes", "bytes", D::neutral, A::identical, "Bytes those reads returned."},
    Metric{"seconds", "s", D::lower_is_better, A::median, "Length of the timed region."},
    Metric{"throughput_bytes_per_s", "bytes_per_s", D::higher_is_better, A::median, "bytes / seconds."},
    Metric{"ops_per_s", "ops_per_s", D::higher_is_better, A::median, "ops / seconds."},
    Metric{"latency_ns.min", "ns", D::lower_is_better, A::median, "Shortest read, from submission to completion as seen by the reader."},
    Metric{"latency_ns.mean", "ns", D::lower_is_better, A::median, "Mean, exact (not from the histogram)."},
    Metric{"latency_ns.p50", "ns", D::lower_is_better, A::median, "Median, from the histogram (error bound in docs/measuring.md)."},
    Metric{"latency_ns.p90", "ns", D::lower_is_better, A::median, "90th percentile."},
    Metric{"latency_ns.p99", "ns", D::lower_is_better, A::median, "99th percentile."},
    Metric{"latency_ns.p99_9", "ns", D::lower_is_better, A::median, "99.9th percentile."},
    Metric{"latency_ns.max", "ns", D::lower_is_better, A::maximum, "Longest read, exact."},
    Metric{"cpu_ns_per_op.reader", "ns", D::lower_is_better, A::median, "CPU time of the reading process in the timed region, user and kernel, per read."},
    Metric{"cpu_ns_per_op.daemon", "ns", D::lower_is_better, A::median, "CPU time of the on-demand daemon per read."},
    Metric{"cpu_ns_per_op.kernel", "ns", D::lower_is_better, A::median, "All other busy time of the machine per read: kernel threads, and interrupts that came while it idled."},
    Metric{"cpu_ns_per_op.total", "ns", D::lower_is_better, A::median, "reader + daemon + kernel."},
    Metric{"page_cache_bytes.erofs_file.before", "bytes", D::neutral, A::median, "Page cache of the read file in the mount (cachestat)."},
    Metric{"page_cache_bytes.erofs_file.after", "bytes", D::lower_is_better, A::median, "The same after the timed region."},
    Metric{"page_cache_bytes.erofs_file.peak", "bytes", D::lower_is_better, A::maximum, "The most it held; null if pages were dropped meanwhile and it is not known."},
    Metric{"page_cache_bytes.blob_metadata.before", "bytes", D::neutral, A::median, "Derived: page cache of the blobs' anonymous inodes, guest_total less everything that can be opened and counted, from a base line taken before the mount."},
    Metric{"page_cache_bytes.blob_metadata.after", "bytes", D::lower_is_better, A::median, "The same after the timed region."},
    Metric{"page_cache_bytes.blob_metadata.peak", "bytes", D::lower_is_better, A::maximum, "The most it held."},
    Metric{"page_cache_bytes.backing_file.before", "bytes", D::neutral, A::median, "Page cache of the cache file on the cache file system (cachestat); null while that file has no name."},
    Metric{"page_cache_bytes.backing_file.after", "bytes", D::lower_is_better, A::median, "The same after the timed region."},
    Metric{"page_cache_bytes.backing_file.peak", "bytes", D::lower_is_better, A::maximum, "The most it held."},
    Metric{"page_cache_bytes.daemon_source.before", "bytes", D::neutral, A::median, "Pages of the image that the daemon serves from; it lies in memory, so constant."},
    Metric{"page_cache_bytes.daemon_source.after", "bytes", D::neutral, A::median, "The same after the timed region."},
    Metric{"page_cache_bytes.daemon_source.peak", "bytes", D::neutral, A::maximum, "The most it held."},
    Metric{"page_cache_bytes.guest_total.before", "bytes", D::neutral, A::median, "nr_file_pages of the whole machine."},
    Metric{"page_cache_bytes.guest_total.after", "bytes", D::lower_is_better, A::median, "The same after the timed region."},
    Metric{"page_cache_bytes.guest_total.peak", "bytes", D::lower_is_better, A::maximum, "The most it held."},
    Metric{"ondemand.opens", "count", D::lower_is_better, A::identical, "OPEN requests the daemon answered."},
    Metric{"ondemand.reads", "count", D::lower_is_better, A::identical, "READ requests the daemon answered."},
    Metric{"ondemand.bytes", "bytes", D::lower_is_better, A::identical, "Bytes the daemon wrote into the cache."},
    Metric{"backing.reads", "count", D::neutral, A::identical, "Reads that cachefiles sent to the backing file (/proc/fs/netfs/stats)."},
    Metric{"read_amplification", "ratio", D::lower_is_better, A::median, "Bytes the daemon fetched per byte the reader got; null for a cell that must not fetch."},
    Metric{"context_switches", "count", D::lower_is_better, A::median, "Voluntary and involuntary, of the reading process."},
    Metric{"errors", "count", D::lower_is_better, A::sum, "Reads that failed or came back short."},
};

}  // namespace

std::span<const Metric> metric_table() { return kTable; }

const Metric* find_metric(std::string_view name) {
    for (const auto& metric : kTable)
        if (metric.name == name) return &metric;
    return nullptr;
}

}  // namespace diobench
