// SPDX-License-Identifier: GPL-2.0-only
// Many reads outstanding at once, by libaio or io_uring.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

enum class AsyncInterface { aio, uring };
/// "libaio", "io-uring": as in names of cases.
[[nodiscard]] std::string_view async_interface_name(AsyncInterface interface);
constexpr AsyncInterface kAsyncInterfaces[] = {AsyncInterface::aio, AsyncInterface::uring};

class AsyncBatch {
public:
    struct Request {
        uint64_t offset_bytes = 0;
        std::span<std::byte> buffer;
    };
    struct Done {
        size_t index = 0;    ///< in the order they were submitted, from 0
        ssize_t result = 0;  ///< bytes, or -errno
    };

    [[nodiscard]] static Result<AsyncBatch> create(AsyncInterface interface, unsigned depth);
    AsyncBatch(AsyncBatch&&) noexcept;
    AsyncBatch& operator=(AsyncBatch&&) = delete;
    /// Waits for what is outstanding, as io_destroy(2) does.
    ~AsyncBatch();

    /// Submits all of them with one system call; refused ones are an error.
    [[nodiscard]] Status submit(int fd, std::span<const Request> requests);
    /// Completions as they come: returns once there are `count`, or after `limit` with fewer.
    [[nodiscard]] Result<std::vector<Done>> wait(size_t count, std::chrono::milliseconds limit);

private:
    struct State;
    explicit AsyncBatch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace diobench
