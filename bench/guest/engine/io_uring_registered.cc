// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_registered_engine({
    .name = "io_uring-registered",
    .purpose = "io_uring, IORING_OP_READ_FIXED, all that can be registered is: buffers, files and the ring",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{.fixed_buffers = true, .registered_files = true, .registered_ring = true}>>,
});

}  // namespace
}  // namespace diobench
