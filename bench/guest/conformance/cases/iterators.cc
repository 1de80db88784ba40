// SPDX-License-Identifier: GPL-2.0-only
// iterators/: every kind of destination the kernel knows: vectors, pages of a
// pipe, of a file, of a block device's request.
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/units.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/segments.h"

namespace diobench::iterators_cases {

namespace {

constexpr std::array kVectorCalls = {ReadCall::preadv, ReadCall::preadv2, ReadCall::aio_preadv, ReadCall::uring_readv};
constexpr const char* kVectorSource = "readv(2), io_submit(2), io_uring_enter(2); lib/iov_iter.c: ITER_UBUF is one segment, ITER_IOVEC several";

uint64_t blocks_of(uint64_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

struct Vectors {
    size_t segments;
    size_t most_blocks;  ///< of each segment
};

Status read_vectors(ReadTools& tools, const OpenFile& file, const Vectors& shape) {
    std::mt19937_64 random(shape.segments);
    uint64_t room = blocks_of(file.subject.size());
    // From the start, from somewhere, and over the end; megabytes from one of them only.
    std::array<uint64_t, 3> blocks = {0, random() % room, room - 1};
    size_t first = 0;
    for (ReadCall call : kVectorCalls) {
        auto lengths = unequal_lengths(random, shape.segments, shape.most_blocks);
        auto chosen = shape.segments > 100 ? std::span<const uint64_t>(blocks).subspan(first++ % blocks.size(), 1) : std::span<const uint64_t>(blocks);
        for (uint64_t block : chosen) {
            tools.buffer.poison(tools.buffer.size());
            auto segments = cut_segments(tools.buffer, lengths);
            ssize_t result = tools.reads.read(call, file.fd.get(), block * kBlockBytes, segments);
            auto name = fmt::format("{} of {} segments, the first {} bytes long", read_call_name(call), segments.size(), lengths.front());
            tools.complaints.add(check_read(file.subject, {name, via_of(tools.flags), block * kBlockBytes, result}, gather(segments)));
        }
    }
    return {};
}

using Files = std::vector<std::pair<std::string, std::string>>;

Files vector_files(int flags) {
    Files files = {{"inline-tail", "size-10000"}, {"scattered-4k", "several"}, {"blobs", "several"}};
    if ((flags & O_DIRECT) != 0) files.emplace_back("sparse-4k", "hole-odd");
    return files;
}

Result<Finding> vectors(World& world, int flags, const Files& files, const Vectors& shape) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, shape.segments * (shape.most_blocks + 1) * kBlockBytes);
    if (!tools) return forward(tools);
    for (const auto& [image, name] : files) {
        auto file = open_file(world, image, name, flags, in_one_volume());
        if (!file) return forward(file);
        if (auto s = read_vectors(*tools, *file, shape); !s) return forward(s);
    }
    return tools->complaints.finding();
}

/// Segments of no length between others.
Result<Finding> empty_segments(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 64 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-4k", "several", flags);
    if (!file) return forward(file);
    constexpr std::array<size_t, 6> lengths = {0, 4096, 0, 0, 12288, 0};
    for (ReadCall call : kVectorCalls) {
        tools->buffer.poison(tools->buffer.size());
        auto segments = cut_segments(tools->buffer, lengths);
        ssize_t result = tools->reads.read(call, file->fd.get(), 8192, segments);
        ReadDone done{std::string(read_call_name(call)) + " of 6 segments, 4 of them empty", via_of(flags), 8192, result};
        tools->complaints.add(check_read(file->subject, done, gather(segments)));
    }
    return tools->complaints.finding();
}

/// Every call, over the change from one extent to the next.
Result<Finding> every_call(World& world, int flags) {
    auto images = std::vector<std::string>{"inline-tail", "scattered-64k", "blobs"};
    if ((flags & O_DIRECT) != 0) images.emplace_back("sparse-64k");
    return check_every_file(world, flags, 256 * kKiB, images, [](ReadTools& tools, const Subject& subject, int fd) -> Status {
        if (subject.size() < 64 * kKiB) return {};
        for (ReadCall call : kAllReadCalls)
            for (uint64_t offset : {uint64_t{60 * kKiB}, uint64_t{4096}}) tools.read_and_check(subject, fd, call, offset, 136 * kKiB);
        return {};
    });
}

/// The file position: preadv2 at -1, read(2), two descriptors, dup(2).
struct Positioned {
    ReadTools& tools;
    const OpenFile& file;

