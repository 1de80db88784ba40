// SPDX-License-Identifier: GPL-2.0-only
// A file descriptor that closes itself.
#pragma once

#include <string>
#include <sys/types.h>

#include "bench/common/base/error.h"

namespace diobench {

class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept;
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool valid() const { return fd_ >= 0; }
    /// Gives the descriptor away; the caller closes it.
    int release();
    void reset(int fd = -1);

    /// open(2) with O_CLOEXEC added; the error names the path.
    [[nodiscard]] static Result<UniqueFd> open(const std::string& path, int flags, mode_t mode = 0644);

private:
    int fd_ = -1;
};

}  // namespace diobench
