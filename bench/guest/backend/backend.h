// SPDX-License-Identifier: GPL-2.0-only
// A back end: one way to have an image's files readable.  One file a back end,
// found by name; adding one edits nothing else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/plan/guest_plan.h"
#include "bench/guest/backend/cache_service.h"

namespace diobench {

/// What back ends find in the machine.
struct BackendWorld {
    const GuestPlan& plan;
    CacheService* cache = nullptr;   ///< null: this kernel has no on-demand cache
    std::string directory;           ///< on the cache file system; images are copied into it
    std::string spare_device = {};   ///< what spare_device_with() made, and
    std::string spare_blob = {};     ///< what is on it
};

/// An image ready to be read for one cell.
struct OpenImage {
    std::string directory;               ///< in which the image's files are
    std::string file;                    ///< raw, device: the one file that holds the data, instead of `directory`
    uint64_t base_offset_bytes = 0;      ///< raw, device: where the data begins in it
    std::vector<std::string> backing;    ///< files below, whose page cache is the layer backing_file
    pid_t server = -1;                   ///< process that serves the file system, if there is one
    std::function<Status()> close = [] { return Status{}; };  ///< call once, when the cell is over
};

class Backend {
public:
    virtual ~Backend() = default;
    /// Once an image, before anything of it is read.  An error that
    /// is_unsupported() says that this kernel or machine cannot do it.
    [[nodiscard]] virtual Status install(BackendWorld& world, const GuestImage& image) = 0;
    [[nodiscard]] virtual Result<OpenImage> open(BackendWorld& world, const GuestImage& image, CacheState state) = 0;
};

/// What a back end puts on the cache file system, which must have room for it.
enum class BackendCopies {
    none,
    blobs,  ///< the image and its extra devices; shared by all that say so (copy_blobs())
    files,  ///< the image's files, plainly
};

/// One line a back end: all that others need to know of it.
struct BackendInfo {
    std::string_view name;
    std::string_view purpose;
    bool on_demand = false;       ///< cache_state remote exists
    bool contiguous_only = false; ///< needs a layout whose one file lies on the image in one piece
    bool one_blob_only = false;   ///< cannot have extra devices
    bool second_device = false;   ///< needs a block device of its own beside the cache's
    BackendCopies copies = BackendCopies::none;
    std::string_view feature = {};          ///< of kernel-patches/features.toml that it needs; empty: every kernel has it
    std::string_view program = {};          ///< that it starts, by its path in the guest
    std::string_view built_program = {};    ///< as scripts/setup builds it: a name for dependency()
    std::unique_ptr<Backend> (*create)() = nullptr;
};

/// Every back end's file holds one of these at namespace scope.
class BackendRegistration {
public:
    explicit BackendRegistration(BackendInfo info);
};

[[nodiscard]] std::span<const BackendInfo> all_backends();
/// "null" is not among them: it reads nothing.
[[nodiscard]] Result<const BackendInfo*> find_backend(std::string_view name);

/// Whether an error means that the kernel or machine lacks something.
[[nodiscard]] bool is_unsupported(const Error& error);
/// An error for which that holds.
[[nodiscard]] tl::unexpected<Error> unsupported(std::string_view what, std::string_view why);

/// Copies a file to world.directory/NAME, once; returns the path.
[[nodiscard]] Result<std::string> copy_into_cache_file_system(const BackendWorld& world, const std::string& from, const std::string& name);
/// Writes a blob to a block device, from its first byte on.
[[nodiscard]] Status write_blob(const std::string& blob, const std::string& device);
/// A block device beside the cache's, of the same kind, with the blob on it.
[[nodiscard]] Result<std::string> spare_device_with(BackendWorld& world, const std::string& blob);
/// Copies of all blobs of an image.
[[nodiscard]] Result<std::vector<std::string>> copy_blobs(const BackendWorld& world, const GuestImage& image);

/// The back ends of one machine, each made when it is first asked for.
class Backends {
public:
    explicit Backends(BackendWorld world) : world_(std::move(world)) {}
    /// Installs an image the first time it is asked for; later calls give the same answer.
    [[nodiscard]] Status install(const std::string& name, const GuestImage& image);
    [[nodiscard]] Result<OpenImage> open(const std::string& name, const GuestImage& image, CacheState state);
    [[nodiscard]] BackendWorld& world() { return world_; }

private:
    BackendWorld world_;
    std::map<std::string, std::unique_ptr<Backend>> made_;
    std::map<std::string, Status> installed_;
};

}  // namespace diobench
