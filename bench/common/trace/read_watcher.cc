// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/read_watcher.h"

#include <algorithm>
#include <bit>
#include <climits>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace diobench {

namespace {

/// A mapping is noted in parts of this size.
constexpr uint64_t kMappingPartBytes = 1U << 20;
/// More requests in one io_submit(2) than any ring has.
constexpr uint64_t kMaxSubmitted = 1U << 16;
/// preadv2(2) at this offset reads at the position of the file.
constexpr uint64_t kAtPosition = ~uint64_t{0};

uint64_t vector_bytes(pid_t tid, uint64_t address, uint64_t count) {
    uint64_t bytes = 0;
    for (const auto& part : read_tracee_array<iovec>(tid, address, std::min<uint64_t>(count, IOV_MAX))) bytes += part.iov_len;
    return bytes;
}

/// The alignment an O_DIRECT read kept to: that of its offset and length as
/// they were asked for, at most a block.
uint64_t direct_alignment_bytes(uint64_t offset_bytes, uint64_t length_bytes) {
    const uint64_t both = offset_bytes | length_bytes;
    return uint64_t{1} << std::min(std::countr_zero(both), std::countr_zero(kTraceBlockBytes));
}

}  // namespace

bool ReadWatcher::usable(const TraceeFile& file) {
    if (file.lookup == Lookup::deleted) ++gaps_.deleted_reads;
    return file.lookup == Lookup::found;
}

void ReadWatcher::expect(pid_t tid, Meaning meaning, int fd, std::optional<uint64_t> offset_bytes, uint64_t length_bytes) {
    TraceeFile file = look_at_descriptor(tid, fd, root_);
    if (!usable(file)) return;
    const uint64_t from_bytes = offset_bytes.value_or(file.position_bytes);
    pending_[tid] = {meaning, now_ns_(), {{std::move(file), from_bytes, length_bytes, 0}}};
}

/// sendfile(2), copy_file_range(2), splice(2): the offset lies in memory, or is the file's position.
void ReadWatcher::expect_copy(pid_t tid, int fd, uint64_t offset_address, uint64_t length_bytes) {
    std::optional<uint64_t> offset;
    if (offset_address != 0) {
        uint64_t value = 0;
        if (!read_tracee_memory(tid, offset_address, &value, sizeof value)) return;
        offset = value;
    }
    expect(tid, Meaning::bytes, fd, offset, length_bytes);
}

void ReadWatcher::expect_vector(pid_t tid, const SystemCall& call, std::optional<uint64_t> offset_bytes) {
    expect(tid, Meaning::bytes, static_cast<int>(call.arguments[0]), offset_bytes, vector_bytes(tid, call.arguments[1], call.arguments[2]));
}

void ReadWatcher::expect_mapping(pid_t tid, const SystemCall& call) {
    const auto& [address, length, protection, flags, fd, offset] = call.arguments;
    if ((flags & MAP_ANONYMOUS) != 0 || (protection & (PROT_READ | PROT_EXEC)) == 0) return;
    expect(tid, Meaning::mapping, static_cast<int>(fd), offset, length);
}

void ReadWatcher::expect_submitted_one(pid_t tid, const iocb& one, int64_t index, Pending& pending) {
    if (one.aio_lio_opcode != IOCB_CMD_PREAD && one.aio_lio_opcode != IOCB_CMD_PREADV) return;
    TraceeFile file = look_at_descriptor(tid, static_cast<int>(one.aio_fildes), root_);
    if (!usable(file)) return;
    const uint64_t length = one.aio_lio_opcode == IOCB_CMD_PREAD ? one.aio_nbytes : vector_bytes(tid, one.aio_buf, one.aio_nbytes);
    pending.requests.push_back({std::move(file), static_cast<uint64_t>(one.aio_offset), length, index});
}

void ReadWatcher::expect_submitted(pid_t tid, const SystemCall& call) {
    Pending pending{Meaning::submitted, now_ns_(), {}};
    const auto addresses = read_tracee_array<uint64_t>(tid, call.arguments[2], std::min(call.arguments[1], kMaxSubmitted));
    for (size_t i = 0; i < addresses.size(); ++i) {
        iocb one{};
        if (!read_tracee_memory(tid, addresses[i], &one, sizeof one)) break;
        expect_submitted_one(tid, one, static_cast<int64_t>(i), pending);
    }
    if (!pending.requests.empty()) pending_[tid] = std::move(pending);
}

/// Without a thread of the kernel's, a ring reads only what io_uring_enter(2) submits.
void ReadWatcher::expect_ring(pid_t tid, const SystemCall& call) {
    io_uring_params parameters{};
    if (call.number == SYS_io_uring_enter) pending_[tid] = {Meaning::ring, 0, {}};
    else if (read_tracee_memory(tid, call.arguments[1], &parameters, sizeof parameters) && (parameters.flags & IORING_SETUP_SQPOLL) != 0)
        pending_[tid] = {Meaning::poller, 0, {}};
}

