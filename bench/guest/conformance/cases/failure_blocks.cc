// SPDX-License-Identifier: GPL-2.0-only
// failure/cache-cut-at-end-* and failure/daemon-writes-*: of a block of the cache file only a part is there.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::failure_blocks_cases {

namespace {

// A flat file whose last block has 1808 bytes, and padding behind them.
constexpr const char* kImage = "flat";
constexpr const char* kFile = "size-10000";
constexpr uint64_t kEnd = 8192;  ///< where its last block begins
constexpr ReadCall kCalls[] = {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read};

/// Cuts a cache file, and has what the file system zeroes behind the new end written back: a page that is dirty is read by other means.
Status cut(const std::string& path, uint64_t bytes) {
    auto fd = UniqueFd::open(path, O_RDWR);
    if (!fd) return forward(fd);
    if (::ftruncate(fd->get(), static_cast<off_t>(bytes)) < 0 || ::fsync(fd->get()) < 0) return fail_errno("truncate", path);
    return {};
}

/// The last block of a file is cut in the cache file, less and less of it left.
Result<Finding> cut_at_end(World& world, unsigned block_bytes, const std::vector<uint64_t>& lefts) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.block_bytes = block_bytes}); !s) return forward(s);
    auto warm = open_warm(world, kImage, kFile, O_DIRECT);
    if (!warm) return forward(warm);
    auto& [file, path] = *warm;
    auto place = place_of_block(path, file.subject, kEnd / kBlockBytes);
    if (!place) return forward(place);
    auto tools = ReadTools::create(world, O_DIRECT, kEnd + kBlockBytes);
    if (!tools) return forward(tools);
    // From here on the kernel knows that the range is there.
    tools->read_and_check(file.subject, file.fd.get(), ReadCall::pread, 0, kEnd + kBlockBytes);
    for (const uint64_t left : lefts)
        for (const ReadCall call : kCalls)
            for (const uint64_t offset : {kEnd, uint64_t{0}}) {
                if (auto s = cut(path, *place * kBlockBytes + left); !s) return forward(s);
                world.announce(fmt::format("direct {} at {} of {}, of whose last block the cache file has {} bytes", read_call_name(call), offset, file.subject.name(), left));
                const auto into = tools->buffer.first(kEnd + kBlockBytes - offset);
                tools->buffer.poison(tools->buffer.size());
                const ReadDone done{std::string(read_call_name(call)), "direct", offset, tools->reads.read(call, file.fd.get(), offset, into)};
                auto wrong = check_read_or_error(file.subject, done, into, into.size());
                tools->complaints.add(wrong.empty() ? wrong : fmt::format("with {} bytes of the last block left in the cache file: {}", left, wrong));
            }
    return tools->complaints.finding();
}

/// A direct read by a process of its own, as read_once() by `call`.
std::string read_by(const Subject& subject, const std::string& path, ReadCall call, const ReadOnce& what) {
    auto fd = UniqueFd::open(path, O_RDONLY | O_DIRECT);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(what.length);
    if (!buffer) return buffer.error().message();
    auto reads = Reads::create();
    if (!reads) return reads.error().message();
    buffer->poison(what.length);
    const auto into = buffer->first(what.length);
    const ReadDone done{std::string(read_call_name(call)), "direct", what.offset, reads->read(call, fd->get(), what.offset, into)};
    return check_read(subject, done, into);
}

/// A file whose last block has padding, and who reads that first: once it was read all of it is known to be there.
struct Padded {
    const char* file;
    uint64_t end;      ///< where its last block begins
    uint64_t written;  ///< of that block, in sectors
    ReadCall call;
};
constexpr Padded kPadded[] = {{"size-10000", 8192, 2048, ReadCall::aio_pread}, {"several", 300 << 10, 1536, ReadCall::uring_read}, {"size-511", 0, 512, ReadCall::pread}};

/// The daemon writes ahead of all reads, and leaves out the sectors behind the end of the file, which are zero.
Result<Finding> padding_left_out(World& world, unsigned block_bytes) {
    if (auto skip = unless_direct(world)) return *skip;
    auto script = DaemonScript::begin(world, {.block_bytes = block_bytes});
    if (!script) return forward(script);
    auto mounted = mount_file(world, *script, kImage, "several");
    if (!mounted) return forward(mounted);
    Complaints complaints;
    for (const Padded& padded : kPadded) {
        const Subject subject{mounted->subject.image, mounted->subject.image->file(padded.file), world.seed()};
        auto place = place_of_block(fmt::format("/images/{}.0.erofs", kImage), subject, padded.end / kBlockBytes);
        if (!place) return forward(place);
        if (auto s = script->write(mounted->object_id, *place * kBlockBytes, padded.written); !s) return forward(s);
        const auto what = fmt::format("direct {} of the last block of {}, of which the daemon wrote {} bytes ahead of the read", read_call_name(padded.call), subject.name(), padded.written);
        world.announce(what);
        auto reader = world.start_reader([&] {
            return read_by(subject, mounted->mount.file(padded.file), padded.call, {.offset = padded.end, .length = kBlockBytes});
        });
        if (!reader) return forward(reader);
        auto wrong = script->answer_until_end(*reader, what);
        if (!wrong) return forward(wrong);
        complaints.add(*wrong);
    }
    return complaints.finding();
}

