// SPDX-License-Identifier: GPL-2.0-only
// data/IMAGE/HOW: every file of every layout gives its bytes, however it is
// read: from a cold cache (the read itself fetches; a sample, since a fetch
// is dear) and from a cache that holds everything (nothing is fetched).
// data/IMAGE/every-way@BACKEND: the same ways one after the other on one mount.
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/read_calls.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/segments.h"
#include "bench/guest/conformance/world.h"

namespace diobench::data_cases {

namespace {

constexpr size_t kLargestRead = 1 << 20;
enum class Via { buffered, direct };
/// Where the data is: with the daemon, or all of it in the cache file.
enum class Where { remote, local };

/// One open file and what it is read with.
struct Target {
    World& world;
    Subject subject;
    int fd = -1;
    const ReadBuffer& buffer;
    Reads& reads;
    Complaints& complaints;
    std::string_view via;
    Where where;

    /// Of a larger file about so many blocks are read, those beside chunk edges among them.
    [[nodiscard]] size_t most_blocks() const {
        if (where == Where::remote) return 12;
        return world.backend() == kFscache ? 80 : 24;
    }
};

using ReadFile = Status (*)(Target&);

struct How {
    std::string_view name;
    Via via;
    std::string_view right;  ///< continued by what all data cases have in common
    std::string_view source;
    ReadFile read;
    bool always = false;     ///< also for images of DataCases::few
};

void read_and_check(Target& target, ReadCall call, uint64_t offset, size_t length) {
    auto buffer = target.buffer.first(length);
    target.buffer.poison(length);
    ssize_t result = target.reads.read(call, target.fd, offset, buffer);
    target.complaints.add(check_read(target.subject, {std::string(read_call_name(call)), target.via, offset, result}, buffer));
}

uint64_t blocks_of(uint64_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

/// Blocks of the file, and one behind it, in a seeded order; about `most` if it has more.
std::vector<uint64_t> blocks_to_read(const Subject& subject, size_t most) {
    uint64_t count = blocks_of(subject.size()) + 1;
    uint64_t edge = std::max<uint64_t>(subject.image->chunk_bytes, 128 * kKiB) / kBlockBytes;
    std::mt19937_64 random(subject.seed + subject.file->file_id);
    std::vector<uint64_t> blocks;
    for (uint64_t b = 0; b < count; ++b) {
        bool special = b < 2 || b + 3 > count || (b + 1) % edge < 2;
        if (special || count <= most || random() % count < most) blocks.push_back(b);
    }
    for (size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random() % i]);
    return blocks;
}

Status read_each_block(Target& target) {
    for (uint64_t block : blocks_to_read(target.subject, target.most_blocks())) {
        if (target.complaints.enough()) break;
        read_and_check(target, ReadCall::pread, block * kBlockBytes, kBlockBytes);
    }
    return {};
}

Status read_blocks_without_readahead(Target& target) {
    if (::posix_fadvise(target.fd, 0, 0, POSIX_FADV_RANDOM) != 0) return fail_errno("advise on", target.subject.name());
    return read_each_block(target);
}

Status read_in_steps(Target& target, size_t step) {
    for (uint64_t at = 0; at <= target.subject.size() && !target.complaints.enough(); at += step)
        read_and_check(target, ReadCall::pread, at, step);
    return {};
}

Status read_sequential(Target& target) { return read_in_steps(target, 16 * kKiB); }
Status read_large(Target& target) {
    if (auto s = read_in_steps(target, 128 * kKiB); !s || target.where == Where::remote) return s;
    return read_in_steps(target, kLargestRead);
}

/// Windows that begin in the middle of chunks, each with no page in memory.
Status read_cold_windows(Target& target) {
    uint64_t step = std::max<uint64_t>(target.subject.image->chunk_bytes, 64 * kKiB);
    for (uint64_t at = step / 2; at < target.subject.size() && !target.complaints.enough(); at += step) {
        if (int error = ::posix_fadvise(target.fd, 0, 0, POSIX_FADV_DONTNEED); error != 0) return fail_errno("drop pages of", target.subject.name(), error);
        read_and_check(target, ReadCall::pread, at + 100, 128 * kKiB);
    }
    return {};
}

/// Each aligned offset with one of many aligned lengths.
Status read_offsets(Target& target) {
    constexpr std::array<size_t, 9> kBlocks = {1, 2, 3, 15, 16, 17, 31, 32, 33};
    std::mt19937_64 random(target.subject.seed);
    for (uint64_t block : blocks_to_read(target.subject, target.most_blocks() / 2)) {
        if (target.complaints.enough()) break;
        read_and_check(target, ReadCall::pread, block * kBlockBytes, kBlocks.at(random() % kBlocks.size()) * kBlockBytes);
    }
    return {};
}

void read_segments_and_check(Target& target, ReadCall call, uint64_t offset, std::span<const size_t> lengths) {
    target.buffer.poison(target.buffer.size());
    auto segments = cut_segments(target.buffer, lengths);
    ssize_t result = target.reads.read(call, target.fd, offset, segments);
    auto found = gather(segments);
    auto name = fmt::format("{} of {} segments", read_call_name(call), segments.size());
    target.complaints.add(check_read(target.subject, {name, target.via, offset, result}, found));
}

/// Vectors of 2 to 17 unequal segments by every call that takes them.
Status read_vectored(Target& target) {
    constexpr std::array<size_t, 4> kCounts = {2, 3, 5, 17};
    constexpr std::array kCalls = {ReadCall::preadv, ReadCall::preadv2, ReadCall::aio_preadv, ReadCall::uring_readv};
    std::mt19937_64 random(target.subject.seed + 1);
    uint64_t count = blocks_of(target.subject.size()) + 1;
    size_t rounds = std::min<uint64_t>(count, target.where == Where::remote ? 4 : 12);
    for (size_t i = 0; i < rounds && !target.complaints.enough(); ++i) {
        auto lengths = unequal_lengths(random, kCounts.at(i % kCounts.size()), 8);
        read_segments_and_check(target, kCalls.at(random() % kCalls.size()), random() % count * kBlockBytes, lengths);
    }
    return {};
}

void map_and_check(Target& target, const MappedFile& map, uint64_t offset, size_t length) {
    length = std::min<size_t>(length, map.size() - offset);
    auto buffer = target.buffer.first(length);
    target.buffer.poison(length);
    ssize_t result = map.read(offset, buffer);
    // The page goes on behind the end of the file: zeros.
    uint64_t right = target.subject.right_count(offset, length);
    auto done = ReadDone{"copy from a mapping", target.via, offset, result < 0 ? result : static_cast<ssize_t>(right)};
    target.complaints.add(check_read(target.subject, done, buffer));
    if (result < 0) return;
    bool zeros = std::all_of(buffer.begin() + static_cast<ptrdiff_t>(right), buffer.end(), [](std::byte b) { return b == std::byte{0}; });
    target.complaints.add(zeros ? "" : fmt::format("the page behind the end of {} ({} bytes long) is not zero in a mapping", target.subject.name(), target.subject.size()));
}

/// With readahead from the start, then, with nothing in memory, page by page without.
Status read_mapped(Target& target) {
    if (target.subject.size() == 0) return {};
    {
        auto map = MappedFile::map(target.fd, target.subject.size(), MADV_NORMAL);
        if (!map) return forward(map);
        for (uint64_t at = 0; at < map->size() && !target.complaints.enough(); at += 256 * kKiB) map_and_check(target, *map, at, 256 * kKiB);
    }
    if (int error = ::posix_fadvise(target.fd, 0, 0, POSIX_FADV_DONTNEED); error != 0) return fail_errno("drop pages of", target.subject.name(), error);
    auto map = MappedFile::map(target.fd, target.subject.size(), MADV_RANDOM);
    if (!map) return forward(map);
    for (uint64_t block : blocks_to_read(target.subject, target.most_blocks() / 4)) {
        if (target.complaints.enough()) break;
        if (block * kBlockBytes < map->size()) map_and_check(target, *map, block * kBlockBytes, kBlockBytes);
    }
    return {};
}

constexpr std::string_view kBufferedSource = "read(2), mmap(2); fs/erofs/fscache.c erofs_fscache_data_read_slice(), erofs_fscache_readahead()";
constexpr std::string_view kDirectSource = "open(2), O_DIRECT; fs/erofs/data.c erofs_file_read_iter(), erofs_map_blocks()";

constexpr std::array<How, 8> kHows = {{
    {"buffered-sequential", Via::buffered, "Reading from the start with readahead", kBufferedSource, read_sequential, true},
    {"buffered-random", Via::buffered, "Reading single blocks in any order without readahead", kBufferedSource, read_blocks_without_readahead},
    {"buffered-windows", Via::buffered, "Reading 128 KiB from the middle of chunks with no page in memory", kBufferedSource, read_cold_windows},
    {"mmap", Via::buffered, "Reading a mapping, in order and then page by page", kBufferedSource, read_mapped, true},
    {"direct-4k", Via::direct, "Reading single blocks with O_DIRECT in any order", kDirectSource, read_each_block, true},
    {"direct-large", Via::direct, "Reading 128 KiB and then 1 MiB at a time with O_DIRECT", kDirectSource, read_large, true},
    {"direct-offsets", Via::direct, "Reading from any aligned offset with any aligned length with O_DIRECT", kDirectSource, read_offsets},
    {"direct-vectored", Via::direct, "Reading into vectors of 2 to 17 unequal segments with O_DIRECT", kDirectSource, read_vectored},
}};

/// What a data case reads with, made once.
struct Tools {
    ReadBuffer buffer;
    Reads reads;
    Complaints complaints;
};

Status read_every_file(World& world, const TestImage& image, const How& how, const ImageMount& mount, Where where, Tools& tools) {
    int flags = O_RDONLY | (how.via == Via::direct ? O_DIRECT : 0);
    for (const auto& file : image.files) {
        if (tools.complaints.enough()) break;
        auto fd = UniqueFd::open(mount.file(file.name), flags);
        if (!fd) return forward(fd);
        if (int error = ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_DONTNEED); error != 0) return fail_errno("drop pages of", mount.file(file.name), error);
        Target target{world, {&image, &file, world.seed(), rest_of(world, flags)}, fd->get(), tools.buffer, tools.reads, tools.complaints,
                      how.via == Via::direct ? "direct" : "buffered", where};
        if (auto s = how.read(target); !s) return s;
    }
    return {};
}

Result<Tools> make_tools(World& world) {
    if (auto s = world.ensure_cache(); !s) return forward(s);
    auto buffer = ReadBuffer::create(kLargestRead);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    return Tools{std::move(*buffer), std::move(*reads), {}};
}

MountOptions mount_options(const TestImage& image) {
    MountOptions options;
    if (image.shared_domain) options.domain_id = "shared";
    return options;
}

/// The second mount of a domain: an image of its own, the data of the first.
Status read_shared(World& world, const TestImage& image, const How& how, const ImageMount& first, Tools& tools) {
    auto options = mount_options(image);
    options.device_names = first.options().device_names;
    auto second = world.mount(image.name, options);
    if (!second) return forward(second);
    return read_every_file(world, image, how, *second, Where::remote, tools);
}

/// Has every byte of a file fetched: each run of data between holes by itself,
/// since a window over both is read wrong by some kernels, which then fetch too little.
Status fetch_file(World& world, const TestFile& file, const ImageMount& mount, const ReadBuffer& buffer) {
    auto fd = UniqueFd::open(mount.file(file.name), O_RDONLY);
    if (!fd) return forward(fd);
    ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_RANDOM);
    FileContent content = file.content(world.seed());
    uint64_t end = blocks_of(file.size_bytes);
    for (uint64_t first = 0, last = 0; first < end; first = std::max(last, first + 1)) {
        for (last = first; last < end && !content.in_hole(last) && (last - first) * kBlockBytes < buffer.size();) ++last;
        size_t length = (last - first) * kBlockBytes;
        if (length > 0 && ::pread(fd->get(), buffer.data(), length, static_cast<off_t>(first * kBlockBytes)) < 0)
            return fail_errno("fetch", mount.file(file.name));
    }
    return {};
}

