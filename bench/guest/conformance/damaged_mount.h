// SPDX-License-Identifier: GPL-2.0-only
// Mounting images that are damaged, and looking at everything in them: a right
// kernel gives errors or right bytes, and lets go of all when they are unmounted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/damage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// How an image is mounted, besides its own blobs.
struct DamagedOptions {
    bool shared_domain = true;               ///< false: a volume of its own, which takes longer
    bool name_devices = true;                ///< device= for each extra blob, as whoever mounts it does
    std::vector<std::string> devices = {};   ///< instead of those: device= as given; which bytes are right is then not known
    bool names_again = false;                ///< true: the same names each time, so that the cache has no new files
};

/// What came of one image.
struct DamagedVisit {
    bool mounted = false;
    std::string wrong;  ///< what a right kernel does not do; empty if nothing
};

/// A cache whose daemon serves images that are changed from one mount to the next.
class DamagedImages {
public:
    /// Makes the world's cache, with EROFS's assertions off.
    [[nodiscard]] static Result<DamagedImages> begin(World& world);
    DamagedImages(DamagedImages&&) = default;
    DamagedImages& operator=(DamagedImages&&) = delete;

    /// The image's blob 0, as it is.
    [[nodiscard]] Result<std::string> bytes_of(const std::string& image);
    /// Every field of an image whose name begins with one of `names`.
    [[nodiscard]] Result<std::vector<ImageField>> fields(const std::string& image, const std::vector<std::string>& names);

    /// Mounts, walks all directories, reads files buffered and direct, unmounts, and waits until nothing of it is left.
    /// Names, sizes and bytes of files that the damage leaves (DamagedImage::leaves()) must be right, or give an error.
    /// Of many files some are read.
    [[nodiscard]] Result<DamagedVisit> visit(const DamagedImage& damaged, const DamagedOptions& options = {});

    /// A finding that skips a case on a kernel that asserts that images are sound and cannot be told not to.
    [[nodiscard]] static std::optional<Finding> unless_allowed();

private:
    DamagedImages(World& world, std::string folder, ReadBuffer buffer) : world_(&world), folder_(std::move(folder)), buffer_(std::move(buffer)) {}
    [[nodiscard]] Status stage(const DamagedImage& damaged, const TestImage& image);
    [[nodiscard]] MountOptions names_for(const TestImage& image, const DamagedOptions& options);
    struct Seen {
        unsigned entries = 0;
        unsigned files = 0;
    };
    [[nodiscard]] std::string look_at(const ImageMount& mount, const DamagedImage& damaged, const TestImage& image);
    [[nodiscard]] std::string check_known(const ImageMount& mount, const Subject& subject, int flags);
    void walk(const std::string& path, unsigned depth, Seen& seen);
    void read_anything(const std::string& path, int flags);
    [[nodiscard]] std::vector<int> ways(const TestImage& image) const;

    World* world_;
    std::string folder_;
    ReadBuffer buffer_;
    std::map<std::string, std::string> originals_;
    unsigned visits_ = 0;
};

}  // namespace diobench
