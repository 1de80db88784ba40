// SPDX-License-Identifier: GPL-2.0-only
// mount/: images of which a field is wrong, each field in turn, and mounts that
// fail.  Right is an error or right bytes, never a crash or a hang, and nothing
// that is left behind.
#include <cerrno>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "bench/common/image/erofs_format.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/damaged_mount.h"
#include "bench/guest/conformance/fscache_left.h"
#include "bench/guest/conformance/kernel_log.h"
#include "bench/guest/conformance/leak_count.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::mount_cases {

namespace {

/// Lines about damage, from a few hundred mounts.
constexpr size_t kLines = 20'000;
/// Of each of two rounds of mounts that fail.
constexpr unsigned kMounts = 4;
constexpr uint32_t kKnownIncompat = 0x7f;

/// Fields of one image, each with every value of interest.
struct Sweep {
    const char* image;
    std::vector<std::string> fields;  ///< beginnings of their names
};

uint64_t number_of(std::string_view bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size() && i < sizeof value; ++i) value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

/// Why an image with this value must not be mounted over fscache; empty if it may.
std::string must_be_refused(const ImageEdit& edit) {
    const uint64_t value = number_of(edit.after);
    const std::string& name = edit.field.name;
    if (name == "superblock.magic") return "it is no EROFS image";
    if (name == kChecksumField) return "the superblock does not have its checksum";
    if (name == "superblock.blkszbits") return "its blocks are not pages, and over fscache they have to be";
    if (name == "superblock.dirblkbits" && value != 0) return "directory blocks of another size are not supported";
    if (name == "superblock.feature_incompat" && (value & ~uint64_t{kKnownIncompat}) != 0) return "it has an incompatible feature that nobody knows";
    if (name == "superblock.extra_devices") return "it has not the number of devices that were given";
    return {};
}

/// Every value of interest, and those of a field that only its own rule lets through; one where nothing depends on it.
std::vector<std::string> values_of(const ImageField& field, std::string_view old) {
    if (field.touches == Touches::nothing) return {std::string(old.size(), old.find_first_not_of('\xff') == std::string_view::npos ? '\0' : '\xff')};
    auto out = values_of_interest(old);
    // Multiples of an entry's size: the end of the block, behind it, far behind it.
    if (field.name.ends_with(".nameoff"))
        for (const uint64_t offset : {12U, 4092U, 4104U, 65532U}) out.push_back(little_endian(offset, field.bytes));
    // Other layouts of the same inode.
    if (field.name.ends_with(".i_format"))
        for (const uint64_t layout : {0U, 1U, 2U, 3U, 4U}) out.push_back(little_endian((number_of(old) & 1) | layout << 1, field.bytes));
    std::erase(out, old);
    return out;
}

Result<Finding> sweep(World& world, const std::vector<Sweep>& sweeps) {
    if (auto skip = DamagedImages::unless_allowed()) return *skip;
    auto images = DamagedImages::begin(world);
    if (!images) return forward(images);
    Complaints complaints;
    for (const auto& one : sweeps) {
        auto bytes = images->bytes_of(one.image);
        if (!bytes) return forward(bytes);
        auto fields = images->fields(one.image, one.fields);
        if (!fields) return forward(fields);
        for (const auto& field : *fields)
            for (auto& value : values_of(field, std::string_view(*bytes).substr(field.offset_bytes, field.bytes))) {
                const DamagedImage damaged{one.image, {edit_of(field, *bytes, std::move(value))}};
                auto visit = images->visit(damaged);
                if (!visit) return forward(visit);
                const std::string refused = must_be_refused(damaged.edits.front());
                if (visit->mounted && !refused.empty()) visit->wrong = "it was mounted; right is an error: " + refused;
                complaints.add(visit->wrong.empty() ? "" : damaged.text() + ": " + visit->wrong);
                if (complaints.enough()) return complaints.finding();
            }
    }
    return complaints.finding();
}

/// A mount that fails, or that reads of which fail.
struct Failure {
    const char* name;
    const char* what;      ///< "with a wrong magic number"
    const char* image;
    std::function<Result<DamagedImage>(DamagedImages&)> damage;
    DamagedOptions options;
    enum class Mounts { no, yes, either } mounts = Mounts::no;  ///< yes: what is wrong is met later
};

std::function<Result<DamagedImage>(DamagedImages&)> with_field(const std::string& image, const std::string& field, uint64_t value) {
    return [=](DamagedImages& images) -> Result<DamagedImage> {
        auto bytes = images.bytes_of(image);
        if (!bytes) return forward(bytes);
        auto fields = images.fields(image, {field});
        if (!fields) return forward(fields);
        return DamagedImage{image, {edit_of(fields->front(), *bytes, little_endian(value, fields->front().bytes))}};
    };
}

std::function<Result<DamagedImage>(DamagedImages&)> unchanged(const std::string& image) {
    return [=](DamagedImages&) -> Result<DamagedImage> { return DamagedImage{image, {}}; };
}

/// The root is the inode of a file.
Result<DamagedImage> root_is_a_file(DamagedImages& images) {
    auto bytes = images.bytes_of("flat");
    if (!bytes) return forward(bytes);
    auto erofs = ErofsImage::open(*bytes);
    if (!erofs) return forward(erofs);
    auto inode = erofs->find("several");
    if (!inode) return forward(inode);
    return with_field("flat", "superblock.root_nid", inode->nid)(images);
}

/// Every chunk that is looked at lies on a device that does not exist.
Result<DamagedImage> chunks_on_no_device(DamagedImages& images) {
    auto bytes = images.bytes_of("blobs");
    if (!bytes) return forward(bytes);
    auto fields = images.fields("blobs", {"chunk."});
    if (!fields) return forward(fields);
    DamagedImage damaged{"blobs", {}};
    for (const auto& field : *fields)
        if (field.name.ends_with(".device_id")) damaged.edits.push_back(edit_of(field, *bytes, little_endian(3, 2)));
    return damaged;
}

std::vector<Failure> failures() {
    const DamagedOptions no_names{.name_devices = false};
    return {
        {"bad-superblock", "whose superblock has another magic number", "flat", with_field("flat", "superblock.magic", 0), {}},
        {"bad-checksum", "whose superblock has another checksum", "flat", with_field("flat", kChecksumField, 1), {}},
        {"bad-block-size", "whose blocks are said to have 2^31 bytes", "flat", with_field("flat", "superblock.blkszbits", 31), {}},
        {"bad-root", "whose root lies where nothing is", "flat", with_field("flat", "superblock.root_nid", 0xffff), {}},
        {"root-is-a-file", "whose root is no directory", "flat", root_is_a_file, {}},
        {"too-few-devices", "that is given two devices and says it has three", "blobs", with_field("blobs", "superblock.extra_devices", 3), {}},
        {"too-many-devices", "that is given two devices and says it has one", "blobs", with_field("blobs", "superblock.extra_devices", 1), {}},
        {"device-without-a-name", "that is given no device and whose device table names none", "blobs", unchanged("blobs"), no_names},
        {"device-table-elsewhere", "that is given no device and whose device table lies where other data is", "blobs", with_field("blobs", "superblock.devt_slotoff", 0xffff), no_names},
        {"device-twice", "that is given one device twice", "blobs", unchanged("blobs"), {.devices = {"damaged-d1.twice", "damaged-d1.twice"}}, Failure::Mounts::either},
        {"device-is-the-image", "that is given itself as a device", "blobs", unchanged("blobs"), {.devices = {"damaged-d1.own", "damaged.self"}}, Failure::Mounts::either},
        {"missing-device", "that is given a device which the daemon does not have", "blobs", unchanged("blobs"), {.devices = {"damaged-d1.here", "nobody.has.this"}}, Failure::Mounts::either},
        {"bad-chunk-map", "whose chunks lie on a device that it does not have", "blobs", chunks_on_no_device, {}, Failure::Mounts::yes},
    };
}

/// In both ways to name a volume, again and again: nothing stays.
Result<Finding> fails(World& world, const Failure& failure) {
    if (auto skip = DamagedImages::unless_allowed()) return *skip;
    auto images = DamagedImages::begin(world);
    if (!images) return forward(images);
    auto damaged = failure.damage(*images);
    if (!damaged) return forward(damaged);
    const auto mount_once = [&](DamagedOptions options) -> std::string {
        auto visit = images->visit(*damaged, options);
        if (!visit) return visit.error().message();
        if (visit->wrong.empty() && failure.mounts != Failure::Mounts::either && visit->mounted != (failure.mounts == Failure::Mounts::yes))
            visit->wrong = visit->mounted ? "it was mounted; right is an error" : "it was not mounted, although nothing has been read of what is wrong";
        return visit->wrong.empty() ? "" : fmt::format("mount of an image {} ({}): {}", failure.what, damaged->text(), visit->wrong);
    };
    DamagedOptions alone = failure.options;
    alone.shared_domain = false;
    DamagedOptions again = failure.options;
    again.names_again = true;
    if (auto wrong = mount_once(alone); !wrong.empty()) return failed(wrong);
    const auto round = [&] {
        std::string wrong;
        for (unsigned i = 0; i < kMounts && wrong.empty(); ++i) wrong = mount_once(again);
        return wrong;
    };
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    return holds_no_more_after(world, kMounts, fmt::format("mounts of an image {}", failure.what), round, 1);
}

/// Which name of a mount is long.
enum class LongName { domain, fsid, fsid_in_domain, device };

MountOptions long_options(LongName which, size_t bytes) {
    const auto filled = [bytes](std::string name) { return name.append(bytes - name.size(), 'n'); };
    switch (which) {
        case LongName::domain: return {.domain_id = filled("d"), .fsid = fmt::format("flat.{}", bytes), .device_names = {}};
        case LongName::fsid: return {.domain_id = {}, .fsid = filled("flat."), .device_names = {}};
        case LongName::fsid_in_domain: return {.domain_id = "long", .fsid = filled("flat."), .device_names = {}};
        case LongName::device: break;
    }
    return {.domain_id = "long", .fsid = fmt::format("blob.{}", bytes), .device_names = {filled("blob-d1.")}};
}

/// Names of these lengths, one mount each; up to kSurelyFits bytes it has to work.
Result<Finding> long_names(World& world, LongName which, const std::vector<size_t>& lengths) {
    constexpr size_t kSurelyFits = 200;
    auto image = find_test_image(which == LongName::device ? "blob" : "flat");
    if (!image) return forward(image);
    if (auto s = world.ensure_cache(); !s) return forward(s);
    Complaints complaints;
    for (const size_t bytes : lengths) {
        const std::string what = fmt::format("mount with a name of {} bytes", bytes);
        say_in_kernel_log(what);
        {
            auto mount = world.mount((*image)->name, long_options(which, bytes));
            if (!mount && bytes <= kSurelyFits) complaints.add(what + ": " + mount.error().message());
            if (mount && bytes <= kSurelyFits) {
                const auto wrong = read_once({*image, (*image)->file("several"), world.seed()}, mount->file("several"), {0, 16 << 10});
                complaints.add(wrong.empty() ? "" : what + ": " + wrong);
            }
        }
        const auto left = left_in_fscache({"volumes", "cookies"}, milliseconds(3000));
        complaints.add(left.empty() ? "" : fmt::format("{}, now gone, left something behind: {}", what, left));
    }
    return complaints.finding();
}

/// Around the lengths that fscache and the cache's file system take.
std::vector<size_t> most_lengths() { return {200, 248, 249, 250, 252, 256, 1000}; }
/// The longest keys of a cookie.
std::vector<size_t> longest_lengths() { return {253, 254, 255}; }

/// A digest for a name, as registries give it: nothing that is made of it is too long.
Result<Finding> digest_for_name(World& world) {
    if (auto s = world.ensure_cache(); !s) return forward(s);
    auto log = KernelLog::open();
    if (!log) return forward(log);
    auto mount = world.mount("flat", long_options(LongName::fsid, 64));
    if (!mount) return failed("mount with an fsid of 64 bytes: " + mount.error().message());
    auto said = log->read_new();
    if (!said) return forward(said);
    for (const auto& line : *said)
        if (line.find("WQ_NAME_LEN") != std::string::npos || line.find("truncat") != std::string::npos)
            return failed("a mount with an fsid of 64 bytes makes the kernel warn: " + line);
    return passed();
}

struct Group {
    const char* name;
    const char* what;  ///< "magic, checksum or a feature word of the superblock"
    std::vector<Sweep> sweeps;
};

std::vector<Group> groups() {
    return {
        {"superblock-identity", "magic, checksum or a feature word of the superblock", {{"flat", {"superblock.magic", "superblock.checksum", "superblock.feature_"}}}},
        {"superblock-sizes", "a size in the superblock", {{"flat", {"superblock.blkszbits", "superblock.sb_extslots", "superblock.dirblkbits", "superblock.blocks"}}}},
        {"superblock-places", "a place in the superblock", {{"flat", {"superblock.root_nid", "superblock.meta_blkaddr", "superblock.xattr_", "superblock.packed_nid"}}}},
        {"superblock-labels", "a label or a time in the superblock", {{"flat", {"superblock.inos", "superblock.build_", "superblock.uuid", "superblock.volume_name", "superblock.reserved", "superblock.u1"}}}},
        {"device-table", "the number of devices, the place of their table or a field of it", {{"blobs", {"superblock.extra_devices", "superblock.devt_slotoff", "device-"}}}},
        {"chunk-map", "an entry of a chunk map", {{"blobs", {"chunk."}}, {"chunk-4k", {"chunk."}}}},
        {"chunk-inode", "a field of the inode of a chunk-based file", {{"blobs", {"inode.several."}}}},
        {"inode", "a field of a file's inode", {{"inline-tail", {"inode.several.", "inode.size-1."}}}},
        {"directory-inode", "a field of a directory's inode", {{"many", {"inode.root.", "inode.directory."}}}},
        {"directory", "an entry of a directory", {{"many", {"directory."}}}},
        {"compressed", "what says how a file is compressed", {{"compressed", {"superblock.u1", "inode.several.i_format", "inode.several.i_u", "inode.several.i_size", "map.several.", "cluster.several."}}}},
    };
}

const char* const kFormat = "fs/erofs/erofs_fs.h: the format; fs/erofs/super.c, inode.c, data.c, namei.c: an image is not trusted, -EFSCORRUPTED and its like say so";
const char* const kExits = "fs/erofs/super.c, erofs_fc_fill_super(), erofs_kill_sb(): what was acquired before the error is let go of";

const char* const kNames = "fs/netfs/fscache_volume.c, fscache_alloc_volume(), fscache_cookie.c, __fscache_acquire_cookie(): keys have at most 255 bytes; "
                           "fs/cachefiles/key.c, cachefiles_cook_key()";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (auto& group : groups())
        cases.push_back({.name = fmt::format("mount/{}", group.name),
                         .right = fmt::format("An image with {} wrong, each in turn, gives errors or right bytes; nothing crashes, hangs or stays behind.", group.what),
                         .source = kFormat,
                         .run = [sweeps = group.sweeps](World& w) { return sweep(w, sweeps); },
                         .limit_s = 30,
                         .flood_lines = kLines});
    for (auto& failure : failures())
        cases.push_back({.name = fmt::format("mount/fails-{}", failure.name),
                         .right = fmt::format("An image {} {}, and nothing of it stays.", failure.what, failure.mounts == Failure::Mounts::no ? "is not mounted" : "is not mounted, or what cannot be read gives errors"),
                         .source = kExits,
                         .run = [failure](World& w) { return fails(w, failure); },
                         .flood_lines = kLines});
    const std::string right = "is mounted up to 200 bytes, and mounted or an error beyond; nothing stays.";
    for (const auto& [name, what, which] : {std::tuple{"domain", "A domain_id", LongName::domain}, {"fsid", "An fsid", LongName::fsid}, {"fsid-in-domain", "An fsid in a domain", LongName::fsid_in_domain},
                                            {"device", "A name of a device", LongName::device}})
        cases.push_back({.name = fmt::format("mount/long-{}", name), .right = fmt::format("{} {}", what, right), .source = kNames,
                         .run = [which](World& w) { return long_names(w, which, most_lengths()); }, .flood_lines = kLines});
    cases.push_back({"mount/digest-for-name", "An image whose fsid is a digest of 64 characters is mounted without a word.", "kernel/workqueue.c, alloc_workqueue(): names of up to WQ_NAME_LEN (32) bytes",
                     digest_for_name});
    cases.push_back({"mount/longest-blob-name", "A blob of a domain whose name has 253 to 255 bytes, which fscache takes, is mounted or an error; nothing crashes.", kNames,
                     [](World& w) { return long_names(w, LongName::fsid_in_domain, longest_lengths()); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::mount_cases
