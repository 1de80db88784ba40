// SPDX-License-Identifier: GPL-2.0-only
// A loop device on a file.
#pragma once

#include <memory>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"

namespace diobench {

class LoopDevice {
public:
    /// Read-only, blocks of 4096 bytes; `direct_io`: the file is read with
    /// O_DIRECT, or it is an error (ENOTBLK) that it cannot be.
    [[nodiscard]] static Result<std::shared_ptr<LoopDevice>> attach(const std::string& file, bool direct_io);
    LoopDevice(const LoopDevice&) = delete;
    LoopDevice& operator=(const LoopDevice&) = delete;
    /// Detaches it; the kernel waits for its last user.
    ~LoopDevice();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    LoopDevice(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    std::string path_;
    UniqueFd fd_;
};

}  // namespace diobench
