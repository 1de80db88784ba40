// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/io_uring_queue.h"

namespace diobench {
namespace {

const EngineRegistration io_uring_sqpoll_engine({
    .name = "io_uring-sqpoll",
    .purpose = "io_uring, a kernel thread polls for submissions (SQPOLL)",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<UringQueue<UringForm{.sqpoll = true}>>,
});

}  // namespace
}  // namespace diobench
