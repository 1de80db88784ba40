// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/mapped_files.h"

namespace diobench {
namespace {

const EngineRegistration mmap_engine({
    .name = "mmap",
    .purpose = "copies out of a mapping of the file",
    .max_iodepth = 1,
    .reads_file = true,
    .mapped = true,
    .create = create_queue_engine<SynchronousQueue<MappedFiles<MADV_NORMAL>>>,
});

}  // namespace
}  // namespace diobench
