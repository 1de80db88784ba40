// SPDX-License-Identifier: GPL-2.0-only
#include "bench/backend/mounted_backend.h"

namespace diobench {
namespace {

class FileBackedDirect : public MountedBackend {
    std::string_view name() const override { return "file-directio"; }
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        return mount_erofs(*copies, "directio", out);
    }
};

const BackendRegistration registration({
    .name = "file-directio",
    .purpose = "EROFS mounted from an image file with -o directio: the image file is read directly",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<FileBackedDirect>(); },
});

}  // namespace
}  // namespace diobench
