// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/measure/metric_table.h"

namespace diobench {

namespace {

using D = Direction;
using A = Aggregation;
using S = MetricSource;

constexpr std::array kTable = {
    Metric{"ops", "ops", D::neutral, A::identical, "Reads that ended in the timed region."},
    Metric{"bytes", "bytes", D::neutral, A::identical, "Bytes those reads returned."},
    Metric{"seconds", "s", D::lower_is_better, A::median, "Length of the timed region by the machine's clock; on machine exact a model: 1 instruction = 1 ns."},
    Metric{"throughput_bytes_per_s", "bytes_per_s", D::higher_is_better, A::median, "bytes / seconds, so modelled on machine exact."},
    Metric{"ops_per_s", "ops_per_s", D::higher_is_better, A::median, "ops / seconds."},
    Metric{"offered_ops_per_s", "ops_per_s", D::neutral, A::identical, "Open loop: rate at which reads were due; null for a closed loop."},
    Metric{"latency_ns.min", "ns", D::lower_is_better, A::median, "Shortest read, from submission (open loop: from when it was due) to completion as seen by the reader."},
    Metric{"latency_ns.mean", "ns", D::lower_is_better, A::median, "Mean, exact (not from the histogram)."},
    Metric{"latency_ns.p50", "ns", D::lower_is_better, A::median, "Median, from the histogram (error bound in docs/measuring.md)."},
    Metric{"latency_ns.p90", "ns", D::lower_is_better, A::median, "90th percentile."},
    Metric{"latency_ns.p99", "ns", D::lower_is_better, A::median, "99th percentile."},
    Metric{"latency_ns.p99_9", "ns", D::lower_is_better, A::median, "99.9th percentile."},
    Metric{"latency_ns.max", "ns", D::lower_is_better, A::maximum, "Longest read, exact."},
    Metric{"service_ns.mean", "ns", D::lower_is_better, A::median, "Open loop: mean from submission to completion, without the wait for a free slot."},
    Metric{"service_ns.p50", "ns", D::lower_is_better, A::median, "Its median."},
    Metric{"service_ns.p99", "ns", D::lower_is_better, A::median, "Its 99th percentile."},
    Metric{"service_ns.max", "ns", D::lower_is_better, A::maximum, "Its maximum."},
    Metric{"first_read_ns", "ns", D::lower_is_better, A::median, "Time to first byte: open(2), and from the first submission to the first completion."},
    Metric{"fairness", "ratio", D::higher_is_better, A::median, "Jain's index over the jobs' rates: 1 if all are equal; null for one job."},
    Metric{"latency_target_iodepth", "count", D::neutral, A::median, "Largest iodepth that kept a fio job's latency_target, as fio found it; null for all others."},
    Metric{"cpu_ns_per_op.reader", "ns", D::lower_is_better, A::median, "CPU time of the reading process in the timed region, user and kernel, per read."},
    Metric{"cpu_ns_per_op.daemon", "ns", D::lower_is_better, A::median, "CPU time of the on-demand daemon per read."},
    Metric{"cpu_ns_per_op.kernel", "ns", D::lower_is_better, A::median, "All other busy time of the machine per read: kernel threads, and interrupts that came while it idled."},
    Metric{"cpu_ns_per_op.kernel_threads", "ns", D::lower_is_better, A::median, "Of that, threads of the kernel (loop, kworker, SQPOLL excepted: it counts as the reader)."},
    Metric{"cpu_ns_per_op.interrupts", "ns", D::lower_is_better, A::median, "Of that, the rest: interrupts and softirqs that came while the CPU idled. Those that interrupt a task are counted with it."},
    Metric{"cpu_ns_per_op.total", "ns", D::lower_is_better, A::median, "reader + daemon + kernel; on machine exact a count of instructions."},
    Metric{"instructions_per_op.read_path", "instructions", D::lower_is_better, A::median, "Instructions of EROFS, cachefiles, fscache and netfs themselves, per read, whoever calls them; this and what follows only of runs that count by function (docs/profile.md).", S::functions},
    Metric{"instructions_per_op.device_model", "instructions", D::neutral, A::median, "Instructions that only the simulated device executes, per read: a real one costs the CPU none of them.", S::functions},
    Metric{"copied_bytes_per_byte.user", "ratio", D::lower_is_better, A::median, "Bytes that the CPU copied to or from memory of processes, the daemon included, per byte the reader got.", S::functions},
    Metric{"copied_bytes_per_byte.kernel", "ratio", D::lower_is_better, A::median, "Bytes that the CPU copied within the kernel's memory, per byte the reader got.", S::functions},
    Metric{"page_cache_insertions_per_op", "per_op", D::lower_is_better, A::median, "Folios put into a page cache, whatever their size, per read.", S::functions},
    Metric{"slab_allocations_per_op", "per_op", D::lower_is_better, A::median, "kmalloc() and kmem_cache_alloc(), per read, of the whole machine; one of many objects is one.", S::functions},
    Metric{"slab_frees_per_op", "per_op", D::lower_is_better, A::median, "kfree() and kmem_cache_free(), per read, of the whole machine; one of many objects is one.", S::functions},
    Metric{"page_allocations_per_op", "per_op", D::lower_is_better, A::median, "Blocks of pages allocated, whatever their size, per read, those of the slab allocator included.", S::functions},
    Metric{"page_frees_per_op", "per_op", D::lower_is_better, A::median, "Blocks of pages freed, whatever their size, per read.", S::functions},
    Metric{"bios_per_op", "per_op", D::lower_is_better, A::median, "Bios given to a driver, per read; the parts of a split one are one each.", S::functions},
    Metric{"requests_per_op", "per_op", D::lower_is_better, A::median, "Requests that a driver started, per read.", S::functions},
    Metric{"context_switches_per_op", "per_op", D::lower_is_better, A::median, "Changes of the task that runs, per read, of the whole machine, the idle task included.", S::functions},
    Metric{"interrupts_per_op", "per_op", D::lower_is_better, A::median, "Interrupts, per read, those of timers included.", S::functions},
    Metric{"modelled_cpu_ns_per_op", "ns", D::lower_is_better, A::median, "CPU time per read on a modelled processor, whose caches are simulated; of runs with --cost-model only (docs/profile.md).", S::model},
    Metric{"modelled_ns", "ns", D::lower_is_better, A::median, "Mean latency if instructions took what they take on the modelled processor; of runs with --cost-model only (docs/profile.md).", S::model},
    Metric{"modelled_uml_ns", "ns", D::lower_is_better, A::median, "The same if ways into the kernel took what they take in User Mode Linux; held beside that machine's clock (docs/calibration.md).", S::model},
    Metric{"daemon_wakeups_per_op", "per_op", D::lower_is_better, A::median, "Requests that cachefiles put to the daemon, each with a wake-up, per read.", S::functions},
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
    Metric{"page_cache_byte_seconds.erofs_file", "byte_seconds", D::lower_is_better, A::median, "Area under the curve of erofs_file over the cell, from a second run that is not timed; null without a curve."},
    Metric{"page_cache_byte_seconds.backing_file", "byte_seconds", D::lower_is_better, A::median, "The same of the cache file or image file below."},
    Metric{"page_cache_byte_seconds.guest_total", "byte_seconds", D::lower_is_better, A::median, "The same of the whole machine, above what it was at the start."},
    Metric{"ondemand.opens", "count", D::lower_is_better, A::identical, "OPEN requests the daemon answered."},
    Metric{"ondemand.reads", "count", D::lower_is_better, A::identical, "READ requests the daemon answered."},
    Metric{"ondemand.bytes", "bytes", D::lower_is_better, A::identical, "Bytes the daemon wrote into the cache."},
    Metric{"ondemand.waits", "count", D::lower_is_better, A::identical, "Reads that waited for a fetch, of their own bytes or of what is read ahead; null if it cannot be told which."},
    Metric{"ondemand.wait_ns.mean", "ns", D::lower_is_better, A::median, "Mean latency of those."},
    Metric{"ondemand.wait_ns.p50", "ns", D::lower_is_better, A::median, "Their median."},
    Metric{"ondemand.wait_ns.p99", "ns", D::lower_is_better, A::median, "Their 99th percentile."},
    Metric{"ondemand.wait_ns.max", "ns", D::lower_is_better, A::maximum, "Their maximum."},
    Metric{"ondemand.hit_ns.mean", "ns", D::lower_is_better, A::median, "Mean latency of the reads that found their bytes in the cache."},
    Metric{"ondemand.hit_ns.p50", "ns", D::lower_is_better, A::median, "Their median."},
    Metric{"ondemand.hit_ns.p99", "ns", D::lower_is_better, A::median, "Their 99th percentile."},
    Metric{"ondemand.hit_ns.max", "ns", D::lower_is_better, A::maximum, "Their maximum."},
    Metric{"backing.reads", "count", D::neutral, A::identical, "Reads that cachefiles sent to the backing file (/proc/fs/fscache/stats)."},
    Metric{"device.read_bytes", "bytes", D::lower_is_better, A::median, "Bytes read from block devices (pgpgin of /proc/vmstat, less what loop devices count twice)."},
    Metric{"device.read_amplification", "ratio", D::lower_is_better, A::median, "The same per byte the reader got."},
    Metric{"read_amplification", "ratio", D::lower_is_better, A::median, "Bytes the daemon fetched per byte the reader got; null for a cell that must not fetch."},
    Metric{"neighbour.hot_set_bytes", "bytes", D::neutral, A::identical, "Hot set of the second process; null if there is none."},
    Metric{"neighbour.evicted_bytes", "bytes", D::lower_is_better, A::median, "Of it, dropped from the page cache in the timed region: what it had to read again and what is missing at the end."},
    Metric{"neighbour.alone_ns.mean", "ns", D::neutral, A::median, "Mean latency of its 4 KiB reads before, alone."},
    Metric{"neighbour.alone_ns.p50", "ns", D::neutral, A::median, "Median."},
    Metric{"neighbour.alone_ns.p99", "ns", D::neutral, A::median, "99th percentile."},
    Metric{"neighbour.alone_ns.max", "ns", D::neutral, A::maximum, "Maximum."},
    Metric{"neighbour.beside_ns.mean", "ns", D::lower_is_better, A::median, "Mean latency of its reads during the timed region."},
    Metric{"neighbour.beside_ns.p50", "ns", D::lower_is_better, A::median, "Median."},
    Metric{"neighbour.beside_ns.p99", "ns", D::lower_is_better, A::median, "99th percentile."},
    Metric{"neighbour.beside_ns.max", "ns", D::lower_is_better, A::maximum, "Maximum."},
    Metric{"neighbour.slowdown", "ratio", D::lower_is_better, A::median, "beside_ns.mean / alone_ns.mean."},
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
