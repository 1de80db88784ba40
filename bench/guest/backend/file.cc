// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/file_backend.h"

namespace diobench {
namespace {

const BackendRegistration file_backend({
    .name = "file",
    .purpose = "EROFS mounted from an image file, read through that file's page cache too",
    .copies = BackendCopies::blobs,
    .feature = "file-backed",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<FileBackend>("file", ""); },
});

}  // namespace
}  // namespace diobench
