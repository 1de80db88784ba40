// SPDX-License-Identifier: GPL-2.0-only
// Watches a running QEMU until the machine has ended, one way or another.
#pragma once

#include <chrono>
#include <string>

#include "bench/common/base/process.h"
#include "bench/common/console/console.h"
#include "bench/host/machine/boot.h"
#include "bench/host/machine/file_tail.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/machine/record_reader.h"

namespace diobench {

/// Why the watching stopped.
enum class WatchEnd {
    exited,       ///< QEMU ended by itself
    after_fatal,  ///< the console had fatal text and then fell silent: we ended QEMU
    after_end,    ///< the kernel said it powers off: we did not wait for QEMU to notice
    silence,      ///< silence_limit passed
    time_limit,   ///< total_limit passed
    no_space,     ///< the file system of the log folder is full
};

struct Watched {
    WatchEnd end = WatchEnd::exited;
    int exit_status = 0;  ///< of QEMU, if it ended by itself; 128 + signal for a killed one
    double elapsed_s = 0;
    ConsoleScanner console;
    RecordReader records{nullptr};
    std::string console_rest;  ///< the last few KiB of the console
};

/// How console and records get into their files.
enum class Streams {
    opened_by_machine,  ///< QEMU opens them by name
    inherited,          ///< console: descriptors 1 and 2 of the process, records: descriptor 3
};

/// Starts `argv` and follows its console and records.  When this returns, QEMU is gone.
/// Errors: an interrupt, files of the log folder that cannot be made or read.
[[nodiscard]] Result<Watched> watch_machine(const std::vector<std::string>& argv, const BootRequest& request,
                                            const BootFiles& files, Streams streams = Streams::opened_by_machine);

/// True if less than 1 MiB can still be written below `directory`.
[[nodiscard]] bool disk_is_full(const fs::path& directory);

}  // namespace diobench
