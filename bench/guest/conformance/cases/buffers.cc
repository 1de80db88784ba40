// SPDX-License-Identifier: GPL-2.0-only
// buffers/: memory that cannot be written is EFAULT or a short count, and
// memory of every kind that can be written gets the right bytes.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/bad_memory.h"
#include "bench/guest/conformance/held_reads.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/proc_numbers.h"

namespace diobench::buffers_cases {

namespace {

constexpr std::array kKinds = {BadMemory::Kind::unmapped, BadMemory::Kind::read_only, BadMemory::Kind::no_access};
constexpr std::array kCalls = {ReadCall::pread, ReadCall::preadv, ReadCall::aio_pread, ReadCall::uring_read};
constexpr milliseconds kAtOnce{6000};  ///< for what waits for no one, on a busy host
constexpr const char* kSource = "read(2), EFAULT; lib/iov_iter.c iov_iter_extract_pages(), iov_iter_zero(), copy_to_iter()";

/// Where data of different origin lies.
struct Place {
    const char* what;
    const char* image;
    const char* file;
    uint64_t offset;
};
constexpr std::array kPlaces = {
    Place{"data", "flat", "several", 8192},
    Place{"the end of the file", "flat", "size-10000", 8192},
    Place{"an inline tail", "inline-tail", "size-511", 0},
    Place{"data and an inline tail", "inline-tail", "size-10000", 4096},
};
// Only for O_DIRECT: readahead of sparse files is another matter.
constexpr std::array kSparsePlaces = {
    Place{"a hole", "sparse-4k", "hole-all", 0},
    Place{"data and holes", "sparse-4k", "hole-odd", 0},
    Place{"holes and data", "sparse-4k", "hole-even", 0},
};

/// Right is EFAULT, or a count that ends before the bad part, with the right bytes.
std::string judge(const Subject& subject, const ReadDone& done, const BadMemory& memory) {
    std::string what = describe(subject, done, memory.span().size());
    uint64_t there = subject.right_count(done.offset, memory.span().size());
    if (done.result == -EFAULT) return {};
    // Enough room for all there is: as any read.
    if (there <= memory.good_bytes() && done.result == static_cast<ssize_t>(there))
        return wrong_bytes(subject, done.offset, memory.span().first(there));
    if (done.result <= 0 || static_cast<size_t>(done.result) > memory.good_bytes() || static_cast<uint64_t>(done.result) > there)
        return fmt::format("{}: {}; right is EFAULT{}", what, result_text(done.result),
                           memory.good_bytes() == 0 ? "" : fmt::format(" or a count of at most {}", std::min<uint64_t>(there, memory.good_bytes())));
    auto wrong = wrong_bytes(subject, done.offset, memory.span().first(static_cast<size_t>(done.result)));
    return wrong.empty() ? wrong : what + ": " + wrong;
}

Status try_bad(ReadTools& tools, const OpenFile& file, uint64_t offset, const BadMemory& memory, const std::string& name) {
    for (ReadCall call : kCalls) {
        auto whole = memory.span();
        std::fill_n(whole.begin(), static_cast<ptrdiff_t>(memory.good_bytes()), kPoison);
        ssize_t result = tools.reads.read(call, file.fd.get(), offset, whole);
        tools.complaints.add(judge(file.subject, {fmt::format("{} into {}", read_call_name(call), name), via_of(tools.flags), offset, result}, memory));
    }
    return {};
}

struct Shape {
    size_t bytes;
    size_t bad_first;
    size_t bad_pages;
};

Status try_shape(ReadTools& tools, const OpenFile& file, uint64_t offset, const Shape& shape) {
    for (auto kind : kKinds) {
        auto memory = BadMemory::create(shape.bytes, kind, shape.bad_first, shape.bad_pages);
        if (!memory) return forward(memory);
        auto name = fmt::format("memory of {} pages, from page {} on {}{}", shape.bytes / kBlockBytes, shape.bad_first,
                                shape.bad_pages == 1 ? "one of them " : "", bad_memory_name(kind));
        if (auto s = try_bad(tools, file, offset, *memory, name); !s) return s;
    }
    return {};
}

/// Reads each place into bad memory, first while it has to be fetched, then from the cache file; a good read ends it.
Result<Finding> bad_buffers(World& world, int flags, std::span<const Place> places, const std::vector<Shape>& shapes) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 64 * kKiB);
    if (!tools) return forward(tools);
    for (const auto& place : places) {
        world.step(fmt::format("bad buffers for {}", place.what));
        auto file = open_file(world, place.image, place.file, flags, in_one_volume());
        if (!file) return forward(file);
        for (const auto& shape : shapes)
            if (auto s = try_shape(*tools, *file, place.offset, shape); !s) return forward(s);
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, place.offset, 64 * kKiB);
    }
    return tools->complaints.finding();
}

