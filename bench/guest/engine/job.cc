// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/job.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

#include "bench/common/base/units.h"
#include "bench/common/trace/trace.h"
#include "bench/guest/engine/read_loop.h"

namespace diobench {

namespace {

/// At least so many buffers, so that also a run at iodepth 1 leaves several reads to check.
constexpr unsigned kMinimumSlots = 8;
constexpr uint64_t kPieceBytes = 4096;

}  // namespace

std::optional<uint64_t> wrong_sample(const FileContent& content, uint64_t offset_bytes, std::span<const std::byte> data, unsigned variety) {
    const uint64_t piece = std::min<uint64_t>(data.size(), kPieceBytes);
    const uint64_t middle = (variety * 37 + 11) % 64 * (data.size() - piece) / 64;
    for (uint64_t at : {uint64_t{0}, middle, data.size() - piece}) {
        if (auto wrong = content.first_mismatch(offset_bytes + at, data.subspan(at, piece))) return wrong;
        if (piece == data.size()) break;
    }
    return std::nullopt;
}

Result<std::unique_ptr<Job>> Job::open(const Cell& cell, const ReadTarget& target, unsigned number, uint64_t seed) {
    auto job = std::unique_ptr<Job>(new Job(cell, target));
    if (auto s = job->open_files(); !s) return forward(s);
    Status made = target.trace.empty() ? job->make_pattern_requests(number, seed) : job->make_trace_requests();
    if (!made) return forward(made);
    return job;
}

Status Job::open_files() {
    const uint64_t begin = now_ns();
    for (const TargetFile& file : target_.files) {
        if (auto s = add_file(file, target_.trace.empty() && cell_.io == IoMode::direct); !s) return s;
        if (open_ns_ == 0) open_ns_ = now_ns() - begin;
        // A trace says of each read how it was made; a file is opened both ways if the cell is not buffered.
        if (!target_.trace.empty())
            if (auto s = add_file(file, cell_.io == IoMode::direct); !s) return s;
    }
    return {};
}

Status Job::add_file(const TargetFile& file, bool direct) {
    // A walk over many files opens each by itself; here only the first, to see whether it may be opened so.
    uint64_t size_bytes = file.size_bytes;
    if (cell_.pattern != Pattern::tree || owned_.empty()) {
        auto fd = UniqueFd::open(file.path, O_RDONLY | (direct ? O_DIRECT : 0) | (target_.noatime ? O_NOATIME : 0));
        if (!fd) return forward(fd);
        struct stat st {};
        if (::fstat(fd->get(), &st) < 0) return fail_errno("stat", file.path);
        if (size_bytes == 0) size_bytes = static_cast<uint64_t>(st.st_size) - file.base_offset_bytes;
        owned_.push_back(std::move(*fd));
        fds_.push_back(owned_.back().get());
    }
    opened_.push_back({&file, size_bytes});
    paths_.push_back(file.path);
    return {};
}

Status Job::make_pattern_requests(unsigned number, uint64_t seed) {
    std::vector<uint64_t> sizes;
    for (const Opened& file : opened_) sizes.push_back(file.size_bytes);
    if (target_.files.empty()) sizes.push_back(cell_.ops * cell_.block_size_bytes);  // null
    requests_ = make_requests(cell_, sizes, number, seed);
    if (requests_.empty())
        return fail("read", target_.files.empty() ? "nothing" : target_.files.front().path, "the file is smaller than one block of the cell");
    for (Request& request : requests_)
        if (!opened_.empty()) request.offset_bytes += opened_[request.file].file->base_offset_bytes;
    due_ns_ = make_arrivals(cell_.arrival, cell_.rate_iops, requests_.size(), seed + number);
    return {};
}

Status Job::make_trace_requests() {
    auto trace = parse_trace(target_.trace, cell_.trace);
    if (!trace) return forward(trace);
    if (trace->files.size() != target_.files.size())
        return fail("replay", cell_.trace, "the target has another number of files than the trace", ExitCode::invalid);
    for (const TraceRead& read : trace->reads) {
        const Opened& file = opened_[read.file * 2];
        const bool direct = read.direct && cell_.io == IoMode::direct;
        requests_.push_back({file.file->base_offset_bytes + read.offset_bytes, read.length_bytes,
                             static_cast<uint32_t>(trace_read_bytes(read, file.size_bytes)), read.file * 2 + (direct ? 1 : 0)});
        if (cell_.arrival == Arrival::trace) due_ns_.push_back(read.time_ns - trace->reads.front().time_ns);
    }
    return {};
}

Status Job::prepare(const EngineInfo& engine, bool keep_spans) {
    uint64_t longest = 1;
    for (const Request& request : requests_) longest = std::max<uint64_t>(longest, request.length_bytes);
    plan_.fds = fds_;
    plan_.paths = paths_;
    plan_.requests = requests_;
    plan_.due_ns = due_ns_;
    plan_.slot_bytes = static_cast<uint32_t>(target_.trace.empty() && cell_.pattern != Pattern::tree ? longest : round_up(longest, kPieceBytes));
    plan_.iodepth = cell_.iodepth;
    plan_.slots = std::max(cell_.iodepth, kMinimumSlots);
    plan_.direct = cell_.io == IoMode::direct;
    plan_.noatime = target_.noatime;
    auto buffers = AlignedBuffer::create(size_t{plan_.slots} * plan_.slot_bytes, target_.page_order);
    if (!buffers) return forward(buffers);
    buffers_.emplace(std::move(*buffers));
    plan_.buffers = buffers_->data();
    if (keep_spans) stats_.spans.resize(requests_.size());
    engine_ = engine.create();
    return engine_->prepare(plan_);
}

void Job::check_samples(CellMeasurement& out) const {
    for (unsigned slot = 0; slot < plan_.slots; ++slot) {
        if (opened_.empty() || stats_.last_request[slot] == ReadStats::kNothing) continue;
        const Request& request = requests_[stats_.last_request[slot]];
        const TargetFile& file = *opened_[request.file].file;
        if (!file.known) continue;
        ++out.checked_reads;
        auto wrong = wrong_sample(file.known->content(target_.content_seed), request.offset_bytes - file.base_offset_bytes,
                                  {plan_.buffer(slot), request.expected_bytes}, slot);
        if (!wrong || out.mismatch_offset_bytes) continue;
        out.mismatch_offset_bytes = wrong;
        out.mismatch_file = file.path;
    }
}

uint64_t Job::whole_bytes() const {
    uint64_t sum = 0;
    for (size_t i = 0; i < opened_.size(); i += target_.trace.empty() ? 1 : 2) sum += opened_[i].size_bytes;
    return sum;
}

}  // namespace diobench
