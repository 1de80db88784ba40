// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/loop_backend.h"

namespace diobench {
namespace {

const BackendRegistration loop_backend({
    .name = "loop",
    .purpose = "EROFS on a loop device, which reads the image file through its page cache",
    .copies = BackendCopies::blobs,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<LoopBackend>("loop", false); },
});

}  // namespace
}  // namespace diobench