/// Has everything fetched and nothing in memory.
Status make_local(World& world, const TestImage& image, const ImageMount& mount, const ReadBuffer& buffer) {
    for (const auto& file : image.files)
        if (auto s = fetch_file(world, file, mount, buffer); !s) return s;
    return world.drop_caches();
}

/// With everything in the cache the daemon must not be asked.
Status read_local(World& world, const TestImage& image, const How& how, const ImageMount& mount, Tools& tools) {
    world.step(fmt::format("{} of {}, local", how.name, image.name));
    uint64_t before = world.fetches();
    if (auto s = read_every_file(world, image, how, mount, Where::local, tools); !s) return s;
    uint64_t asked = world.fetches() - before;
    tools.complaints.add(asked == 0 ? "" : fmt::format("reading {}, all of which is in the cache, made {} requests to the daemon; right is none",
                                                       image.name, asked));
    return {};
}

Status read_both(World& world, const TestImage& image, const How& how, const ImageMount& mount, Tools& tools) {
    world.step(fmt::format("{} of {}, remote", how.name, image.name));
    if (auto s = read_every_file(world, image, how, mount, Where::remote, tools); !s) return s;
    if (image.shared_domain)
        if (auto s = read_shared(world, image, how, mount, tools); !s) return s;
    if (auto s = make_local(world, image, mount, tools.buffer); !s) return s;
    return read_local(world, image, how, mount, tools);
}

