// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_engine({
    .name = "io_uring",
    .purpose = "io_uring, IORING_OP_READ, one issuer, deferred task work",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{}>>,
});

}  // namespace
}  // namespace diobench
