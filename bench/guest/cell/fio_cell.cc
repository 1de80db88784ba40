// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/fio_cell.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/fio/fio_run.h"
#include "bench/common/plan/requests.h"

namespace diobench {

namespace {

constexpr unsigned kCheckedReads = 8;

Result<FioJobFile> jobs_of(const GuestPlan& plan, const Cell& cell, const TargetFile& file) {
    if (!cell.fio_job.empty()) return parse_fio_job_file(plan.fio_jobs.at(fio_text_key(cell)), cell.fio_job);
    FioParameters parameters;
    parameters.random = cell.pattern == Pattern::random;
    parameters.block_size_bytes = cell.block_size_bytes;
    parameters.ioengine = cell.engine.substr(cell.engine.find('-') + 1);
    parameters.iodepth = cell.iodepth;
    parameters.numjobs = cell.numjobs;
    parameters.direct = cell.io == IoMode::direct;
    parameters.offset_bytes = file.base_offset_bytes;
    parameters.size_bytes = file.size_bytes / cell.block_size_bytes * cell.block_size_bytes;
    parameters.number_ios = cell.ops / cell.numjobs;
    return fio_jobs_from(parameters);
}

/// The least that jobs can have read of different bytes.
uint64_t distinct_bytes_at_least(const FioJobFile& jobs, uint64_t bytes_read, uint64_t file_bytes) {
    const FioJob& first = jobs.jobs.front();
    if (jobs.threads() > 1 || !first.reads_each_once()) {
        for (const FioJob& job : jobs.jobs)
            bytes_read = std::min(bytes_read, job.find("bsrange") != nullptr || job.find("bssplit") != nullptr ? 1 : job.block_size_bytes);
        return bytes_read;
    }
    const uint64_t behind = file_bytes - std::min(file_bytes, first.offset_bytes);
    const uint64_t region = std::min(first.size_bytes.value_or(behind), behind);
    return std::min(bytes_read, region / first.block_size_bytes * first.block_size_bytes);
}

/// Some blocks read once more, the same way, and compared.
Status check_file(const Cell& cell, const TargetFile& file, uint64_t seed, CellMeasurement& out) {
    if (!file.known) return {};
    auto fd = UniqueFd::open(file.path, O_RDONLY | (cell.io == IoMode::direct ? O_DIRECT : 0));
    if (!fd) return forward(fd);
    constexpr uint64_t kBytes = 64 << 10;
    auto buffer = AlignedBuffer::create(kBytes);
    if (!buffer) return forward(buffer);
    for (uint64_t offset : make_offsets(Pattern::random, kBytes, std::min<uint64_t>(kCheckedReads, file.size_bytes / kBytes), file.size_bytes, seed)) {
        const ssize_t n = ::pread(fd->get(), buffer->data(), kBytes, static_cast<off_t>(file.base_offset_bytes + offset));
        if (n < 0) return fail_errno("read", file.path);
        ++out.checked_reads;
        auto wrong = file.known->content(seed).first_mismatch(offset, {buffer->data(), static_cast<size_t>(n)});
        if (!wrong || out.mismatch_offset_bytes) continue;
        out.mismatch_offset_bytes = wrong;
        out.mismatch_file = file.path;
    }
    return {};
}

}  // namespace

Result<CellMeasurement> measure_with_fio(const GuestPlan& plan, const Cell& cell, const ReadTarget& target, const MeasureHooks& hooks) {
    auto jobs = jobs_of(plan, cell, target.files.front());
    if (!jobs) return forward(jobs);
    FioRequest request;
    request.program = kGuestFio;
    for (const TargetFile& file : target.files) request.files.emplace_back(file.path);
    request.jobs = *jobs;
    request.seed = plan.seed;
    request.work_directory = "/tmp";
    request.hooks = {hooks.before, hooks.after};
    auto fio = run_fio(request);
    if (!fio) return forward(fio);
    CellMeasurement out;
    out.open_errno = fio->open_errno;
    if (out.open_errno != 0) return out;
    out.stats.ops = fio->ops;
    out.stats.bytes = fio->bytes;
    out.stats.errors = fio->errors + fio->short_reads;
    out.stats.first_errno = fio->first_errno;
    out.stats.elapsed_ns = fio->elapsed_ns;
    out.stats.latency = fio->latency;
    out.cpu_ns = fio->cpu_ns;
    out.context_switches = fio->context_switches;
    out.latency_iodepth = fio->latency_iodepth;
    out.ramped = jobs->ramp_ns() != 0;
    out.unique_bytes = distinct_bytes_at_least(*jobs, fio->bytes, target.files.front().size_bytes);
    for (const TargetFile& file : target.files) {
        out.whole_bytes += file.size_bytes;
        if (auto s = check_file(cell, file, plan.seed, out); !s) return forward(s);
    }
    return out;
}

}  // namespace diobench
