// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/loop_backend.h"

namespace diobench {
namespace {

const BackendRegistration loop_directio_backend({
    .name = "loop-directio",
    .purpose = "EROFS on a loop device with direct I/O, as Android's APEX mounts",
    .copies = BackendCopies::blobs,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<LoopBackend>("loop-directio", true); },
});

}  // namespace
}  // namespace diobench
