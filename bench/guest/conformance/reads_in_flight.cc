// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/reads_in_flight.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <libaio.h>
#include <liburing.h>
#include <optional>
#include <sys/syscall.h>
#include <unistd.h>

namespace diobench {

struct ReadsInFlight::State {
    io_context_t aio = nullptr;
    io_uring ring{};
    bool has_ring = false;
    bool has_buffers = false;
    ReadBy by = ReadBy::pread;
    std::vector<FlyingRead> reads;
    std::vector<iocb> iocbs;
    std::vector<iocb*> list;
    std::vector<std::optional<ssize_t>> results;
    size_t refused = 0;  ///< by the submission itself

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { end(); }

    void end() {
        if (aio != nullptr) ::io_destroy(aio);
        aio = nullptr;
        if (has_buffers) ::io_uring_unregister_buffers(&ring);
        if (has_ring) ::io_uring_queue_exit(&ring);
        has_ring = has_buffers = false;
    }

    void prepare_aio() {
        iocbs.assign(reads.size(), {});
        list.clear();
        for (size_t i = 0; i < reads.size(); ++i) {
            const FlyingRead& read = reads[i];
            ::io_prep_preadv(&iocbs[i], read.fd, read.segments.data(), static_cast<int>(read.segments.size()), static_cast<long long>(read.offset));
            if (read.segments.size() == 1) ::io_prep_pread(&iocbs[i], read.fd, read.segments[0].iov_base, read.segments[0].iov_len, static_cast<long long>(read.offset));
            if (read.nowait) iocbs[i].aio_rw_flags = RWF_NOWAIT;
            iocbs[i].data = reinterpret_cast<void*>(i);
            list.push_back(&iocbs[i]);
        }
    }

    void prepare_uring() {
        for (size_t i = 0; i < reads.size(); ++i) {
            const FlyingRead& read = reads[i];
            io_uring_sqe* sqe = ::io_uring_get_sqe(&ring);
            if (by == ReadBy::io_uring_fixed) ::io_uring_prep_read_fixed(sqe, read.fd, read.segments[0].iov_base, static_cast<unsigned>(read.segments[0].iov_len), read.offset, 0);
            else if (read.segments.size() == 1) ::io_uring_prep_read(sqe, read.fd, read.segments[0].iov_base, static_cast<unsigned>(read.segments[0].iov_len), read.offset);
            else ::io_uring_prep_readv(sqe, read.fd, read.segments.data(), static_cast<unsigned>(read.segments.size()), read.offset);
            if (read.nowait) sqe->rw_flags = RWF_NOWAIT;
            ::io_uring_sqe_set_data64(sqe, i);
        }
    }

    void refuse(size_t index, ssize_t error) {
        results[index] = error;
        ++refused;
    }

    /// A read that io_submit(2) refuses is the first of those that are left.
    void submit_aio() {
        for (size_t done = 0; done < list.size();) {
            const long n = ::syscall(SYS_io_submit, aio, static_cast<long>(list.size() - done), &list[done]);
            if (n > 0) done += static_cast<size_t>(n);
            else refuse(done++, n < 0 ? -errno : -EAGAIN);
        }
    }

    void read_now() {
        for (size_t i = 0; i < reads.size(); ++i) {
            const FlyingRead& read = reads[i];
            const auto offset = static_cast<off_t>(read.offset);
            const ssize_t n = by == ReadBy::pread ? ::pread(read.fd, read.segments[0].iov_base, read.segments[0].iov_len, offset)
                                                  : ::preadv2(read.fd, read.segments.data(), static_cast<int>(read.segments.size()), offset, read.nowait ? RWF_NOWAIT : 0);
            results[i] = n < 0 ? -errno : n;
        }
    }

    [[nodiscard]] size_t ended() const {
        return static_cast<size_t>(std::count_if(results.begin(), results.end(), [](const auto& one) { return one.has_value(); }));
    }

    Status take(uint64_t index, ssize_t result) {
        if (index >= results.size()) return fail("wait for reads", "", fmt::format("a completion of read {} of {}", index, results.size()));
        if (results[index]) return fail("wait for reads", "", fmt::format("read {} of {} completed twice: {} and {}", index, results.size(), *results[index], result));
        results[index] = result;
        return {};
    }