Result<Finding> read_image(World& world, const TestImage& image, const How& how) {
    if (how.via == Via::direct && world.direct() == DirectSupport::refused) return skipped("this kernel refuses O_DIRECT on these files");
    auto tools = make_tools(world);
    if (!tools) return forward(tools);
    auto mount = world.mount(image.name, mount_options(image));
    if (!mount) return forward(mount);
    if (auto s = read_both(world, image, how, *mount, *tools); !s) return forward(s);
    return tools->complaints.finding();
}

void check_refusal(const TestImage& image, const ImageMount& mount, Complaints& complaints) {
    for (const auto& file : image.files) {
        int fd = ::open(mount.file(file.name).c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
        int error = fd < 0 ? errno : 0;
        if (fd >= 0) ::close(fd);
        complaints.add(error == EINVAL ? "" : fmt::format("open(O_DIRECT) of the compressed file {}: {}; right is EINVAL", file.name,
                                                          error == 0 ? "it succeeded" : result_text(-error)));
    }
}

Result<Finding> refuses_compressed(World& world, const TestImage& image) {
    auto mount = world.mount(image.name);
    if (!mount) return forward(mount);
    Complaints complaints;
    check_refusal(image, *mount, complaints);
    return complaints.finding();
}

/// Whether an image is read in that way.
bool is_read(const TestImage& image, const How& how) {
    return !(image.compressed && how.via == Via::direct) && (image.data_cases == DataCases::all || how.always);
}

/// Each way on the same mount, with no page of the file in memory before.
Result<Finding> read_every_way(World& world, const TestImage& image) {
    auto tools = make_tools(world);
    if (!tools) return forward(tools);
    auto mount = world.mount(image.name);
    if (!mount) return forward(mount);
    for (const auto& how : kHows) {
        if (!is_read(image, how) || (how.via == Via::direct && world.direct() == DirectSupport::refused)) continue;
        world.step(fmt::format("{} of {}", how.name, image.name));
        if (auto s = read_every_file(world, image, how, *mount, Where::local, *tools); !s) return forward(s);
    }
    if (image.compressed) check_refusal(image, *mount, tools->complaints);
    return tools->complaints.finding();
}

std::vector<Case> cases_on_other_backends(const TestImage& image) {
    const Case statement = mapping({fmt::format("data/{}/every-way", image.name),
                                    fmt::format("Reading in every way (buffered, mapped, with O_DIRECT where the back end takes it) gives the bytes of every file and nothing else. Image: {}.", image.purpose),
                                    "read(2), mmap(2), open(2); fs/erofs/fileio.c (image files), fs/erofs/data.c erofs_iomap_begin() (block devices)",
                                    [&image](World& world) { return read_every_way(world, image); }});
    std::vector<Case> cases;
    for (const auto& backend : other_backends())
        if ((image.extra_devices == 0 || backend.takes_blobs) && (!backend.is_variant || image.data_cases == DataCases::all)) cases.push_back(on_backend(statement, backend));
    return cases;
}

std::vector<Case> cases_of(const TestImage& image) {
    std::vector<Case> cases = cases_on_other_backends(image);
    for (const auto& how : kHows) {
        if (!is_read(image, how)) continue;
        cases.push_back({fmt::format("data/{}/{}", image.name, how.name),
                         fmt::format("{} gives the bytes of every file and nothing else, while the daemon delivers them and "
                                     "when the cache has them (no request to the daemon). Image: {}.", how.right, image.purpose),
                         std::string(how.source), [&image, &how](World& world) { return read_image(world, image, how); }});
        cases.back().maps_files = how.read == read_mapped;
    }
    if (image.compressed)
        cases.push_back({fmt::format("data/{}/direct-refused", image.name), "A compressed file cannot be opened with O_DIRECT: EINVAL.",
                         "open(2), EINVAL; fs/open.c do_dentry_open(), fs/erofs/zdata.c z_erofs_aops has no ->direct_IO",
                         [&image](World& world) { return refuses_compressed(world, image); }});
    return cases;
}

std::vector<Case> data_cases() {
    std::vector<Case> cases;
    for (const auto& image : all_test_images())
        if (image.data_cases != DataCases::none) append(cases, cases_of(image));
    return cases;
}

const CaseRegistrar registrar{data_cases};

}  // namespace

}  // namespace diobench::data_cases
