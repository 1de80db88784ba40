// SPDX-License-Identifier: GPL-2.0-only
#include "bench/backend/mounted_backend.h"

namespace diobench {
namespace {

class FileBacked : public MountedBackend {
    std::string_view name() const override { return "file"; }
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        return mount_erofs(*copies, "", out);
    }
};

const BackendRegistration registration({
    .name = "file",
    .purpose = "EROFS mounted from an image file, read through that file's page cache too",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<FileBacked>(); },
});

}  // namespace
}  // namespace diobench