    void expect_position(int fd, uint64_t right, const char* after) const {
        off_t at = ::lseek(fd, 0, SEEK_CUR);
        tools.complaints.add(at == static_cast<off_t>(right) ? "" : fmt::format("after {} the file position is {}; right is {}", after, at, right));
    }
    void read_next(int fd, uint64_t at, const char* name) const {
        tools.buffer.poison(8 * kKiB);
        ssize_t n = ::read(fd, tools.buffer.data(), 8 * kKiB);
        tools.complaints.add(check_read(file.subject, {name, via_of(tools.flags), at, n < 0 ? -errno : n}, tools.buffer.first(8 * kKiB)));
    }
    void readv_next(int fd, uint64_t at) const {
        tools.buffer.poison(16 * kKiB);
        std::array<size_t, 2> lengths = {4096, 8192};
        auto segments = cut_segments(tools.buffer, lengths);
        ssize_t n = ::preadv2(fd, segments.data(), 2, -1, 0);
        tools.complaints.add(check_read(file.subject, {"preadv2 at -1 of 2 segments", via_of(tools.flags), at, n < 0 ? -errno : n}, gather(segments)));
    }
};

Result<Finding> file_position(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 32 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-4k", "several", flags);
    if (!file) return forward(file);
    auto other = file->open_again(flags);
    if (!other) return forward(other);
    UniqueFd twin(::fcntl(file->fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!twin.valid()) return fail_errno("dup", file->path());
    Positioned with{*tools, *file};
    with.read_next(file->fd.get(), 0, "read(2)");
    with.readv_next(file->fd.get(), 8192);
    with.expect_position(file->fd.get(), 8192 + 12288, "read(2) of 8192 and preadv2(-1) of 12288 bytes");
    with.read_next(twin.get(), 20480, "read(2) through a dup(2)");
    with.expect_position(file->fd.get(), 28672, "read(2) through a dup(2)");
    with.read_next(other->get(), 0, "read(2) of a second descriptor");
    tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 0, 8 * kKiB);
    with.expect_position(file->fd.get(), 28672, "pread(2), which does not move it,");
    return tools->complaints.finding();
}

// Files into pipes and files.

struct Pipe {
    UniqueFd out;
    UniqueFd in;
    [[nodiscard]] static Result<Pipe> create() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) < 0) return fail_errno("create", "a pipe");
        return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    }
};

/// Checks what came out of a file by steps; the text names the step.
void check_part(ReadTools& tools, const Subject& subject, const std::string& call, uint64_t offset, size_t asked, ssize_t result,
                std::span<const std::byte> data) {
    ReadDone done{call, via_of(tools.flags), offset, result};
    auto what = describe(subject, done, asked) + ": ";
    bool at_end = offset >= subject.size();
    if (result < 0 || (result == 0) != at_end || static_cast<uint64_t>(result) > subject.right_count(offset, asked))
        return tools.complaints.add(what + fmt::format("{}; right is {}", result_text(result),
                                                       at_end ? "0" : fmt::format("1 to {}", subject.right_count(offset, asked))));
    auto wrong = wrong_bytes(subject, offset, data.first(static_cast<size_t>(result)));
    tools.complaints.add(wrong.empty() ? wrong : what + wrong);
}

/// splice(2) of the whole file, as much as a pipe holds at a time.
Status splice_file(ReadTools& tools, const Subject& subject, int fd) {
    auto pipe = Pipe::create();
    if (!pipe) return forward(pipe);
    constexpr size_t kStep = 64 * kKiB;
    loff_t at = 0;
    for (uint64_t i = 0; i < blocks_of(subject.size()) + 2; ++i) {
        auto offset = static_cast<uint64_t>(at);
        ssize_t n = ::splice(fd, &at, pipe->in.get(), nullptr, kStep, 0);
        ssize_t result = n < 0 ? -errno : n;
        tools.buffer.poison(kStep);
        for (ssize_t got = 0; got < n;) {
            ssize_t part = ::read(pipe->out.get(), tools.buffer.data() + got, static_cast<size_t>(n - got));
            if (part <= 0) return fail_errno("read from", "a pipe");
            got += part;
        }
        check_part(tools, subject, "splice", offset, kStep, result, tools.buffer.first(kStep));
        if (n <= 0 || tools.complaints.enough()) return {};
    }
    tools.complaints.add(fmt::format("splice of {} never returned 0", subject.name()));
    return {};
}

