// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/damaged_mount.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <memory>
#include <new>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/conformance/erofs_assertions.h"
#include "bench/guest/conformance/fscache_left.h"
#include "bench/guest/conformance/kernel_log.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench {

namespace {

/// What is read at a time.
constexpr size_t kPieceBytes = 128 << 10;
/// More of a file is not read.
constexpr uint64_t kMostReadBytes = 1 << 20;
constexpr unsigned kMostDepth = 4;
constexpr unsigned kMostEntries = 400;
/// Files that are read: more of the same show nothing else.
constexpr size_t kMostFiles = 6;
/// Blobs that are served: "damaged", and its devices.
constexpr const char* kBlob = "damaged";
constexpr unsigned kMostDevices = 2;
constexpr milliseconds kLetGoLimit{3000};

std::string device_blob(unsigned number) { return fmt::format("{}-d{}", kBlob, number); }

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace

std::optional<Finding> DamagedImages::unless_allowed() {
    if (set_erofs_assertions(Assertions::off)) return std::nullopt;
    return skipped("EROFS of this kernel asserts that images are sound (CONFIG_EROFS_FS_DEBUG), and no patch of kernel-patches/machines/checked/ fits it");
}

Result<DamagedImages> DamagedImages::begin(World& world) {
    auto folder = world.scratch_directory();
    if (!folder) return forward(folder);
    if (auto s = world.serve("", kBlob, *folder + "/" + kBlob); !s) return forward(s);
    for (unsigned i = 1; i <= kMostDevices; ++i)
        if (auto s = world.serve("", device_blob(i), fmt::format("{}/{}", *folder, device_blob(i))); !s) return forward(s);
    if (auto s = world.ensure_cache(); !s) return forward(s);
    auto buffer = ReadBuffer::create(kPieceBytes);
    if (!buffer) return forward(buffer);
    return DamagedImages(world, std::move(*folder), std::move(*buffer));
}

Result<std::string> DamagedImages::bytes_of(const std::string& image) {
    auto found = originals_.find(image);
    if (found == originals_.end()) {
        auto known = find_test_image(image);
        if (!known) return forward(known);
        auto bytes = read_file("/images/" + test_image_blob_name(**known, 0));
        if (!bytes) return bytes;
        found = originals_.emplace(image, std::move(*bytes)).first;
    }
    return found->second;
}

Result<std::vector<ImageField>> DamagedImages::fields(const std::string& image, const std::vector<std::string>& names) {
    auto known = find_test_image(image);
    if (!known) return forward(known);
    auto bytes = bytes_of(image);
    if (!bytes) return forward(bytes);
    auto all = fields_of(**known, *bytes);
    if (!all) return all;
    std::erase_if(*all, [&](const ImageField& field) { return std::none_of(names.begin(), names.end(), [&](const auto& name) { return field.name.starts_with(name); }); });
    if (all->empty()) return fail("find fields of", image, names.empty() ? "" : names.front(), ExitCode::invalid);
    return all;
}

/// Links the blobs under the names that are served, blob 0 changed.
Status DamagedImages::stage(const DamagedImage& damaged, const TestImage& image) {
    auto bytes = bytes_of(damaged.image);
    if (!bytes) return forward(bytes);
    if (auto s = write_file_atomic(folder_ + "/" + kBlob, damaged.apply(std::move(*bytes))); !s) return s;
    for (unsigned i = 1; i <= image.extra_devices && i <= kMostDevices; ++i) {
        const std::string link = fmt::format("{}/{}", folder_, device_blob(i));
        ::unlink(link.c_str());
        if (::symlink(("/images/" + test_image_blob_name(image, i)).c_str(), link.c_str()) < 0) return fail_errno("link", link);
    }
    return {};
}

MountOptions DamagedImages::names_for(const TestImage& image, const DamagedOptions& options) {
    MountOptions out;
    const unsigned number = options.names_again ? 0 : visits_;
    out.fsid = fmt::format("{}.{}", kBlob, number);
    if (options.shared_domain) out.domain_id = "damaged";
    out.device_names = options.devices;
    for (unsigned i = 1; options.name_devices && options.devices.empty() && i <= image.extra_devices; ++i) out.device_names.push_back(fmt::format("{}.{}", device_blob(i), number));
    return out;
}

Result<DamagedVisit> DamagedImages::visit(const DamagedImage& damaged, const DamagedOptions& options) {
    auto image = find_test_image(damaged.image);
    if (!image) return forward(image);
    if (auto s = stage(damaged, **image); !s) return forward(s);
    ++visits_;
    const std::string text = damaged.text();
    say_in_kernel_log("mount of " + text);
    DamagedVisit visit;
    {
        auto mount = world_->mount_served(names_for(**image, options));
        world_->step("damaged image " + text);
        visit.mounted = mount.has_value();
        if (mount) {
            visit.wrong = look_at(*mount, damaged, **image);
            // A device that is not the image's own holds other data: of what is read nothing is claimed.
            if (!options.devices.empty()) visit.wrong.clear();
            if (auto s = mount->unmount(); !s && visit.wrong.empty()) visit.wrong = "unmount: " + s.error().message();
        }
    }
    // A domain's cookies and its volume go with its last mount.
    world_->step("let go of damaged image " + text);
    if (auto left = left_in_fscache({"volumes", "cookies"}, kLetGoLimit); visit.wrong.empty() && !left.empty())
        visit.wrong = fmt::format("{} left something behind: there are still {}", visit.mounted ? "the mount, now unmounted," : "the mount, which failed,", left);
    return visit;
}

std::vector<int> DamagedImages::ways(const TestImage& image) const {
    return world_->direct() == DirectSupport::refused || image.compressed ? std::vector<int>{0} : std::vector<int>{0, O_DIRECT};
}

std::string DamagedImages::look_at(const ImageMount& mount, const DamagedImage& damaged, const TestImage& image) {
    struct statfs space {};
    (void)::statfs(mount.directory().c_str(), &space);
    Seen seen;
    walk(mount.directory(), 0, seen);
    std::string wrong;
    const size_t step = std::max<size_t>(1, image.files.size() / kMostFiles);
    for (size_t i = 0; i < image.files.size(); i += step) {
        const TestFile& file = image.files[image.files.size() - 1 - i];  // the last one is the largest of most images
        if (!damaged.leaves(file.name)) continue;
        for (const int flags : ways(image))
            if (auto found = check_known(mount, {&image, &file, world_->seed()}, flags); wrong.empty()) wrong = std::move(found);
    }
    return wrong;
}

/// What is wrong with a file that the damage leaves; errors are not.
std::string DamagedImages::check_known(const ImageMount& mount, const Subject& subject, int flags) {
    auto fd = UniqueFd::open(mount.file(subject.file->name), O_RDONLY | flags);
    struct stat st {};
    if (!fd || ::fstat(fd->get(), &st) < 0) return {};
    if (static_cast<uint64_t>(st.st_size) != subject.size()) return fmt::format("the size of {} is {}, which the damage does not touch; right is {}", subject.name(), st.st_size, subject.size());
    for (uint64_t at = 0; at < std::min(kMostReadBytes, subject.size()); at += kPieceBytes) {
        buffer_.poison(kPieceBytes);
        const ssize_t n = ::pread(fd->get(), buffer_.data(), kPieceBytes, static_cast<off_t>(at));
        if (n < 0) return {};
        if (auto wrong = check_read(subject, {"pread", via_of(flags), at, n}, buffer_.first(kPieceBytes)); !wrong.empty()) return "the damage does not touch the file, yet: " + wrong;
    }
    return {};
}

void DamagedImages::walk(const std::string& path, unsigned depth, Seen& seen) {
    const Directory directory(::opendir(path.c_str()));
    if (!directory) return;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (++seen.entries > kMostEntries) return;
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        const std::string child = path + "/" + name;
        struct stat st {};
        if (::lstat(child.c_str(), &st) < 0) continue;
        std::array<char, 4096> text;
        (void)!::llistxattr(child.c_str(), text.data(), text.size());
        (void)!::lgetxattr(child.c_str(), "user.x", text.data(), text.size());
        if (S_ISLNK(st.st_mode)) (void)!::readlink(child.c_str(), text.data(), text.size());
        if (S_ISDIR(st.st_mode) && depth < kMostDepth) walk(child, depth + 1, seen);
        if (!S_ISREG(st.st_mode) || ++seen.files > 2 * kMostFiles) continue;  // damage makes devices and fifos as well
        for (const int flags : {0, O_DIRECT}) read_anything(child, flags);
    }
}

/// The start and the end of a file, whatever its size, and where its extents lie.
void DamagedImages::read_anything(const std::string& path, int flags) {
    auto fd = UniqueFd::open(path, O_RDONLY | flags);
    if (!fd) return;  // O_DIRECT may be refused
    struct stat st {};
    if (::fstat(fd->get(), &st) < 0) return;
    const auto last = static_cast<off_t>(std::max<int64_t>(0, st.st_size - 1) / kBlockBytes * kBlockBytes);
    for (const off_t at : {off_t{0}, last}) (void)!::pread(fd->get(), buffer_.data(), 2 * kBlockBytes, at);
    constexpr uint32_t kExtents = 8;
    alignas(fiemap) std::array<std::byte, sizeof(fiemap) + kExtents * sizeof(fiemap_extent)> memory{};
    auto* map = new (memory.data()) fiemap{};
    map->fm_length = FIEMAP_MAX_OFFSET;
    map->fm_extent_count = kExtents;
    (void)::ioctl(fd->get(), FS_IOC_FIEMAP, map);
}

}  // namespace diobench
