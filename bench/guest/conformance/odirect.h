// SPDX-License-Identifier: GPL-2.0-only
// What cases about O_DIRECT and its counterpart have in common.
#pragma once

#include <fcntl.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_calls.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// "direct" or "buffered", by the flags of open(2).
[[nodiscard]] constexpr std::string_view via_of(int flags) { return (flags & O_DIRECT) != 0 ? "direct" : "buffered"; }

/// A finding that skips a case which needs an O_DIRECT open, on a kernel that
/// refuses it.  How such reads are served does not matter to it.
[[nodiscard]] std::optional<Finding> unless_accepted(const World& world, int flags);

/// For a case that mounts many images: a volume of the cache has 256
/// directories, whose making takes longer than the reads; one domain has one volume.
[[nodiscard]] inline MountOptions in_one_volume() { return {.domain_id = "one-volume", .fsid = {}, .device_names = {}}; }

/// What a case reads with.
struct ReadTools {
    World& world;
    ReadBuffer buffer;
    Reads reads;
    Complaints complaints;
    int flags = 0;  ///< of open(2): O_DIRECT or 0

    [[nodiscard]] static Result<ReadTools> create(World& world, int flags, size_t buffer_bytes);
    /// Poisons, reads, checks; adds to the complaints.
    void read_and_check(const Subject& subject, int fd, ReadCall call, uint64_t offset, size_t length);
};

using WithFile = std::function<Status(ReadTools&, const Subject&, int fd)>;
/// Does `body` to every file of a mounted image, opened with the tools' flags.
[[nodiscard]] Status for_every_file(ReadTools& tools, const ImageMount& mount, const TestImage& image, const WithFile& body);
/// Mounts each image and does `body` to every file of it, opened with the tools' flags.
[[nodiscard]] Status for_every_file(ReadTools& tools, const std::vector<std::string>& images, const WithFile& body);

/// One case that reads every file of some images: skipped if O_DIRECT is refused and needed.
[[nodiscard]] Result<Finding> check_every_file(World& world, int flags, size_t buffer_bytes, const std::vector<std::string>& images,
                                               const WithFile& body);

/// Two cases, NAME-direct and NAME-buffered, of one body.
[[nodiscard]] std::vector<Case> both_ways(const std::string& name, const std::string& right, const std::string& source,
                                          const std::function<Result<Finding>(World&, int flags)>& body);

}  // namespace diobench
