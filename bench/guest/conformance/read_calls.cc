// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_calls.h"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace diobench {

namespace {

constexpr std::array<std::string_view, 9> kNames = {
    "pread",         "preadv",         "preadv2",           "io_submit(PREAD)", "io_submit(PREADV)",
    "io_uring READ", "io_uring READV", "io_uring READ_FIXED", "io_uring READ of a registered file"};

ssize_t errno_result(ssize_t result) { return result < 0 ? -errno : result; }

ssize_t aio_read(io_context_t context, iocb& request) {
    iocb* list = &request;
    if (int submitted = ::io_submit(context, 1, &list); submitted != 1) return submitted < 0 ? submitted : -EAGAIN;
    io_event event{};
    int got = 0;
    do got = ::io_getevents(context, 1, 1, &event, nullptr);
    while (got == -EINTR);
    return got == 1 ? static_cast<ssize_t>(static_cast<int64_t>(event.res)) : got;
}

ssize_t submit_and_wait(io_uring& ring) {
    if (int submitted = ::io_uring_submit(&ring); submitted < 0) return submitted;
    io_uring_cqe* completion = nullptr;
    int waited = 0;
    do waited = ::io_uring_wait_cqe(&ring, &completion);
    while (waited == -EINTR);
    if (waited < 0) return waited;
    ssize_t result = completion->res;
    ::io_uring_cqe_seen(&ring, completion);
    return result;
}

ssize_t read_fixed(io_uring& ring, int fd, uint64_t offset, const iovec& segment) {
    if (int registered = ::io_uring_register_buffers(&ring, &segment, 1); registered < 0) return registered;
    ::io_uring_prep_read_fixed(::io_uring_get_sqe(&ring), fd, segment.iov_base, static_cast<unsigned>(segment.iov_len), offset, 0);
    ssize_t result = submit_and_wait(ring);
    ::io_uring_unregister_buffers(&ring);
    return result;
}

ssize_t read_registered_file(io_uring& ring, int fd, uint64_t offset, const iovec& segment) {
    if (int registered = ::io_uring_register_files(&ring, &fd, 1); registered < 0) return registered;
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring);
    ::io_uring_prep_read(entry, 0, segment.iov_base, static_cast<unsigned>(segment.iov_len), offset);
    entry->flags |= IOSQE_FIXED_FILE;
    ssize_t result = submit_and_wait(ring);
    ::io_uring_unregister_files(&ring);
    return result;
}

}  // namespace

std::string_view read_call_name(ReadCall call) { return kNames.at(static_cast<size_t>(call)); }

bool takes_segments(ReadCall call) {
    return call == ReadCall::preadv || call == ReadCall::preadv2 || call == ReadCall::aio_preadv || call == ReadCall::uring_readv;
}

struct Reads::State {
    io_context_t aio = nullptr;
    io_uring ring{};
    bool has_ring = false;
    ~State() {
        if (has_ring) ::io_uring_queue_exit(&ring);
        if (aio != nullptr) ::io_destroy(aio);
    }
};

Reads::Reads(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reads::Reads(Reads&&) noexcept = default;
Reads::~Reads() = default;

Result<Reads> Reads::create() {
    auto state = std::make_unique<State>();
    if (int made = ::io_setup(8, &state->aio); made < 0) return fail_errno("set up", "an aio context", -made);
    if (int made = ::io_uring_queue_init(8, &state->ring, 0); made < 0) return fail_errno("set up", "an io_uring", -made);
    state->has_ring = true;
    return Reads(std::move(state));
}

ssize_t Reads::read(ReadCall call, int fd, uint64_t offset_bytes, std::span<const iovec> segments) {
    const iovec& first = segments.front();
    auto count = static_cast<int>(segments.size());
    auto offset = static_cast<off_t>(offset_bytes);
    iocb request{};
    switch (call) {
    case ReadCall::pread: return errno_result(::pread(fd, first.iov_base, first.iov_len, offset));
    case ReadCall::preadv: return errno_result(::preadv(fd, segments.data(), count, offset));
    case ReadCall::preadv2: return errno_result(::preadv2(fd, segments.data(), count, offset, 0));
    case ReadCall::aio_pread:
        ::io_prep_pread(&request, fd, first.iov_base, first.iov_len, offset);
        return aio_read(state_->aio, request);
    case ReadCall::aio_preadv:
        ::io_prep_preadv(&request, fd, segments.data(), count, offset);
        return aio_read(state_->aio, request);
    case ReadCall::uring_read:
        ::io_uring_prep_read(::io_uring_get_sqe(&state_->ring), fd, first.iov_base, static_cast<unsigned>(first.iov_len), offset_bytes);
        return submit_and_wait(state_->ring);
    case ReadCall::uring_readv:
        ::io_uring_prep_readv(::io_uring_get_sqe(&state_->ring), fd, segments.data(), static_cast<unsigned>(count), offset_bytes);
        return submit_and_wait(state_->ring);
    case ReadCall::uring_read_fixed: return read_fixed(state_->ring, fd, offset_bytes, first);
    case ReadCall::uring_fixed_file: return read_registered_file(state_->ring, fd, offset_bytes, first);
    }
    return -ENOSYS;
}

ssize_t Reads::read(ReadCall call, int fd, uint64_t offset_bytes, std::span<std::byte> buffer) {
    iovec segment{buffer.data(), buffer.size()};
    return read(call, fd, offset_bytes, std::span<const iovec>(&segment, 1));
}

}  // namespace diobench
