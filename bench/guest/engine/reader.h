// SPDX-License-Identifier: GPL-2.0-only
// The reader: a Google Benchmark program that registers its cells at run time.
#pragma once

namespace diobench {

/// diobench-read [--file PATH --rw ... --bs ... ] [--benchmark_...]: works by
/// hand on any file, and inside a guest for one cell (--cell, --content, and
/// the descriptors of --sync).  Returns the exit status.
int reader_main(int argc, char** argv);

}  // namespace diobench