Result<Finding> wholly_bad(World& world, int flags) { return bad_buffers(world, flags, kPlaces, {{8 * kKiB, 0, 2}}); }
Result<Finding> half_bad(World& world, int flags) { return bad_buffers(world, flags, kPlaces, {{8 * kKiB, 1, 1}, {16 * kKiB, 1, 3}}); }
Result<Finding> gap(World& world, int flags) {
    const std::array large = {Place{"data", "large", "large", 4096}, Place{"scattered chunks", "scattered-64k", "several", 4096}};
    return bad_buffers(world, flags, large, {{1024 * kKiB, 100, 1}, {256 * kKiB, 33, 2}});
}
Result<Finding> bad_over_holes(World& world) {
    return bad_buffers(world, O_DIRECT, kSparsePlaces, {{8 * kKiB, 0, 2}, {8 * kKiB, 1, 1}, {64 * kKiB, 5, 1}});
}

/// One segment of a vector is bad.
Result<Finding> bad_segment(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 64 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-4k", "several", flags);
    if (!file) return forward(file);
    auto memory = BadMemory::create(8 * kKiB, BadMemory::Kind::no_access, 0, 2);
    if (!memory) return forward(memory);
    for (ReadCall call : {ReadCall::preadv, ReadCall::preadv2, ReadCall::aio_preadv, ReadCall::uring_readv})
        for (size_t bad = 0; bad < 3; ++bad) {
            std::array<iovec, 3> segments{};
            for (size_t i = 0; i < 3; ++i) segments.at(i) = {tools->buffer.data() + i * 8 * kKiB, 8 * kKiB};
            segments.at(bad) = {memory->span().data(), 8 * kKiB};
            tools->buffer.poison(tools->buffer.size());
            ssize_t result = tools->reads.read(call, file->fd.get(), 4096, segments);
            ReadDone done{fmt::format("{} of 3 segments, number {} cannot be written", read_call_name(call), bad + 1), via_of(flags), 4096, result};
            bool right = result == -EFAULT || (result > 0 && static_cast<size_t>(result) <= bad * 8 * kKiB);
            std::string wrong;
            if (!right) wrong = fmt::format("{}; right is EFAULT{}", result_text(result), bad == 0 ? "" : fmt::format(" or at most {}", bad * 8 * kKiB));
            else if (result > 0) wrong = wrong_bytes(file->subject, 4096, tools->buffer.first(static_cast<size_t>(result)));
            tools->complaints.add(wrong.empty() ? wrong : describe(file->subject, done, 24 * kKiB) + ": " + wrong);
        }
    return tools->complaints.finding();
}

/// At the end of the file nothing is written, so the memory does not matter; a kernel address is never written.
Result<Finding> kernel_address(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 8 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "flat", "several", flags);
    if (!file) return forward(file);
    for (ReadCall call : kCalls) {
        auto* address = reinterpret_cast<std::byte*>(~uintptr_t{0} << 12U) - 8 * kKiB;
        ssize_t result = tools->reads.read(call, file->fd.get(), 0, std::span<std::byte>(address, 4096));
        ReadDone done{fmt::format("{} to a kernel address", read_call_name(call)), via_of(flags), 0, result};
        tools->complaints.add(result == -EFAULT ? "" : describe(file->subject, done, 4096) + ": " + result_text(result) + "; right is EFAULT");
    }
    return tools->complaints.finding();
}

