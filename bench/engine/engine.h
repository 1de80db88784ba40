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

#include "bench/base/error.h"
#include "bench/measure/histogram.h"

namespace diobench {

/// Page-aligned memory that is there before the clock starts.
class AlignedBuffer {
public:
    /// `bytes` of anonymous memory, every page touched.
    [[nodiscard]] static Result<AlignedBuffer> create(size_t bytes);
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
    int fd = -1;
    uint32_t block_size_bytes = 4096;
    unsigned iodepth = 1;
    unsigned slots = 1;
    std::span<const uint64_t> offsets;  ///< of each read, in order
    std::byte* buffers = nullptr;       ///< slots * block_size_bytes
};

/// What came of it.  `last_offset[slot]` is what the slot's buffer was last
/// filled from (kNothing if never or if that read failed).
struct ReadStats {
    static constexpr uint64_t kNothing = ~uint64_t{0};
    Histogram latency;
    uint64_t ops = 0;
    uint64_t bytes = 0;
    uint64_t errors = 0;       ///< failed or short reads
    int first_errno = 0;       ///< of the first that failed; 0 if it was short
    uint64_t elapsed_ns = 0;   ///< of the timed region
    std::vector<uint64_t> last_offset;
};

class Engine {
public:
    virtual ~Engine() = default;
    /// Everything that may allocate or set up; before the clock starts.
    [[nodiscard]] virtual Status prepare(const ReadPlan& plan) = 0;
    /// The timed region: reads all offsets, closed loop.  Errors of single
    /// reads are counted in `stats`; a returned error means the engine broke.
    [[nodiscard]] virtual Status run(const ReadPlan& plan, ReadStats& stats) = 0;
};

/// One line an engine, for --help and for refusing what cannot be.
struct EngineInfo {
    std::string_view name;
    std::string_view purpose;
    unsigned max_iodepth;  ///< 1 for synchronous ones
    bool reads_file;       ///< false for null
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
