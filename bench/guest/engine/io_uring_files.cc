// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_files_engine({
    .name = "io_uring-files",
    .purpose = "io_uring, IORING_OP_READ on registered files",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{.registered_files = true}>>,
});

}  // namespace
}  // namespace diobench
