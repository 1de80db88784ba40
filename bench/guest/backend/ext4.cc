// SPDX-License-Identifier: GPL-2.0-only
// The same files plainly on the cache file system: what a container has
// without an image file system.
#include "bench/common/base/files.h"
#include "bench/common/image/mkfs.h"
#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

class Ext4 : public Backend {
public:
    Status install(BackendWorld& world, const GuestImage& image) override {
        for (const auto& file : image.files) {
            const fs::path path = fs::path(directory(world, image)) / file.name;
            if (auto s = make_directories(path.parent_path()); !s) return s;
            if (auto s = write_content(file.content(world.plan.seed), path); !s) return s;
        }
        return {};
    }
    Result<OpenImage> open(BackendWorld& world, const GuestImage& image, CacheState) override {
        OpenImage out;
        out.directory = directory(world, image);
        return out;
    }

private:
    static std::string directory(const BackendWorld& world, const GuestImage& image) { return world.directory + "/plain/" + image.layout; }
};

const BackendRegistration ext4_backend({
    .name = "ext4",
    .purpose = "the same files plainly on the cache's own file system",
    .copies = BackendCopies::files,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<Ext4>(); },
});

}  // namespace
}  // namespace diobench
