// SPDX-License-Identifier: GPL-2.0-only
// alignment/: what an O_DIRECT read may refuse, and what no read may get wrong.
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <algorithm>
#include <limits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/segments.h"

namespace diobench::alignment_cases {

namespace {

constexpr std::array<size_t, 4> kOdd = {1, 511, 512, 2048};
constexpr std::array kCalls = {ReadCall::pread, ReadCall::preadv, ReadCall::aio_pread, ReadCall::uring_read};
constexpr const char* kSource = "open(2), O_DIRECT: \"alignment restrictions on the length and address of user-space buffers and the file offset\"; "
                                "read(2), EINVAL; fs/erofs/data.c erofs_file_read_iter()";

struct Misfit {
    size_t address = 0;  ///< bytes behind a page
    uint64_t offset = 0;
    size_t length = 0;
};

bool untouched(std::span<const std::byte> data) {
    return std::all_of(data.begin(), data.end(), [](std::byte b) { return b == kPoison; });
}

/// Refused with EINVAL and nothing written, or served as any read.
std::string judge(const ReadTools& tools, const Subject& subject, const ReadDone& done, size_t address, size_t length) {
    auto target = tools.buffer.first(tools.buffer.size());
    std::string around = untouched(target.first(address)) ? "" : describe(subject, done, length) + ": bytes before the buffer were written";
    if (done.result == -EINVAL) {
        if (!untouched(target)) return describe(subject, done, length) + ": failed with EINVAL and wrote into the buffer all the same";
        return {};
    }
    if (!around.empty()) return around;
    auto wrong = check_read(subject, done, target.subspan(address, length));
    if (!wrong.empty()) return wrong + "; right is EINVAL, or all of it";
    if (!untouched(target.subspan(address + (length + kBlockBytes - 1) / kBlockBytes * kBlockBytes)))
        return describe(subject, done, length) + ": bytes behind the buffer were written";
    return {};
}

void read_misfit(ReadTools& tools, const OpenFile& file, ReadCall call, const Misfit& misfit) {
    tools.buffer.poison(tools.buffer.size());
    auto target = tools.buffer.first(tools.buffer.size()).subspan(misfit.address, misfit.length);
    ssize_t result = tools.reads.read(call, file.fd.get(), misfit.offset, target);
    auto name = fmt::format("{} to an address {} bytes behind a page", read_call_name(call), misfit.address);
    tools.complaints.add(judge(tools, file.subject, {name, via_of(tools.flags), misfit.offset, result}, misfit.address, misfit.length));
}

/// Each misfit by each call, over data in the cache file and data that has to be fetched.
Result<Finding> misfits(World& world, const std::vector<Misfit>& list) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    auto tools = ReadTools::create(world, O_DIRECT, 32 * kKiB);
    if (!tools) return forward(tools);
    for (const char* image : {"flat", "inline-tail", "sparse-4k"}) {
        std::string name = std::string(image) == "sparse-4k" ? "hole-odd" : "size-10000";
        auto file = open_file(world, image, name, O_DIRECT, in_one_volume());
        if (!file) return forward(file);
        for (const auto& misfit : list)
            for (ReadCall call : kCalls) read_misfit(*tools, *file, call, misfit);
        // The file still reads.
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 0, 16 * kKiB);
    }
    return tools->complaints.finding();
}

std::vector<Misfit> odd_addresses() {
    std::vector<Misfit> out;
    for (size_t odd : kOdd) out.push_back({odd, 0, 8 * kKiB});
    return out;
}
std::vector<Misfit> odd_offsets() {
    std::vector<Misfit> out;
    for (size_t odd : kOdd)
        for (uint64_t base : {uint64_t{0}, uint64_t{4096}}) out.push_back({0, base + odd, 4 * kKiB});
    return out;
}
std::vector<Misfit> odd_lengths() {
    std::vector<Misfit> out;
    for (size_t odd : kOdd)
        for (size_t base : {size_t{0}, size_t{4096}}) out.push_back({0, 0, base + odd});
    return out;
}