// Memory that can be written, of every kind.

struct Mapped {
    void* memory = MAP_FAILED;
    size_t bytes = 0;
    Mapped(size_t size, int protection, int flags, int fd, off_t offset) : memory(::mmap(nullptr, size, protection, flags, fd, offset)), bytes(size) {}
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;
    ~Mapped() {
        if (memory != MAP_FAILED) ::munmap(memory, bytes);
    }
    [[nodiscard]] std::span<std::byte> span() const { return {static_cast<std::byte*>(memory), bytes}; }
};

Status read_into(ReadTools& tools, const OpenFile& file, const Mapped& target, const char* kind) {
    if (target.memory == MAP_FAILED) return fail_errno("map", kind);
    for (ReadCall call : {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read, ReadCall::uring_read_fixed}) {
        // The first call finds memory that was never touched.
        ssize_t result = tools.reads.read(call, file.fd.get(), 4096, target.span());
        ReadDone done{fmt::format("{} into {}", read_call_name(call), kind), via_of(tools.flags), 4096, result};
        tools.complaints.add(check_read(file.subject, done, target.span()));
        std::fill(target.span().begin(), target.span().end(), kPoison);
    }
    return {};
}

Result<Finding> kinds_of_memory(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 4 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-64k", "several", flags);
    if (!file) return forward(file);
    constexpr size_t kBytes = 512 * kKiB;
    UniqueFd shared(::memfd_create("buffer", MFD_CLOEXEC));
    if (!shared.valid() || ::ftruncate(shared.get(), kBytes) < 0) return fail_errno("create", "a memfd");
    constexpr int kReadWrite = PROT_READ | PROT_WRITE;
    Mapped fresh(kBytes, kReadWrite, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    Mapped shared_anonymous(kBytes, kReadWrite, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    Mapped shared_file(kBytes, kReadWrite, MAP_SHARED, shared.get(), 0);
    Mapped private_file(kBytes, kReadWrite, MAP_PRIVATE, shared.get(), 0);
    if (auto s = read_into(*tools, *file, fresh, "fresh anonymous memory"); !s) return forward(s);
    if (auto s = read_into(*tools, *file, shared_anonymous, "shared anonymous memory"); !s) return forward(s);
    if (auto s = read_into(*tools, *file, shared_file, "a shared mapping of a tmpfs file"); !s) return forward(s);
    if (auto s = read_into(*tools, *file, private_file, "a private mapping of a tmpfs file"); !s) return forward(s);
    return tools->complaints.finding();
}

/// The reader's own part of mapping_of_image(): in a process of its own, since the fault it takes may never end.
std::string read_into_image(const OpenFile& file, uint64_t offset, size_t bytes) {
    auto plain = file.open_again(0);
    if (!plain) return plain.error().message();
    Mapped target(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, plain->get(), 6 << 20);
    if (target.memory == MAP_FAILED) return "cannot map the image's file";
    ssize_t n = ::pread(file.fd.get(), target.memory, bytes, static_cast<off_t>(offset));
    return check_read(file.subject, {"pread into a private mapping of the same file", "direct", offset, n < 0 ? -errno : n}, target.span());
}

/// Pinning the buffer needs a page of the same blob, which has to be fetched first.
Result<Finding> mapping_of_image(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto reader = world.start_reader([&] { return read_into_image(*file, 1 << 20, 64 * kKiB); });
    if (!reader) return forward(reader);
    auto end = reader->wait(kAtOnce);
    if (!end)
        return failed(fmt::format("direct pread of 65536 bytes into a private mapping of an uncached range of the same file did not end within {} s: "
                                  "it waits in {}; the daemon's write and the reader wait for each other if a lock of the cache file is held while "
                                  "the buffer is faulted in", kAtOnce.count() / 1000, reader->where()));
    return end->text.empty() ? passed() : failed(end->text);
}

/// How long a reader may take to have its buffer pinned.
constexpr milliseconds kPinned{8000};

/// Reads into a file's pages while the device holds the data back.
std::string read_into_file(const OpenFile& file, ReadCall call, uint64_t offset, const Mapped& target) {
    auto reads = Reads::create();
    if (!reads) return reads.error().message();
    ssize_t result = reads->read(call, file.fd.get(), offset, target.span());
    return check_read(file.subject, {std::string(read_call_name(call)) + " into a shared mapping of a file of ext4", "direct", offset, result}, target.span());
}

/// Once the buffer is pinned and the read waits for the device, the file under it is written back, and thereby clean.
Status write_back_meanwhile(World& world, int fd, int64_t pinned_before, size_t pages) {
    const auto end = std::chrono::steady_clock::now() + kPinned;
    while (pinned_pages() < pinned_before + static_cast<int64_t>(pages)) {
        if (std::chrono::steady_clock::now() > end) break;  // a kernel that pins later has nothing to lose
        std::this_thread::sleep_for(milliseconds(2));
    }
    world.step("write the buffer's file back");
    if (::fsync(fd) < 0) return fail_errno("write back", "the buffer's file");
    return {};
}

/// The same pages from the disk, after memory has forgotten them.
Result<std::string> what_the_disk_has(World& world, const OpenFile& file, uint64_t offset, int fd, size_t bytes) {
    if (::fsync(fd) < 0) return fail_errno("write back", "the buffer's file");
    if (int error = ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); error != 0) return fail_errno("drop pages of", "the buffer's file", error);
    auto cached = world.cached_bytes(fd);
    if (!cached) return forward(cached);
    if (*cached != 0) return fail("drop pages of", "the buffer's file", fmt::format("{} bytes stay in memory", *cached), ExitCode::invalid);
    std::vector<std::byte> found(bytes);
    if (::pread(fd, found.data(), bytes, 0) != static_cast<ssize_t>(bytes)) return fail_errno("read", "the buffer's file");
    return wrong_bytes(file.subject, offset, found);
}

/// Brings a range of the file into the cache.
Status fetch(const OpenFile& file, uint64_t offset, size_t bytes) {
    auto fd = file.open_again(0);
    if (!fd) return forward(fd);
    std::vector<std::byte> into(bytes);
    if (::pread(fd->get(), into.data(), bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes)) return fail_errno("fetch", file.path());
    return {};
}

/// Who reads beside: nobody, or so many that wait for the daemon that workers have no room for more.
enum class Company { none, crowd };

/// What a direct read puts into a page of a file is a change of that file: the page is dirty after, whoever cleaned it meanwhile.
Result<Finding> written_back(World& world, ReadCall call, Company company) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    constexpr size_t kBytes = 64 * kKiB;
    constexpr uint64_t kOffset = 1 << 20;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    if (auto s = company == Company::crowd ? fetch(*file, kOffset, kBytes) : make_local(world, *file); !s) return forward(s);
    std::optional<Crowd> crowd;
    if (company == Company::crowd) {
        auto held = hold_crowd(world, *file, 2 << 20);
        if (!held) return forward(held);
        crowd.emplace(std::move(*held));
        if (auto skip = unless_crowded(*crowd)) return world.faults().release(), *skip;
    }
    auto disk = world.disk_directory();
    if (!disk) return forward(disk);
    auto fd = UniqueFd::open(*disk + "/buffer", O_RDWR | O_CREAT);
    if (!fd) return forward(fd);
    const std::vector<std::byte> poison(kBytes, kPoison);
    if (::pwrite(fd->get(), poison.data(), kBytes, 0) != static_cast<ssize_t>(kBytes)) return fail_errno("write", *disk + "/buffer");
    std::string text;
    {
        Mapped target(kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0);
        if (target.memory == MAP_FAILED) return fail_errno("map", *disk + "/buffer");
        if (auto s = world.hold_device(); !s) return forward(s);
        const int64_t pinned = pinned_pages();
        auto reader = world.start_reader([&] { return read_into_file(*file, call, kOffset, target); });
        auto meanwhile = reader ? write_back_meanwhile(world, fd->get(), pinned, kBytes / kBlockBytes) : Status(forward(reader));
        if (auto s = world.repair_device(); !s) return forward(s);
        if (!meanwhile) return forward(meanwhile);
        auto end = reader->wait(kAtOnce);
        text = end ? end->text : fmt::format("a read whose data is here did not come to its end{}: {}", crowd ? fmt::format(" while {} others wait for the daemon", kCrowd) : "", reader->where());
        world.faults().release();
        if (!end) end = reader->wait(kAtOnce);
        if (!end) text += ", not even after the daemon answered";
    }
    if (crowd) {
        auto others = crowd->process.wait(kCrowdsEnd);
        if (text.empty()) text = others ? others->text : "reads that the daemon answered do not return: " + crowd->process.where();
    }
    if (!text.empty()) return failed(text);
    auto lost = what_the_disk_has(world, *file, kOffset, fd->get(), kBytes);
    if (!lost) return forward(lost);
    return lost->empty() ? passed()
                         : failed(fmt::format("{} into a shared mapping of a file of ext4 that was written back while the read was under way: its pages are not "
                                              "dirty after the read, so what was read never reaches that file: {}", read_call_name(call), *lost));
}

