// SPDX-License-Identifier: GPL-2.0-only
// O_DIRECT on the file that the other back ends read through.
#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

class Raw : public Backend {
public:
    Status install(BackendWorld& world, const GuestImage& image) override {
        if (world.cache != nullptr) return {};  // the cache file, which fscache's installation fills
        auto copy = copy_into_cache_file_system(world, image.blobs.front(), "images/" + image.layout + ".erofs");
        if (!copy) return forward(copy);
        return {};
    }
    Result<OpenImage> open(BackendWorld& world, const GuestImage& image, CacheState) override {
        OpenImage out;
        out.base_offset_bytes = image.data_offset_bytes;
        out.file = world.directory + "/images/" + image.layout + ".erofs";
        if (world.cache != nullptr) {
            auto path = world.cache->backing_file(image.layout, image.layout);
            if (!path) return fail("find", "cache file of " + image.layout, "it has no name in the cache", ExitCode::invalid);
            out.file = *path;
        }
        out.backing = {out.file};
        return out;
    }
};

const BackendRegistration raw_backend({
    .name = kRaw,
    .purpose = "O_DIRECT on the backing file itself",
    .contiguous_only = true,
    .one_blob_only = true,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<Raw>(); },
});

}  // namespace
}  // namespace diobench
