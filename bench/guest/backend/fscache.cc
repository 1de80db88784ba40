// SPDX-License-Identifier: GPL-2.0-only
// EROFS over fscache: the file system under test.
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

/// The names under which one mount asks for an image's blobs.
struct MountNames {
    std::string fsid;
    std::string domain;                ///< empty: none
    std::vector<std::string> devices;

    [[nodiscard]] const std::string& volume() const { return domain.empty() ? fsid : domain; }
    [[nodiscard]] std::string options() const {
        std::string out = "fsid=" + fsid;
        if (!domain.empty()) out += ",domain_id=" + domain;
        for (const auto& device : devices) out += ",device=" + device;
        return out;
    }
};

/// `suffix` makes names of which nothing is in the cache.
MountNames names_of(const GuestImage& image, const std::string& suffix) {
    MountNames names{image.blob_name(0) + suffix, image.shared_domain ? "domain" + suffix : "", {}};
    for (size_t i = 1; i < image.blobs.size(); ++i) names.devices.push_back(image.blob_name(i) + suffix);
    return names;
}

/// The mount of a second image with the same blobs in the same domain.
MountNames neighbour_of(const MountNames& names) {
    MountNames other = names;
    other.fsid += ".other";
    return other;
}

Status read_whole(const std::string& path) {
    auto fd = UniqueFd::open(path, O_RDONLY);
    if (!fd) return forward(fd);
    static std::array<char, 128 << 10> buffer;
    for (;;) {
        const ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0) return fail_errno("read", path);
        if (n == 0) return {};
    }
}

/// Reads everything, so that all of it is in the cache.
Status fetch_all(const GuestImage& image, const std::string& directory) {
    for (const auto& file : image.files)
        if (auto s = read_whole(directory + "/" + file.name); !s) return s;
    return {};
}

class Fscache : public Backend {
public:
    Status install(BackendWorld& world, const GuestImage& image) override {
        if (world.cache == nullptr) return unsupported("use back end fscache", "this kernel has no on-demand cache (CONFIG_CACHEFILES_ONDEMAND)");
        world.cache->set_link({}, world.plan.seed);
        const MountNames names = names_of(image, "");
        const std::string directory = "/mnt/" + image.layout;
        {
            auto mounted = ErofsMount::mount("none", names.options(), directory);
            if (!mounted) return forward(mounted);
            if (auto s = fetch_all(image, directory); !s) return s;
            // Cache files get their names when their mount goes.
            if (auto s = mounted->unmount(); !s) return s;
        }
        if (image.shared_domain) {
            auto other = ErofsMount::mount("none", neighbour_of(names).options(), directory + ".other");
            if (!other) return forward(other);
            mounts_.push_back(std::move(*other));
        }
        auto mounted = ErofsMount::mount("none", names.options(), directory);
        if (!mounted) return forward(mounted);
        mounts_.push_back(std::move(*mounted));
        return {};
    }

    Result<OpenImage> open(BackendWorld& world, const GuestImage& image, CacheState state) override {
        if (state == CacheState::remote) return open_cold(world, image);
        OpenImage out;
        const MountNames names = names_of(image, "");
        out.directory = "/mnt/" + image.layout;
        out.backing = backing_files(*world.cache, names);
        return out;
    }

private:
    Result<OpenImage> open_cold(BackendWorld& world, const GuestImage& image) {
        const MountNames names = names_of(image, fmt::format(".{}", ++cold_mounts_));
        auto mounted = ErofsMount::mount("none", names.options(), "/mnt/remote");
        if (!mounted) return forward(mounted);
        auto held = std::make_shared<ErofsMount>(std::move(*mounted));
        std::shared_ptr<ErofsMount> other;
        if (image.shared_domain) {
            // The other container of the domain has been started before.
            auto second = ErofsMount::mount("none", neighbour_of(names).options(), "/mnt/remote.other");
            if (!second) return forward(second);
            other = std::make_shared<ErofsMount>(std::move(*second));
            if (auto s = fetch_all(image, other->directory()); !s) return forward(s);
        }
        OpenImage out;
        out.directory = held->directory();
        out.backing = backing_files(*world.cache, names);
        out.close = [held, other, cache = world.cache, volume = names.volume()]() -> Status {
            for (const auto& mount : {held, other})
                if (mount)
                    if (auto s = mount->unmount(); !s) return s;
            return cache->forget(volume);
        };
        return out;
    }

    static std::vector<std::string> backing_files(CacheService& cache, const MountNames& names) {
        std::vector<std::string> out;
        std::vector<std::string> keys = {names.fsid};
        keys.insert(keys.end(), names.devices.begin(), names.devices.end());
        for (const auto& key : keys)
            if (auto path = cache.backing_file(names.volume(), key)) out.push_back(*path);
        return out.size() == keys.size() ? out : std::vector<std::string>();
    }

    std::vector<ErofsMount> mounts_;
    unsigned cold_mounts_ = 0;
};

const BackendRegistration fscache_backend({
    .name = kFscache,
    .purpose = "EROFS over fscache, blobs fetched on demand by a daemon",
    .on_demand = true,
    .feature = "fscache",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<Fscache>(); },
});

}  // namespace
}  // namespace diobench