/// The second of three segments is odd.
Result<Finding> odd_segment(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    auto file = open_file(world, "flat", "several", O_DIRECT);
    if (!file) return forward(file);
    auto tools = ReadTools::create(world, O_DIRECT, 64 * kKiB);
    if (!tools) return forward(tools);
    for (ReadCall call : {ReadCall::preadv, ReadCall::aio_preadv, ReadCall::uring_readv})
        for (size_t length : {size_t{512}, size_t{4096 + 512}, size_t{1}}) {
            std::array<size_t, 3> lengths = {4096, length, 8192};
            tools->buffer.poison(tools->buffer.size());
            auto segments = cut_segments(tools->buffer, lengths);
            ssize_t result = tools->reads.read(call, file->fd.get(), 4096, segments);
            auto found = gather(segments);
            auto name = fmt::format("{} of segments of 4096, {} and 8192 bytes", read_call_name(call), length);
            ReadDone done{name, "direct", 4096, result};
            if (result == -EINVAL)
                tools->complaints.add(untouched(found) ? "" : describe(file->subject, done, found.size()) + ": failed with EINVAL and wrote all the same");
            else
                tools->complaints.add(check_read(file->subject, done, found));
        }
    return tools->complaints.finding();
}

/// Any byte of a buffered file, also on a kernel that serves O_DIRECT from the page cache.
Result<Finding> buffered_any(World& world, int flags) {
    auto tools = ReadTools::create(world, flags, 32 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "inline-tail", "size-10000", flags);
    if (!file) return forward(file);
    for (auto list : {odd_addresses(), odd_offsets(), odd_lengths()})
        for (const auto& misfit : list)
            for (ReadCall call : kCalls) {
                tools->buffer.poison(tools->buffer.size());
                auto target = tools->buffer.first(tools->buffer.size()).subspan(misfit.address, misfit.length);
                ssize_t result = tools->reads.read(call, file->fd.get(), misfit.offset, target);
                tools->complaints.add(check_read(file->subject, {std::string(read_call_name(call)), via_of(flags), misfit.offset, result}, target));
            }
    return tools->complaints.finding();
}

Result<Finding> zero_length(World& world, int flags) {
    return check_every_file(world, flags, 8 * kKiB, {"flat", "inline-tail"}, [](ReadTools& tools, const Subject& subject, int fd) -> Status {
        for (ReadCall call : {ReadCall::pread, ReadCall::preadv, ReadCall::aio_pread, ReadCall::uring_read})
            for (uint64_t offset : {uint64_t{0}, uint64_t{4096}, uint64_t{1} << 30}) {
                tools.buffer.poison(kBlockBytes);
                ssize_t result = tools.reads.read(call, fd, offset, tools.buffer.first(0));
                auto wrong = result == 0 && untouched(tools.buffer.first(kBlockBytes)) ? "" : result_text(result) + "; right is 0 and an untouched buffer";
                tools.complaints.add(wrong.empty() ? wrong : describe(subject, {std::string(read_call_name(call)), via_of(tools.flags), offset, result}, 0) + ": " + wrong);
            }
        return {};
    });
}

/// Longer than any read may be (MAX_RW_COUNT), from a buffer that has room for the file.
Result<Finding> longest_read(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 512 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "flat", "several", flags);
    if (!file) return forward(file);
    for (size_t length : {size_t{1} << 30, size_t{0x7FFFF000}, size_t{0x80000000}, size_t{1} << 40}) {
        tools->buffer.poison(tools->buffer.size());
        ssize_t n = ::pread(file->fd.get(), tools->buffer.data(), length, 0);
        ReadDone done{"pread", via_of(flags), 0, n < 0 ? -errno : n};
        // Memory behind the buffer does not exist.
        if (done.result == -EFAULT) continue;
        auto wrong = check_read(file->subject, done, tools->buffer.first(tools->buffer.size()));
        tools->complaints.add(wrong.empty() ? wrong : fmt::format("asked for {} bytes: {}", length, wrong));
    }
    return tools->complaints.finding();
}

Result<Finding> impossible_offsets(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 8 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "flat", "several", flags);
    if (!file) return forward(file);
    for (int64_t offset : {int64_t{-4096}, int64_t{-1}, std::numeric_limits<int64_t>::max() - 4095, std::numeric_limits<int64_t>::max() - 8191}) {
        tools->buffer.poison(tools->buffer.size());
        ssize_t n = ::pread(file->fd.get(), tools->buffer.data(), 4096, offset);
        bool refused = n < 0 && (errno == EINVAL || errno == EOVERFLOW);
        bool right = refused || (offset > 0 && n == 0);
        right = right && untouched(tools->buffer.first(8 * kKiB));
        tools->complaints.add(right ? "" : fmt::format("{} pread of 4096 bytes at {}: {}; right is {}", via_of(flags), offset,
                                                       result_text(n < 0 ? -errno : n), offset < 0 ? "EINVAL" : "0, EINVAL or EOVERFLOW"));
    }
    return tools->complaints.finding();
}

