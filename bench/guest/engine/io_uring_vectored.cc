// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_vectored_engine({
    .name = "io_uring-vectored",
    .purpose = "io_uring, IORING_OP_READV, four segments a read",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{.vectored = true}>>,
});

}  // namespace
}  // namespace diobench
