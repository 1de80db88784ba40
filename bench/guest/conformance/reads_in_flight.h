// SPDX-License-Identifier: GPL-2.0-only
// Reads of any shape that are under way at one time, by libaio or io_uring; synchronous calls are made one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/types.h>
#include <sys/uio.h>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/read_scene.h"

namespace diobench {

/// One read; what it points at stays until it has ended.
struct FlyingRead {
    int fd = -1;
    uint64_t offset = 0;
    std::span<const iovec> segments;
    bool nowait = false;
};

class ReadsInFlight {
public:
    /// `fixed`: memory that ReadBy::io_uring_fixed may read into; empty: none is registered.
    [[nodiscard]] static Result<ReadsInFlight> create(unsigned depth, std::span<std::byte> fixed = {});
    ReadsInFlight(ReadsInFlight&&) noexcept;
    ReadsInFlight& operator=(ReadsInFlight&&) = delete;
    /// Ends the context and the ring.
    ~ReadsInFlight();

    /// Prepares reads, not more than `depth`; nothing is submitted.  `by` is none of mmap.
    void prepare(ReadBy by, std::span<const FlyingRead> reads);
    /// System calls alone, so that a process with our thread-local storage may call it.
    void submit();
    /// Of each read its bytes or -errno, once all have ended.  An error is a completion that nobody waits for, or a second one.
    [[nodiscard]] Result<std::vector<ssize_t>> wait();
    /// io_cancel(2) of each.
    void cancel();
    /// io_destroy(2), or the end of the ring: what is under way has no result any more.
    void destroy();

private:
    struct State;
    explicit ReadsInFlight(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace diobench
