// SPDX-License-Identifier: GPL-2.0-only
// null: the whole loop without the kernel.  What it takes is the harness's own
// cost per read; its row is in every report.
#include "bench/guest/engine/null_queue.h"

namespace diobench {
namespace {

const EngineRegistration null_engine({
    .name = "null",
    .purpose = "no I/O: the cost of the harness itself",
    .max_iodepth = 4096,
    .reads_file = false,
    .create = create_queue_engine<NullQueue>,
});

}  // namespace
}  // namespace diobench
