// SPDX-License-Identifier: GPL-2.0-only
// Back ends that mount an image once and leave it mounted.
#pragma once

#include <map>
#include <optional>

#include "bench/guest/backend/backend.h"

namespace diobench {

class MountedBackend : public Backend {
public:
    explicit MountedBackend(std::string_view name) : name_(name) {}
    Status install(BackendWorld& world, const GuestImage& image) final {
        Mounted mounted;
        mounted.directory = "/mnt/" + std::string(name_) + "." + image.layout;
        if (auto s = mount(world, image, mounted); !s) return s;
        mounted_.emplace(image.layout, std::move(mounted));
        return {};
    }
    Result<OpenImage> open(BackendWorld&, const GuestImage& image, CacheState) final {
        const Mounted& mounted = mounted_.at(image.layout);
        OpenImage out;
        out.directory = mounted.directory;
        out.backing = mounted.backing;
        return out;
    }

protected:
    struct Mounted {
        std::optional<ErofsMount> mount;
        std::string directory;              ///< given; mount there
        std::vector<std::string> backing;   ///< to be filled
        std::vector<std::shared_ptr<void>> held;  ///< whatever must live as long (loop devices)
    };
    [[nodiscard]] virtual Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) = 0;

    /// Mounts sources[0] with the others as extra devices.
    [[nodiscard]] static Status mount_erofs(const std::vector<std::string>& sources, std::string options, Mounted& out) {
        for (size_t i = 1; i < sources.size(); ++i) options += (options.empty() ? "device=" : ",device=") + sources[i];
        auto mounted = ErofsMount::mount(sources.front(), options, out.directory);
        if (!mounted) return forward(mounted);
        out.mount.emplace(std::move(*mounted));
        return {};
    }

private:
    std::string_view name_;
    std::map<std::string, Mounted> mounted_;
};

}  // namespace diobench
