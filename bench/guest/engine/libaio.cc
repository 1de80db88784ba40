// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/libaio_queue.h"

namespace diobench {
namespace {

const EngineRegistration libaio_engine({
    .name = "libaio",
    .purpose = "io_submit(2) and io_getevents(2)",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<LibaioQueue<AioForm::plain>>,
});

}  // namespace
}  // namespace diobench