std::vector<Case> buffer_cases() {
    std::vector<Case> cases;
    auto add = [&](std::vector<Case> more) { for (auto& one : more) cases.push_back(std::move(one)); };
    add(both_ways("buffers/bad", "A read into memory that is unmapped, read-only or PROT_NONE is EFAULT, and the file reads well after.", kSource, wholly_bad));
    add(both_ways("buffers/half-bad", "A read into memory of which only the beginning can be written is EFAULT, or a count up to there with the right bytes.", kSource, half_bad));
    add(both_ways("buffers/gap", "A read of up to 1 MiB into memory with one bad page in the middle is EFAULT, or a count up to there with the right bytes.", kSource, gap));
    add(both_ways("buffers/bad-segment", "A vectored read with one bad segment is EFAULT, or a count up to that segment with the right bytes.", kSource, bad_segment));
    add(both_ways("buffers/kernel-address", "A read to an address of the kernel is EFAULT.", "read(2), EFAULT; arch access_ok()", kernel_address));
    add(both_ways("buffers/kinds", "Anonymous, shared and file-backed memory, touched or not, registered or not, gets the right bytes.",
                  "mmap(2); mm/gup.c pin_user_pages_fast()", kinds_of_memory));
    cases.push_back({"buffers/sparse-bad-direct", "A direct read of holes into memory that cannot be written is EFAULT, or a count up to it: zeros are data, too.",
                     kSource, bad_over_holes});
    cases = and_on_file(std::move(cases));
    cases.push_back(mapping({"buffers/mapping-of-same-file-direct",
                             "A direct read into a private mapping of a range of the same blob that has to be fetched first ends, with the right bytes.",
                             "open(2), O_DIRECT; fs/ext4/file.c ext4_dio_read_iter() and ext4_dio_write_checks() take the cache file's lock", mapping_of_image}));
    for (const auto& [name, call] : {std::pair{"pread", ReadCall::pread}, std::pair{"libaio", ReadCall::aio_pread}, std::pair{"io-uring", ReadCall::uring_read}})
        cases.push_back({fmt::format("buffers/written-back-{}", name),
                         "A direct read into a shared mapping of a file, whose pages are written back while the read is under way, leaves them dirty: what was read reaches that file.",
                         "Documentation/core-api/pin_user_pages.rst, unpin_user_pages_dirty_lock(); block/bio.c bio_check_pages_dirty()",
                         [call = call](World& w) { return written_back(w, call, Company::none); }});
    cases.push_back({fmt::format("buffers/written-back-behind-{}-libaio", kCrowd),
                     fmt::format("A direct read of local data into pages that are written back while it is under way comes to its end while {} reads of the file wait for the daemon.", kCrowd),
                     "include/linux/workqueue.h, WQ_MAX_ACTIVE; Documentation/core-api/workqueue.rst, \"max_active\"; io_submit(2)",
                     [](World& w) { return written_back(w, ReadCall::aio_pread, Company::crowd); }});
    return cases;
}

const CaseRegistrar registrar{buffer_cases};

}  // namespace

}  // namespace diobench::buffers_cases