/// sendfile(2) or copy_file_range(2) into a file in memory.
Status copy_file(ReadTools& tools, const Subject& subject, int fd, const std::string& call) {
    constexpr size_t kStep = 128 * kKiB;
    UniqueFd to(::memfd_create("copy", MFD_CLOEXEC));
    if (!to.valid()) return fail_errno("create", "a memfd");
    off_t at = 0;
    for (uint64_t i = 0; i < blocks_of(subject.size()) + 2; ++i) {
        off_t offset = at;
        off_t to_at = 0;
        if (::lseek(to.get(), 0, SEEK_SET) < 0) return fail_errno("rewind", "a memfd");
        ssize_t n = call == "sendfile" ? ::sendfile(to.get(), fd, &at, kStep) : ::copy_file_range(fd, &at, to.get(), &to_at, kStep, 0);
        ssize_t result = n < 0 ? -errno : n;
        // Between file systems it may be left to the caller.
        if (result == -EXDEV && call == "copy_file_range") return tools.complaints.add(""), Status{};
        tools.buffer.poison(kStep);
        if (n > 0 && ::pread(to.get(), tools.buffer.data(), static_cast<size_t>(n), 0) != n) return fail_errno("read back", "a memfd");
        check_part(tools, subject, call, static_cast<uint64_t>(offset), kStep, result, tools.buffer.first(kStep));
        if (n <= 0 || tools.complaints.enough()) return {};
    }
    tools.complaints.add(fmt::format("{} of {} never returned 0", call, subject.name()));
    return {};
}

const std::vector<std::string> kCopied = {"flat", "inline-tail", "scattered-64k"};

Result<Finding> splice_case(World& world, int flags) { return check_every_file(world, flags, 64 * kKiB, kCopied, splice_file); }
Result<Finding> sendfile_case(World& world, int flags) {
    return check_every_file(world, flags, 128 * kKiB, kCopied, [](ReadTools& tools, const Subject& subject, int fd) { return copy_file(tools, subject, fd, "sendfile"); });
}
Result<Finding> copy_case(World& world, int flags) {
    return check_every_file(world, flags, 128 * kKiB, kCopied, [](ReadTools& tools, const Subject& subject, int fd) { return copy_file(tools, subject, fd, "copy_file_range"); });
}

// A loop device.

