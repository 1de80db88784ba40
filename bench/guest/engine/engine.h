// SPDX-License-Identifier: GPL-2.0-only
// A read engine: one way to ask the kernel for data.  One file an engine,
// found by name; adding one edits nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/measure/histogram.h"
#include "bench/common/plan/requests.h"

namespace diobench {

/// Which page frames stand behind a buffer.
enum class PageOrder {
    as_allocated,  ///< as the kernel gives them out
    fragmented,    ///< no two neighbours can be one segment of a bio, as on a machine that has run for long (needs CAP_SYS_ADMIN)
};

/// Page-aligned memory that is there before the clock starts.
class AlignedBuffer {
public:
    /// `bytes` of anonymous memory, every page touched.
    [[nodiscard]] static Result<AlignedBuffer> create(size_t bytes, PageOrder order = PageOrder::as_allocated);
    AlignedBuffer(AlignedBuffer&& other) noexcept;
    AlignedBuffer& operator=(AlignedBuffer&&) = delete;
    ~AlignedBuffer();
    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] size_t size() const { return bytes_; }

private:
    AlignedBuffer(std::byte* data, size_t bytes) : data_(data), bytes_(bytes) {}
    std::byte* data_;
    size_t bytes_;
};

/// What is to be read.  Slots are the buffers: at most `iodepth` of them are
/// in flight; a slot is used again as late as possible, so that after the run
/// each still holds its last read for the content check.
struct ReadPlan {
    std::span<const int> fds;               ///< by Request::file
    std::span<const std::string> paths;     ///< the same files, for engines that open them by themselves
    std::span<const Request> requests;      ///< in order
    std::span<const uint64_t> due_ns;       ///< open loop: when each is due, from the start; empty: closed loop
    uint32_t slot_bytes = 4096;             ///< size of a buffer: the longest read
    unsigned iodepth = 1;
    unsigned slots = 1;
    std::byte* buffers = nullptr;           ///< slots * slot_bytes
    bool direct = false;                    ///< the files are opened with O_DIRECT
    bool noatime = false;                   ///< and with O_NOATIME

    [[nodiscard]] std::byte* buffer(unsigned slot) const { return buffers + size_t{slot} * slot_bytes; }
};

/// A read's life, ns of CLOCK_MONOTONIC.
struct ReadSpan {
    uint64_t submitted_ns = 0;
    uint64_t completed_ns = 0;
};

/// What came of it.  `last_request[slot]` is the request the slot's buffer was
/// last filled by (kNothing if none, or if that read failed).
struct ReadStats {
    static constexpr size_t kNothing = ~size_t{0};
    Histogram latency;         ///< from the intended time: submission (closed loop) or due time (open loop)
    Histogram service;         ///< open loop: from submission
    uint64_t ops = 0;
    uint64_t bytes = 0;
    uint64_t errors = 0;       ///< failed reads, and those that returned another length than expected
    int first_errno = 0;       ///< of the first that failed; 0 if its length was wrong
    uint64_t started_ns = 0;   ///< of the timed region, CLOCK_MONOTONIC
    uint64_t elapsed_ns = 0;
    uint64_t first_read_ns = 0;      ///< from the start to the first completion
    uint64_t last_submit_ns = 0;     ///< open loop: from the start to the submission of the last read
    std::vector<size_t> last_request;
    std::vector<ReadSpan> spans;     ///< by request; kept only if there is room for all before the start
};

class Engine {
public:
    virtual ~Engine() = default;
    /// Everything that may allocate or set up; before the clock starts.  An
    /// error that is_refusal() says that this kernel cannot do it.
    [[nodiscard]] virtual Status prepare(const ReadPlan& plan) = 0;
    /// The timed region: makes all requests.  Errors of single reads are
    /// counted in `stats`; a returned error means the engine broke.
    [[nodiscard]] virtual Status run(const ReadPlan& plan, ReadStats& stats) = 0;
};

/// What a kernel that lacks something answers: ENOSYS, EOPNOTSUPP or EPERM.
[[nodiscard]] bool is_refusal(const Error& error);

/// One line an engine, for --help and for refusing what cannot be.
struct EngineInfo {
    std::string_view name;
    std::string_view purpose;
    unsigned max_iodepth;  ///< 1 for synchronous ones
    bool reads_file;       ///< false for null
    bool mapped = false;   ///< reads through a mapping: for io = mmap, and only for that
    std::unique_ptr<Engine> (*create)();
};

/// Every engine's file holds one of these at namespace scope.
class EngineRegistration {
public:
    explicit EngineRegistration(EngineInfo info);
};

[[nodiscard]] std::span<const EngineInfo> all_engines();
[[nodiscard]] Result<const EngineInfo*> find_engine(std::string_view name);

}  // namespace diobench
