// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/libaio_queue.h"

namespace diobench {
namespace {

const EngineRegistration libaio_vectored_engine({
    .name = "libaio-vectored",
    .purpose = "the same with IOCB_CMD_PREADV, four segments a read",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = create_queue_engine<LibaioQueue<AioForm::vectored>>,
});

}  // namespace
}  // namespace diobench
