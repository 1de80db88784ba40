// SPDX-License-Identifier: GPL-2.0-only
// Turns the system calls of a program into reads of files below a folder.
// Host only.
#pragma once

#include <cstdint>
#include <functional>
#include <linux/aio_abi.h>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/common/trace/trace.h"
#include "bench/common/trace/tracee.h"
#include "bench/common/trace/tracer.h"

namespace diobench {

/// What a trace cannot say, or says only nearly.
struct TraceGaps {
    uint64_t mapped_reads = 0;            ///< lines that stand for a mapping
    uint64_t asynchronous_reads = 0;      ///< io_submit(2): taken as done in full when they were submitted
    uint64_t unaligned_direct_reads = 0;  ///< O_DIRECT reads that were not aligned to 512 bytes: noted as buffered
    uint64_t deleted_reads = 0;           ///< of files that had no name any more: left out
    bool io_uring = false;                ///< reads by io_uring may have been done: not seen
    bool foreign_abi = false;             ///< a 32-bit program ran: its reads were not seen

    /// The trace lacks reads.
    [[nodiscard]] bool incomplete() const { return io_uring || foreign_abi || deleted_reads != 0; }
};

class ReadWatcher : public SystemCallObserver {
public:
    /// `now_ns` counts from the start of the program and never runs backwards.
    ReadWatcher(TraceRoot root, std::function<uint64_t()> now_ns) : root_(std::move(root)), now_ns_(std::move(now_ns)) {}

    void entered(pid_t tid, const SystemCall& call) override;
    void left(pid_t tid, int64_t result) override;
    void executed(pid_t tid) override;
    void ended(pid_t tid) override { pending_.erase(tid); }
    void entered_foreign(pid_t) override { gaps_.foreign_abi = true; }

    /// All reads that were completed, in the order they were begun.
    [[nodiscard]] Trace trace() const;
    [[nodiscard]] const TraceGaps& gaps() const { return gaps_; }

private:
    /// What the result of a system call says of its reads.
    enum class Meaning {
        bytes,      ///< how many bytes were read
        mapping,    ///< an address: all was mapped
        submitted,  ///< how many requests were taken
        ring,       ///< how many requests a ring took, of unknown kinds
        poller,     ///< a ring with a thread of the kernel's that takes requests unseen
    };
    struct Request {
        TraceeFile file;
        uint64_t offset_bytes = 0;
        uint64_t length_bytes = 0;  ///< as asked for
        int64_t index = 0;          ///< among what was submitted
    };
    struct Pending {
        Meaning meaning = Meaning::bytes;
        uint64_t time_ns = 0;
        std::vector<Request> requests;
    };

    void expect(pid_t tid, Meaning meaning, int fd, std::optional<uint64_t> offset_bytes, uint64_t length_bytes);
    void expect_copy(pid_t tid, int fd, uint64_t offset_address, uint64_t length_bytes);
    void expect_vector(pid_t tid, const SystemCall& call, std::optional<uint64_t> offset_bytes);
    void expect_mapping(pid_t tid, const SystemCall& call);
    void expect_submitted(pid_t tid, const SystemCall& call);
    void expect_submitted_one(pid_t tid, const iocb& one, int64_t index, Pending& pending);
    void expect_ring(pid_t tid, const SystemCall& call);
    void finish(const Pending& pending, const Request& request, int64_t result);
    [[nodiscard]] bool usable(const TraceeFile& file);
    void note(const Request& request, uint64_t time_ns, uint64_t length_bytes);
    void note_mapping(uint64_t time_ns, const TraceeMapping& mapping);
    void add(const std::string& path, uint64_t time_ns, uint64_t offset_bytes, uint64_t length_bytes, uint64_t part_bytes, bool direct);

    TraceRoot root_;
    std::function<uint64_t()> now_ns_;
    std::unordered_map<pid_t, Pending> pending_;
    std::unordered_map<std::string, uint32_t> files_;
    std::vector<std::string> names_;
    std::vector<TraceRead> reads_;  ///< in the order they ended
    TraceGaps gaps_;
};

}  // namespace diobench
