// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/mapped_files.h"

namespace diobench {
namespace {

const EngineRegistration mmap_random_engine({
    .name = "mmap-random",
    .purpose = "copies out of a mapping with MADV_RANDOM: no readahead around faults",
    .max_iodepth = 1,
    .reads_file = true,
    .mapped = true,
    .create = create_queue_engine<SynchronousQueue<MappedFiles<MADV_RANDOM>>>,
});

}  // namespace
}  // namespace diobench