void ReadWatcher::entered(pid_t tid, const SystemCall& call) {
    const auto& arguments = call.arguments;
    const int fd = static_cast<int>(arguments[0]);
    pending_.erase(tid);
    switch (call.number) {
        case SYS_read: return expect(tid, Meaning::bytes, fd, std::nullopt, arguments[2]);
        case SYS_pread64: return expect(tid, Meaning::bytes, fd, arguments[3], arguments[2]);
        case SYS_readv: return expect_vector(tid, call, std::nullopt);
        case SYS_preadv: return expect_vector(tid, call, arguments[3]);
        case SYS_preadv2: return expect_vector(tid, call, arguments[3] == kAtPosition ? std::nullopt : std::optional(arguments[3]));
        case SYS_sendfile: return expect_copy(tid, static_cast<int>(arguments[1]), arguments[2], arguments[3]);
        case SYS_copy_file_range:
        case SYS_splice: return expect_copy(tid, fd, arguments[1], arguments[4]);
        case SYS_mmap: return expect_mapping(tid, call);
        case SYS_io_submit: return expect_submitted(tid, call);
        case SYS_io_uring_setup:
        case SYS_io_uring_enter: return expect_ring(tid, call);
        default: return;
    }
}

void ReadWatcher::left(pid_t tid, int64_t result) {
    auto at = pending_.find(tid);
    if (at == pending_.end()) return;
    const Pending pending = std::move(at->second);
    pending_.erase(at);
    // Addresses may look negative; only these are errors.
    if (result < 0 && result >= -4095) return;
    if (pending.meaning == Meaning::poller || (pending.meaning == Meaning::ring && result > 0)) gaps_.io_uring = true;
    for (const auto& request : pending.requests) finish(pending, request, result);
}

void ReadWatcher::finish(const Pending& pending, const Request& request, int64_t result) {
    const TraceeFile& file = request.file;
    if (pending.meaning == Meaning::bytes) {
        note(request, pending.time_ns, static_cast<uint64_t>(result));
    } else if (pending.meaning == Meaning::mapping) {
        note_mapping(pending.time_ns, {file.path, request.offset_bytes, request.length_bytes, file.size_bytes});
    } else if (pending.meaning == Meaning::submitted && request.index < result && request.offset_bytes < file.size_bytes) {
        ++gaps_.asynchronous_reads;
        note(request, pending.time_ns, std::min(request.length_bytes, file.size_bytes - request.offset_bytes));
    }
}

/// The kernel has mapped the program and its interpreter itself.
void ReadWatcher::executed(pid_t tid) {
    pending_.erase(tid);
    for (const auto& mapping : look_at_mappings(tid, root_)) note_mapping(now_ns_(), mapping);
}

/// `length_bytes` were read.  A direct read that the end of the file cut short
/// is noted with the whole of its last block, since it could only be asked for so.
void ReadWatcher::note(const Request& request, uint64_t time_ns, uint64_t length_bytes) {
    if (length_bytes == 0) return;
    bool direct = request.file.direct;
    const uint64_t alignment_bytes = direct_alignment_bytes(request.offset_bytes, request.length_bytes);
    if (direct && alignment_bytes < kTraceDirectAlignmentBytes) {
        ++gaps_.unaligned_direct_reads;
        direct = false;
    }
    if (direct) length_bytes = (length_bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
    add(request.file.path, time_ns, request.offset_bytes, length_bytes, kMaxTraceReadBytes, direct);
}

void ReadWatcher::note_mapping(uint64_t time_ns, const TraceeMapping& mapping) {
    if (mapping.offset_bytes >= mapping.size_bytes) return;
    const size_t before = reads_.size();
    const uint64_t length_bytes = std::min(mapping.length_bytes, mapping.size_bytes - mapping.offset_bytes);
    add(mapping.path, time_ns, mapping.offset_bytes, length_bytes, kMappingPartBytes, false);
    gaps_.mapped_reads += reads_.size() - before;
}

void ReadWatcher::add(const std::string& path, uint64_t time_ns, uint64_t offset_bytes, uint64_t length_bytes, uint64_t part_bytes, bool direct) {
    auto [at, added] = files_.try_emplace(path, static_cast<uint32_t>(names_.size()));
    if (added) names_.push_back(path);
    for (uint64_t done = 0; done < length_bytes; done += part_bytes)
        reads_.push_back({time_ns, at->second, offset_bytes + done, static_cast<uint32_t>(std::min(part_bytes, length_bytes - done)), direct});
}

Trace ReadWatcher::trace() const {
    Trace trace;
    trace.reads = reads_;
    std::stable_sort(trace.reads.begin(), trace.reads.end(), [](const TraceRead& a, const TraceRead& b) { return a.time_ns < b.time_ns; });
    std::vector<int64_t> index(names_.size(), -1);
    for (auto& read : trace.reads) {
        if (index[read.file] < 0) {
            index[read.file] = static_cast<int64_t>(trace.files.size());
            trace.files.push_back(names_[read.file]);
        }
        read.file = static_cast<uint32_t>(index[read.file]);
    }
    return trace;
}

}  // namespace diobench
