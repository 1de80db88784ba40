// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/file_backend.h"

namespace diobench {
namespace {

const BackendRegistration file_directio_backend({
    .name = "file-directio",
    .purpose = "EROFS mounted from an image file with -o directio: the image file is read directly",
    .copies = BackendCopies::blobs,
    .feature = "directio",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<FileBackend>("file-directio", "directio"); },
});

}  // namespace
}  // namespace diobench
