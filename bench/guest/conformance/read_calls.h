// SPDX-License-Identifier: GPL-2.0-only
// The ways a program asks Linux for bytes of a file, behind one function.
#pragma once

#include <cstdint>
#include <libaio.h>
#include <liburing.h>
#include <memory>
#include <span>
#include <string_view>
#include <sys/types.h>
#include <sys/uio.h>

#include "bench/common/base/error.h"

namespace diobench {

enum class ReadCall {
    pread,
    preadv,
    preadv2,           ///< flags 0
    aio_pread,         ///< libaio, IOCB_CMD_PREAD
    aio_preadv,
    uring_read,
    uring_readv,
    uring_read_fixed,  ///< registered buffer
    uring_fixed_file,  ///< registered file
};
/// "pread", "io_submit(PREADV)", "io_uring READ_FIXED"...
[[nodiscard]] std::string_view read_call_name(ReadCall call);
/// False for those that take one buffer only.
[[nodiscard]] bool takes_segments(ReadCall call);
constexpr ReadCall kAllReadCalls[] = {ReadCall::pread,      ReadCall::preadv,      ReadCall::preadv2,
                                      ReadCall::aio_pread,  ReadCall::aio_preadv,  ReadCall::uring_read,
                                      ReadCall::uring_readv, ReadCall::uring_read_fixed, ReadCall::uring_fixed_file};

/// Makes reads and waits for each; holds an aio context and a ring.
class Reads {
public:
    /// Fails where the kernel has neither aio nor io_uring.
    [[nodiscard]] static Result<Reads> create();
    Reads(Reads&&) noexcept;
    Reads& operator=(Reads&&) = delete;
    ~Reads();

    /// Bytes read, or -errno, wherever the error appeared (at the submission or
    /// in the completion).  Calls that take one buffer get the first segment.
    [[nodiscard]] ssize_t read(ReadCall call, int fd, uint64_t offset_bytes, std::span<const iovec> segments);
    /// The same into one piece of memory.
    [[nodiscard]] ssize_t read(ReadCall call, int fd, uint64_t offset_bytes, std::span<std::byte> buffer);

private:
    struct State;
    explicit Reads(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace diobench
