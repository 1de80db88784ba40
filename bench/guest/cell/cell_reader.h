// SPDX-License-Identifier: GPL-2.0-only
// The reading process of a cell, and the pipes between it and us.
#pragma once

#include <string>
#include <sys/types.h>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/plan/cell.h"
#include "bench/guest/engine/measure_cell.h"

namespace diobench {

/// In the machine's own time.  On the exact machine idle time costs nothing,
/// so a hang is seen at once.
inline constexpr int kReaderLimitMs = 240'000;

class CellReader {
public:
    [[nodiscard]] static Result<CellReader> start(const Cell& cell, const ReadTarget& target, uint64_t seed);
    CellReader(CellReader&& other) noexcept;
    CellReader& operator=(CellReader&&) = delete;
    /// Kills it; does not wait for one that is stuck in the kernel.
    ~CellReader();

    [[nodiscard]] pid_t pid() const { return pid_; }

    enum class Reached { point, ended, not_yet };
    /// Waits at most so long until it stands at its next point: right before
    /// and right after the timed region.
    [[nodiscard]] Reached wait_for_point(int timeout_ms = kReaderLimitMs);
    /// As above, with a time in ns.
    [[nodiscard]] Reached wait_for_point_ns(uint64_t timeout_ns);
    void go_on();
    /// All it answered, and its end.
    [[nodiscard]] Result<std::string> finish();
    /// Where in the kernel it is, for the record of a hang.
    [[nodiscard]] std::string where() const;

private:
    CellReader(pid_t pid, UniqueFd to, UniqueFd from, UniqueFd result)
        : pid_(pid), to_(std::move(to)), from_(std::move(from)), result_(std::move(result)) {}
    pid_t pid_;
    UniqueFd to_;
    UniqueFd from_;
    UniqueFd result_;
};

}  // namespace diobench