/// A loop device on a file; gone with this.
class LoopDevice {
public:
    [[nodiscard]] static Result<LoopDevice> attach(int fd) {
        auto control = UniqueFd::open("/dev/loop-control", O_RDWR);
        if (!control) return forward(control);
        int number = ::ioctl(control->get(), LOOP_CTL_GET_FREE);
        if (number < 0) return fail_errno("find", "a free loop device");
        auto device = UniqueFd::open(fmt::format("/dev/loop{}", number), O_RDWR);
        if (!device) return forward(device);
        loop_config config{};
        config.fd = static_cast<uint32_t>(fd);
        config.block_size = kBlockBytes;
        config.info.lo_flags = LO_FLAGS_DIRECT_IO | LO_FLAGS_READ_ONLY;
        if (::ioctl(device->get(), LOOP_CONFIGURE, &config) < 0) return fail_errno("configure", fmt::format("/dev/loop{}", number));
        return LoopDevice(std::move(*device), fmt::format("/dev/loop{}", number));
    }
    LoopDevice(LoopDevice&&) = default;
    LoopDevice& operator=(LoopDevice&&) = delete;
    ~LoopDevice() {
        if (device_.valid()) ::ioctl(device_.get(), LOOP_CLR_FD);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Requests get no longer than this (a multiple of a page).
    [[nodiscard]] Status limit_requests(size_t bytes) const {
        return write_knob(fmt::format("/sys/block/{}/queue/max_sectors_kb", path_.substr(path_.rfind('/') + 1)), std::to_string(bytes / kKiB));
    }
    /// Whether the device reads its file with direct I/O.
    [[nodiscard]] bool direct() const {
        loop_info64 info{};
        return ::ioctl(device_.get(), LOOP_GET_STATUS64, &info) == 0 && (info.lo_flags & LO_FLAGS_DIRECT_IO) != 0;
    }

private:
    LoopDevice(UniqueFd device, std::string path) : device_(std::move(device)), path_(std::move(path)) {}
    UniqueFd device_;
    std::string path_;
};

/// Reads the device's whole blocks through its own page cache and past it.
Status read_loop(ReadTools& tools, const OpenFile& file, const LoopDevice& loop) {
    uint64_t whole = file.subject.size() / kBlockBytes * kBlockBytes;
    for (int flags : {O_DIRECT, 0}) {
        auto fd = UniqueFd::open(loop.path(), O_RDONLY | flags);
        if (!fd) return forward(fd);
        for (uint64_t at = 0; at < whole; at += 256 * kKiB) {
            size_t length = std::min<uint64_t>(256 * kKiB, whole - at);
            tools.buffer.poison(length);
            ssize_t n = ::pread(fd->get(), tools.buffer.data(), length, static_cast<off_t>(at));
            auto call = fmt::format("pread of a loop device ({} I/O to its file)", loop.direct() ? "direct" : "buffered");
            tools.complaints.add(check_read(file.subject, {call, via_of(flags), at, n < 0 ? -errno : n}, tools.buffer.first(length)));
        }
    }
    return {};
}

Result<Finding> loop_device(World& world, const Files& files, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    if (::access("/dev/loop-control", F_OK) < 0) return skipped("this kernel has no loop devices");
    auto tools = ReadTools::create(world, flags, 256 * kKiB);
    if (!tools) return forward(tools);
    for (const auto& [image, name] : files) {
        auto file = open_file(world, image, name, flags, in_one_volume());
        if (!file) return forward(file);
        auto loop = LoopDevice::attach(file->fd.get());
        if (!loop) return forward(loop);
        if (auto s = read_loop(*tools, *file, *loop); !s) return forward(s);
    }
    return tools->complaints.finding();
}

/// One vector of many pages is cut into requests of one: all but the first begin in the middle of it.
Result<Finding> loop_device_split(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    if (::access("/dev/loop-control", F_OK) < 0) return skipped("this kernel has no loop devices");
    constexpr size_t kBytes = 64 * kKiB;
    auto buffer = ReadBuffer::create_contiguous(kBytes);
    if (!buffer) return forward(buffer);
    Complaints complaints;
    for (const auto& [image, name] : Files{{"flat", "several"}, {"scattered-4k", "several"}, {"sparse-4k", "hole-odd"}}) {
        auto file = open_file(world, image, name, O_DIRECT, in_one_volume());
        if (!file) return forward(file);
        auto loop = LoopDevice::attach(file->fd.get());
        if (!loop) return forward(loop);
        auto fd = UniqueFd::open(loop->path(), O_RDONLY | O_DIRECT);
        if (!fd) return forward(fd);
        for (size_t request : {kBlockBytes, 3 * kBlockBytes}) {
            if (auto s = loop->limit_requests(request); !s) return forward(s);
            buffer->poison(kBytes);
            const ssize_t n = ::pread(fd->get(), buffer->data(), kBytes, kBlockBytes);
            complaints.add(check_read(file->subject, {fmt::format("pread of a loop device with requests of {} bytes, from one vector", request), "direct", kBlockBytes, n < 0 ? -errno : n},
                                      buffer->first(kBytes)));
        }
    }
    return complaints.finding();
}

// Readahead that was asked for.

Result<Finding> asked_readahead(World& world) {
    auto tools = ReadTools::create(world, 0, 256 * kKiB);
    if (!tools) return forward(tools);
    for (int how = 0; how < 2; ++how) {
        auto file = open_file(world, "scattered-4k", "several", 0);
        if (!file) return forward(file);
        int error = how == 0 ? (::readahead(file->fd.get(), 8192, 256 * kKiB) < 0 ? errno : 0)
                             : ::posix_fadvise(file->fd.get(), 8192, 256 * kKiB, POSIX_FADV_WILLNEED);
        tools->complaints.add(error == 0 ? "" : fmt::format("{} of 256 KiB at 8192: {}", how == 0 ? "readahead" : "posix_fadvise(WILLNEED)", result_text(-error)));
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 0, 256 * kKiB);
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 8192, 256 * kKiB);
    }
    return tools->complaints.finding();
}

