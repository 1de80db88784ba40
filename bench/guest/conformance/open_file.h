// SPDX-License-Identifier: GPL-2.0-only
// A file of a freshly mounted image, open, with what is right to read from it.
#pragma once

#include <fcntl.h>
#include <optional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

struct OpenFile {
    ImageMount mount;
    Subject subject;
    UniqueFd fd;  ///< closed before the image is unmounted

    [[nodiscard]] std::string path() const { return mount.file(subject.file->name); }
    /// The same file again, with other flags of open(2).
    [[nodiscard]] Result<UniqueFd> open_again(int flags) const { return UniqueFd::open(path(), O_RDONLY | flags); }
};

/// By reads of a file that was opened with these flags.
[[nodiscard]] Rest rest_of(const World& world, int flags);

/// Mounts `image` cold and opens `file`; `flags` of open(2) besides O_RDONLY.
[[nodiscard]] Result<OpenFile> open_file(World& world, const std::string& image, const std::string& file, int flags,
                                         const MountOptions& options = {});
/// Fetches all of the file into the cache file; the page cache is empty after.
[[nodiscard]] Status make_local(World& world, const OpenFile& file);

/// A file that a mount which is gone has fetched, mounted again: its cache file has a name now.
struct WarmFile {
    OpenFile file;
    std::string cache_file;  ///< path; of another back end ImageMount::backing()
};
[[nodiscard]] Result<WarmFile> open_warm(World& world, const std::string& image, const std::string& file, int flags);

/// The block of a cache file, or of a blob, that holds block `block` of the subject (of the last one: what the file has of it).
[[nodiscard]] Result<uint64_t> place_of_block(const std::string& path, const Subject& subject, uint64_t block);

/// A finding that skips a case about true direct reads on a kernel that has none.
[[nodiscard]] std::optional<Finding> unless_direct(const World& world);

}  // namespace diobench
