// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/async_batch.h"

#include <algorithm>
#include <cerrno>
#include <libaio.h>
#include <liburing.h>

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

template <class Kernel>
Kernel time_left(Clock::time_point end) {
    const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(end - Clock::now()));
    Kernel out{};
    out.tv_sec = left.count() / 1'000'000'000;
    out.tv_nsec = left.count() % 1'000'000'000;
    return out;
}

}  // namespace

std::string_view async_interface_name(AsyncInterface interface) { return interface == AsyncInterface::aio ? "libaio" : "io-uring"; }

struct AsyncBatch::State {
    AsyncInterface interface = AsyncInterface::aio;
    io_context_t aio = nullptr;
    io_uring ring{};
    std::vector<iocb> iocbs;
    size_t submitted = 0;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (interface == AsyncInterface::aio && aio != nullptr) ::io_destroy(aio);
        if (interface == AsyncInterface::uring && ring.ring_fd > 0) ::io_uring_queue_exit(&ring);
    }

    Status submit_aio(int fd, std::span<const Request> requests) {
        iocbs.resize(requests.size());
        std::vector<iocb*> pointers;
        for (size_t i = 0; i < requests.size(); ++i) {
            ::io_prep_pread(&iocbs[i], fd, requests[i].buffer.data(), requests[i].buffer.size(), static_cast<long long>(requests[i].offset_bytes));
            iocbs[i].data = reinterpret_cast<void*>(submitted + i);
            pointers.push_back(&iocbs[i]);
        }
        const int n = ::io_submit(aio, static_cast<long>(pointers.size()), pointers.data());
        if (n < 0) return fail_errno("io_submit", std::to_string(requests.size()) + " reads", -n);
        if (static_cast<size_t>(n) != requests.size()) return fail("io_submit", "", "took " + std::to_string(n) + " of " + std::to_string(requests.size()) + " reads");
        return {};
    }

    Status submit_uring(int fd, std::span<const Request> requests) {
        for (size_t i = 0; i < requests.size(); ++i) {
            io_uring_sqe* sqe = ::io_uring_get_sqe(&ring);
            if (sqe == nullptr) return fail("io_uring", "", "more reads than the ring has entries", ExitCode::invalid);
            ::io_uring_prep_read(sqe, fd, requests[i].buffer.data(), static_cast<unsigned>(requests[i].buffer.size()), requests[i].offset_bytes);
            ::io_uring_sqe_set_data64(sqe, submitted + i);
        }
        const int n = ::io_uring_submit(&ring);
        if (n < 0) return fail_errno("io_uring_submit", std::to_string(requests.size()) + " reads", -n);
        return {};
    }

    Status wait_aio(std::vector<Done>& out, size_t count, Clock::time_point end) {
        std::vector<io_event> events(count);
        while (out.size() < count && Clock::now() < end) {
            auto left = time_left<timespec>(end);
            const int n = ::io_getevents(aio, 1, static_cast<long>(count - out.size()), events.data(), &left);
            if (n < 0 && n != -EINTR) return fail_errno("io_getevents", "", -n);
            for (int i = 0; i < n; ++i) out.push_back({reinterpret_cast<size_t>(events[static_cast<size_t>(i)].data), static_cast<ssize_t>(events[static_cast<size_t>(i)].res)});
        }
        return {};
    }

    Status wait_uring(std::vector<Done>& out, size_t count, Clock::time_point end) {
        while (out.size() < count && Clock::now() < end) {
            auto left = time_left<__kernel_timespec>(end);
            io_uring_cqe* cqe = nullptr;
            const int error = ::io_uring_wait_cqe_timeout(&ring, &cqe, &left);
            if (error == -ETIME || error == -EINTR) continue;
            if (error < 0) return fail_errno("wait for io_uring", "", -error);
            out.push_back({static_cast<size_t>(cqe->user_data), cqe->res});
            ::io_uring_cqe_seen(&ring, cqe);
        }
        return {};
    }
};

AsyncBatch::AsyncBatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
AsyncBatch::AsyncBatch(AsyncBatch&&) noexcept = default;
AsyncBatch::~AsyncBatch() = default;

Result<AsyncBatch> AsyncBatch::create(AsyncInterface interface, unsigned depth) {
    auto state = std::make_unique<State>();
    state->interface = interface;
    const int error = interface == AsyncInterface::aio ? ::io_setup(static_cast<int>(depth), &state->aio)
                                                       : ::io_uring_queue_init(depth, &state->ring, 0);
    if (error < 0) return fail_errno("set up", std::string(async_interface_name(interface)), -error);
    return AsyncBatch(std::move(state));
}

Status AsyncBatch::submit(int fd, std::span<const Request> requests) {
    auto status = state_->interface == AsyncInterface::aio ? state_->submit_aio(fd, requests) : state_->submit_uring(fd, requests);
    if (status) state_->submitted += requests.size();
    return status;
}

Result<std::vector<AsyncBatch::Done>> AsyncBatch::wait(size_t count, std::chrono::milliseconds limit) {
    std::vector<Done> done;
    const auto end = Clock::now() + limit;
    auto status = state_->interface == AsyncInterface::aio ? state_->wait_aio(done, count, end) : state_->wait_uring(done, count, end);
    if (!status) return forward(status);
    return done;
}

}  // namespace diobench
