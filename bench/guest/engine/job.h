// SPDX-License-Identifier: GPL-2.0-only
// One thread's share of a cell: its open files, requests, buffers and engine.
#pragma once

#include <memory>

#include "bench/common/base/fd.h"
#include "bench/guest/engine/measure_cell.h"

namespace diobench {

class Job {
public:
    /// Opens the files; the error keeps the errno of open(2).
    [[nodiscard]] static Result<std::unique_ptr<Job>> open(const Cell& cell, const ReadTarget& target, unsigned number, uint64_t seed);
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Everything else that may allocate.  With `keep_spans`, room for the life of each read.
    [[nodiscard]] Status prepare(const EngineInfo& engine, bool keep_spans);
    /// The timed region.
    [[nodiscard]] Status run() { return engine_->run(plan_, stats_); }
    /// Compares what is left in the buffers with what it must be.
    void check_samples(CellMeasurement& out) const;

    [[nodiscard]] const ReadStats& stats() const { return stats_; }
    [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }
    [[nodiscard]] uint64_t open_ns() const { return open_ns_; }
    [[nodiscard]] uint64_t last_due_ns() const { return due_ns_.empty() ? 0 : due_ns_.back(); }
    [[nodiscard]] uint64_t whole_bytes() const;

private:
    Job(const Cell& cell, const ReadTarget& target) : cell_(cell), target_(target) {}
    [[nodiscard]] Status open_files();
    [[nodiscard]] Status add_file(const TargetFile& file, bool direct);
    [[nodiscard]] Status make_trace_requests();
    [[nodiscard]] Status make_pattern_requests(unsigned number, uint64_t seed);

    /// An open file; one file of the target may be open twice, buffered and direct.
    struct Opened {
        const TargetFile* file;
        uint64_t size_bytes;
    };
    const Cell& cell_;
    const ReadTarget& target_;
    std::vector<UniqueFd> owned_;
    std::vector<Opened> opened_;
    std::vector<int> fds_;
    std::vector<std::string> paths_;
    std::vector<Request> requests_;
    std::vector<uint64_t> due_ns_;
    std::optional<AlignedBuffer> buffers_;
    std::unique_ptr<Engine> engine_;
    ReadPlan plan_;
    ReadStats stats_;
    uint64_t open_ns_ = 0;
};

}  // namespace diobench