    /// Waits for one at least, unless `wait` is 0.
    Status take_aio(long wait) {
        std::vector<io_event> events(reads.size() + 1);
        timespec none{};
        const int n = ::io_getevents(aio, wait, static_cast<long>(events.size()), events.data(), wait == 0 ? &none : nullptr);
        if (n < 0 && n != -EINTR) return fail_errno("io_getevents", "", -n);
        for (int i = 0; i < n; ++i) {
            const io_event& event = events[static_cast<size_t>(i)];
            if (auto s = take(reinterpret_cast<uint64_t>(event.data), static_cast<ssize_t>(static_cast<int64_t>(event.res))); !s) return s;
        }
        return {};
    }

    Status take_uring(unsigned wait) {
        io_uring_cqe* cqe = nullptr;
        if (const int error = wait == 0 ? ::io_uring_peek_cqe(&ring, &cqe) : ::io_uring_wait_cqe(&ring, &cqe); error < 0)
            return error == -EINTR || error == -EAGAIN ? Status{} : fail_errno("wait for io_uring", "", -error);
        const uint64_t index = cqe->user_data;
        const ssize_t result = cqe->res;
        ::io_uring_cqe_seen(&ring, cqe);
        return take(index, result);
    }

    [[nodiscard]] bool is_uring() const { return by == ReadBy::io_uring || by == ReadBy::io_uring_fixed; }
    Status take_some(unsigned wait) {
        if (by == ReadBy::libaio) return take_aio(wait);
        return is_uring() ? take_uring(wait) : Status{};
    }
};

ReadsInFlight::ReadsInFlight(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReadsInFlight::ReadsInFlight(ReadsInFlight&&) noexcept = default;
ReadsInFlight::~ReadsInFlight() = default;

Result<ReadsInFlight> ReadsInFlight::create(unsigned depth, std::span<std::byte> fixed) {
    auto state = std::make_unique<State>();
    if (const int error = ::io_setup(static_cast<int>(depth), &state->aio); error < 0) return fail_errno("set up", "an aio context", -error);
    if (const int error = ::io_uring_queue_init(depth, &state->ring, 0); error < 0) return fail_errno("set up", "an io_uring", -error);
    state->has_ring = true;
    if (!fixed.empty()) {
        const iovec memory{fixed.data(), fixed.size()};
        if (const int error = ::io_uring_register_buffers(&state->ring, &memory, 1); error < 0) return fail_errno("register", "a buffer", -error);
        state->has_buffers = true;
        // A child that has the ring mapped keeps it, and the buffer's pages, in use.
        if (const int error = ::io_uring_ring_dontfork(&state->ring); error < 0) return fail_errno("leave out of children", "an io_uring", -error);
    }
    return ReadsInFlight(std::move(state));
}

void ReadsInFlight::prepare(ReadBy by, std::span<const FlyingRead> reads) {
    State& state = *state_;
    state.by = by;
    state.reads.assign(reads.begin(), reads.end());
    state.results.assign(reads.size(), std::nullopt);
    if (by == ReadBy::libaio) state.prepare_aio();
    if (state.is_uring()) state.prepare_uring();
}

void ReadsInFlight::submit() {
    State& state = *state_;
    if (state.by == ReadBy::libaio) state.submit_aio();
    else if (state.is_uring()) (void)::io_uring_submit(&state.ring);
    else state.read_now();
}

Result<std::vector<ssize_t>> ReadsInFlight::wait() {
    State& state = *state_;
    while (state.ended() < state.reads.size())
        if (auto s = state.take_some(1); !s) return forward(s);
    if (auto s = state.take_some(0); !s) return forward(s);
    std::vector<ssize_t> out;
    for (const auto& one : state.results) out.push_back(*one);
    return out;
}

void ReadsInFlight::cancel() {
    io_event event{};
    if (state_->by == ReadBy::libaio)
        for (iocb* one : state_->list) (void)::io_cancel(state_->aio, one, &event);
}

void ReadsInFlight::destroy() { state_->end(); }

}  // namespace diobench
