// SPDX-License-Identifier: GPL-2.0-only
// The guest's end of the record stream (bench/guest/record/record_wire.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// Word of the kernel command line that names the terminal records go to, as "diobench.records=/dev/ttyS0".
inline constexpr std::string_view kRecordsParameter = "diobench.records=";

/// Writes records to the debug port or to a file descriptor.  One writer a
/// machine, used from one thread: ioperm(2) holds for the calling thread only.
class RecordWriter {
public:
    /// Asks for the debug port (root, CONFIG_X86_IOPL_IOPERM).  That the port
    /// exists is not checked: reading an absent one gives 0xff, a present one
    /// 0xe9; use port_present() where a machine may lack it.
    [[nodiscard]] static Result<RecordWriter> open_port();
    /// The way out of this machine: the terminal that the kernel command line
    /// names (kRecordsParameter), made raw; the debug port if it names none.
    /// Needs /proc and /dev.
    [[nodiscard]] static Result<RecordWriter> open_machine();
    /// For tests, and for machines without the port; `fd` stays the caller's.
    [[nodiscard]] static RecordWriter to_fd(int fd) { return RecordWriter(fd); }

    /// One record.  Refused: a payload with a line end, a record after finish().
    [[nodiscard]] Status write(std::string_view payload);
    /// The end record.  Only what was finished counts as complete.
    [[nodiscard]] Status finish();
    [[nodiscard]] uint64_t count() const { return count_; }

    /// True if a QEMU debug console answers at the port.  Needs open_port() first.
    [[nodiscard]] static bool port_present();

private:
    static constexpr int kPort = -1;
    explicit RecordWriter(int fd) : fd_(fd) {}
    [[nodiscard]] Status put(std::string_view line) const;

    int fd_;
    uint64_t count_ = 0;
    bool finished_ = false;
};

}  // namespace diobench