/// As check_read_or_error(), but of each block behind its first `sectors_bytes` there may be zeros as well: to a file system a block is there or not.
std::string check_sectors(const Subject& subject, const ReadDone& done, std::span<std::byte> buffer, size_t sectors_bytes) {
    const auto right = right_bytes(subject, done.offset, buffer.size());
    for (size_t at = 0; at < static_cast<size_t>(std::max<ssize_t>(done.result, 0)); ++at)
        if (at % kBlockBytes >= sectors_bytes && buffer[at] == std::byte{0}) buffer[at] = right[at];
    return check_read_or_error(subject, done, buffer, buffer.size());
}

/// Five sectors of each block, written ahead of all reads.
Result<Finding> five_sectors(World& world, unsigned block_bytes) {
    constexpr size_t kWritten = 5 * 512;
    constexpr size_t kBlocks = 8;
    if (auto skip = unless_direct(world)) return *skip;
    auto script = DaemonScript::begin(world, {.block_bytes = block_bytes});
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "large", "large");
    if (!file) return forward(file);
    Complaints complaints;
    uint64_t offset = 1 << 20;
    for (const ReadCall call : kCalls) {
        auto place = place_of_block("/images/large.0.erofs", file->subject, offset / kBlockBytes);
        if (!place) return forward(place);
        for (size_t block = 0; block < kBlocks; ++block)
            if (auto s = script->write(file->object_id, (*place + block) * kBlockBytes, kWritten); !s) return forward(s);
        const auto what = fmt::format("direct {} of {} blocks of which the daemon wrote 5 sectors each", read_call_name(call), kBlocks);
        world.announce(what);
        auto reader = world.start_reader([&, at = offset]() -> std::string {
            auto fd = UniqueFd::open(file->path(), O_RDONLY | O_DIRECT);
            if (!fd) return fd.error().message();
            auto tools = ReadTools::create(world, O_DIRECT, kBlocks * kBlockBytes);
            if (!tools) return tools.error().message();
            const auto into = tools->buffer.first(kBlocks * kBlockBytes);
            tools->buffer.poison(into.size());
            const ReadDone done{std::string(read_call_name(call)), "direct", at, tools->reads.read(call, fd->get(), at, into)};
            return check_sectors(file->subject, done, into, kWritten);
        });
        if (!reader) return forward(reader);
        auto wrong = script->answer_until_end(*reader, what);
        if (!wrong) return forward(wrong);
        complaints.add(*wrong);
        offset += 2 * kBlocks * kBlockBytes;
    }
    return complaints.finding();
}

const char* const kSource = "fs/cachefiles/io.c, cachefiles_do_prepare_read(): what is there is rounded to blocks of the cache (cache->bsize); "
                            "read(2): EINVAL is of the caller's arguments, EIO of the data";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (const unsigned block_bytes : {4096U, 1024U}) {
        const std::string of = block_bytes == 4096 ? "" : "1k-";
        const std::string cache = block_bytes == 4096 ? "" : " (a cache with blocks of 1 KiB)";
        cases.push_back({fmt::format("failure/cache-cut-at-end-{}direct", of),
                         "A direct read of a file's last block, of which a truncated cache file has whole sectors but not all, is EIO or right, and returns" + cache + ".", kSource,
                         [=](World& w) { return cut_at_end(w, block_bytes, {3072, 2048, 512}); }});
        cases.push_back({fmt::format("failure/daemon-leaves-padding-out-{}direct", of),
                         "A direct read of a file's last block, of which the daemon wrote the sectors with data and not the padding, is right: the daemon is asked for the rest" + cache + ".", kSource,
                         [=](World& w) { return padding_left_out(w, block_bytes); }});
        cases.push_back({fmt::format("failure/daemon-writes-sectors-{}direct", of),
                         "A direct read of blocks of which the daemon wrote five sectors each has these right, or is EIO, and returns" + cache + ".", kSource,
                         [=](World& w) { return five_sectors(w, block_bytes); }});
    }
    cases.push_back({"failure/cache-cut-in-sector-at-end-direct",
                     "A direct read of a file's last block, in which a truncated cache file ends in the middle of a sector, is EIO or right: the caller's arguments are not invalid.", kSource,
                     [](World& w) { return cut_at_end(w, 4096, {3000, 1000}); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::failure_blocks_cases
