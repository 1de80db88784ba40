// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_fixed_engine({
    .name = "io_uring-fixed",
    .purpose = "io_uring, IORING_OP_READ_FIXED on registered buffers",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{.fixed_buffers = true}>>,
});

}  // namespace
}  // namespace diobench