/// One unit at the worst place that statx(2) allows.
Result<Finding> keeps_statx(World& world) {
    auto file = open_file(world, "flat", "several", 0);
    if (!file) return forward(file);
    struct statx answer {};
    if (::statx(file->fd.get(), "", AT_EMPTY_PATH, STATX_DIOALIGN, &answer) < 0) return fail_errno("statx", file->path());
    const size_t unit = answer.stx_dio_offset_align;
    const size_t address = answer.stx_dio_mem_align;
    if ((answer.stx_mask & STATX_DIOALIGN) == 0) return noted("statx(STATX_DIOALIGN) is not answered");
    if (unit == 0) return world.direct() == DirectSupport::direct ? failed("statx(2) says that there is no direct I/O, and there is") : passed();
    if (world.direct() == DirectSupport::refused) return failed(fmt::format("statx(2) says {} bytes, and open(2) refuses O_DIRECT", unit));
    auto direct = file->open_again(O_DIRECT);
    if (!direct) return forward(direct);
    auto tools = ReadTools::create(world, O_DIRECT, 3 * std::max(unit, kBlockBytes));
    if (!tools) return forward(tools);
    for (ReadCall call : kCalls) {
        tools->buffer.poison(tools->buffer.size());
        auto target = tools->buffer.first(address + unit).subspan(address);
        const ssize_t n = tools->reads.read(call, direct->get(), 5 * unit, target);
        auto name = fmt::format("{} of what statx(2) says, to an address {} bytes behind a page", read_call_name(call), address);
        tools->complaints.add(check_read(file->subject, {name, "direct", 5 * unit, n}, target));
    }
    return tools->complaints.finding();
}

std::vector<Case> alignment_cases() {
    const std::string either = " is refused with EINVAL and leaves the buffer alone, or gives the right bytes; it never gives others.";
    const std::vector<Case> direct = {
        {"alignment/address", "An O_DIRECT read to an address that is not a multiple of 4096" + either, kSource, [](World& w) { return misfits(w, odd_addresses()); }},
        {"alignment/offset", "An O_DIRECT read at an offset that is not a multiple of 4096" + either, kSource, [](World& w) { return misfits(w, odd_offsets()); }},
        {"alignment/length", "An O_DIRECT read of a length that is not a multiple of 4096" + either, kSource, [](World& w) { return misfits(w, odd_lengths()); }},
        {"alignment/segment", "An O_DIRECT read with one segment whose length is not a multiple of 4096" + either, kSource, odd_segment},
    };
    std::vector<Case> cases = {
        {"alignment/direct-through-page-cache", "A kernel that serves O_DIRECT from the page cache serves any alignment.", kSource,
         [](World& w) -> Result<Finding> {
             if (w.direct() != DirectSupport::buffered) return skipped("O_DIRECT reads of this kernel do not go through the page cache");
             return buffered_any(w, O_DIRECT);
         }},
    };
    for (const auto& backend : other_backends())
        if (is_file_backed(backend.name)) cases.push_back(on_backend(cases.front(), backend));
    append(cases, everywhere({"alignment/statx", "What statx(2) says of the alignment holds: a direct read of one such unit at an address that is no more aligned gives the right "
                              "bytes, and 0 is said only where no read is direct.",
                              "statx(2), STATX_DIOALIGN: 0 means that direct I/O is not supported; fs/erofs/inode.c, erofs_getattr()", keeps_statx}));
    for (const auto& one : direct) append(cases, everywhere(one));
    append(cases, everywhere({"alignment/buffered", "A buffered read has no alignment: any address, offset and length gives the right bytes.", "read(2); mm/filemap.c filemap_read()",
                              [](World& w) { return buffered_any(w, 0); }}));
    auto add = [&](const char* name, const char* right, const char* source, Result<Finding> (*body)(World&, int)) {
        append(cases, both_ways_everywhere(name, right, source, body));
    };
    add("alignment/zero-length", "A read of 0 bytes returns 0 and touches nothing.", "read(2): \"zero is returned\" for a count of 0; mm/filemap.c generic_file_read_iter()", zero_length);
    add("alignment/longest-read", "A count above MAX_RW_COUNT is cut to it: a file that is shorter comes whole, or EFAULT if the buffer is not there.",
        "read(2), NOTES: at most 0x7ffff000 bytes; fs/read_write.c rw_verify_area()", longest_read);
    add("alignment/impossible-offset", "A negative offset is EINVAL; the largest offsets are behind every end.", "pread(2), EINVAL; fs/read_write.c", impossible_offsets);
    return cases;
}

const CaseRegistrar registrar{alignment_cases};

}  // namespace

}  // namespace diobench::alignment_cases