std::vector<Case> iterator_cases() {
    std::vector<Case> cases;
    auto add = [&](std::vector<Case> more) { for (auto& one : more) cases.push_back(std::move(one)); };
    struct Count { const char* name; Vectors shape; };
    for (const auto& count : {Count{"2", {2, 9}}, Count{"3", {3, 17}}, Count{"17", {17, 7}}})
        add(both_ways(std::string("iterators/segments-") + count.name, fmt::format("A read into {} segments of unequal lengths fills them all, in order, by every vectored call.", count.name),
                      kVectorSource, [shape = count.shape](World& w, int flags) { return vectors(w, flags, vector_files(flags), shape); }));
    add(both_ways("iterators/segments-iov-max", fmt::format("A read into IOV_MAX ({}) segments fills them all.", IOV_MAX), kVectorSource,
                  [](World& w, int flags) { return vectors(w, flags, {{"large", "large"}}, {IOV_MAX, 2}); }));
    add(both_ways("iterators/empty-segments", "Segments of no length between others change nothing.", kVectorSource, empty_segments));
    add(both_ways("iterators/every-call", "pread, preadv, preadv2, libaio, io_uring, with registered buffers and files too, give the same bytes over several extents.",
                  kVectorSource, every_call));
    add(both_ways("iterators/file-position", "read(2) and preadv2(2) at -1 move the file position by what they read, for all who share it; pread(2) does not.",
                  "read(2), preadv2(2), dup(2); fs/read_write.c", file_position));
    add(both_ways("iterators/splice", "splice(2) into a pipe gives every byte of a file and ends with 0.", "splice(2); fs/splice.c copy_splice_read() (ITER_BVEC)", splice_case));
    add(both_ways("iterators/sendfile", "sendfile(2) gives every byte of a file and ends with 0.", "sendfile(2); fs/splice.c splice_direct_to_actor()", sendfile_case));
    add(both_ways("iterators/copy-file-range", "copy_file_range(2) gives the right bytes, or EXDEV, which leaves the copy to the caller.",
                  "copy_file_range(2); fs/read_write.c generic_copy_file_checks()", copy_case));
    add(both_ways("iterators/loop-device", "A loop device with direct I/O on a file reads the file's bytes, past and through its own page cache.",
                  "losetup(8) --direct-io; drivers/block/loop.c lo_rw_aio() (ITER_BVEC)",
                  [](World& w, int flags) { return loop_device(w, {{"scattered-64k", "several"}, {"flat", "several"}, {"blobs", "several"}}, flags); }));
    cases.push_back({"iterators/loop-device-split", "A loop device with direct I/O on a file, whose requests begin in the middle of a vector, reads the file's bytes.",
                     "drivers/block/loop.c lo_rw_aio(): iov_iter::iov_offset is bi_bvec_done", loop_device_split});
    cases.push_back({"iterators/loop-device-sparse", "A loop device with direct I/O on a file with holes reads zeros there and data elsewhere.",
                     "losetup(8) --direct-io; drivers/block/loop.c lo_rw_aio()",
                     [](World& w) { return loop_device(w, {{"sparse-64k", "hole-odd"}, {"sparse-4k", "hole-at-windows"}}, O_DIRECT); }});
    cases.push_back({"iterators/readahead", "readahead(2) and posix_fadvise(WILLNEED) bring the right bytes into the page cache.", "readahead(2), posix_fadvise(2)", asked_readahead});
    return and_on_file(std::move(cases));
}

const CaseRegistrar registrar{iterator_cases};

}  // namespace

}  // namespace diobench::iterators_cases
