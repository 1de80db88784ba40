// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/verify.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/image/layout.h"
#include "bench/common/plan/requests.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/cell/verify_queued.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

namespace {

constexpr std::array<std::string_view, 4> kNames = {"buffered-seq", "buffered-rand", "direct", "mmap"};
constexpr uint64_t kLargeRead = 128 << 10;
/// Of several extents where a file is in pieces.
constexpr uint64_t kLargestRead = 1 << 20;

/// Reads one range; an empty string if what came is what should come.
std::string check_read(int fd, const KnownContent& content, uint64_t offset, std::span<std::byte> buffer) {
    // What was in the buffer must not look like the right answer.
    std::memset(buffer.data(), 0xA5, buffer.size());
    ssize_t n = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (n < 0) return fmt::format("pread of {} bytes at {}: {}", buffer.size(), offset, std::strerror(errno));
    uint64_t want = offset >= content.size_bytes() ? 0 : std::min<uint64_t>(buffer.size(), content.size_bytes() - offset);
    if (static_cast<uint64_t>(n) != want) return fmt::format("pread of {} bytes at {} returned {}, right is {}", buffer.size(), offset, n, want);
    auto wrong = content.first_mismatch(offset, buffer.first(want));
    if (wrong) return fmt::format("wrong bytes at offset {} (pread of {} at {})", *wrong, buffer.size(), offset);
    return {};
}

struct Step {
    uint64_t block_size_bytes;
    Pattern pattern;
};

std::vector<Step> steps_of(ReadPath path) {
    switch (path) {
    case ReadPath::buffered_sequential: return {{kLargeRead, Pattern::sequential}};
    case ReadPath::buffered_random: return {{kBlockBytes, Pattern::random}};
    case ReadPath::direct: return {{kLargestRead, Pattern::sequential}, {kLargeRead, Pattern::sequential}, {kBlockBytes, Pattern::random}};
    case ReadPath::mapped: break;
    }
    return {};
}

/// Every read of one step; an empty string if all is right.
std::string check_step(int fd, const KnownContent& content, const Step& step, uint64_t seed, std::byte* buffer) {
    const uint64_t reads = (content.size_bytes() + step.block_size_bytes - 1) / step.block_size_bytes;
    auto offsets = make_offsets(step.pattern, step.block_size_bytes, reads, reads * step.block_size_bytes, seed);
    const uint64_t end = (content.size_bytes() + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    offsets.push_back(end);
    offsets.push_back(end + step.block_size_bytes);
    for (uint64_t offset : offsets) {
        std::string wrong = check_read(fd, content, offset, {buffer, step.block_size_bytes});
        if (!wrong.empty()) return fmt::format("{}, {} reads of {} bytes", wrong, name_of(step.pattern), step.block_size_bytes);
    }
    return {};
}

std::string check_mapping(int fd, const KnownContent& content) {
    void* data = ::mmap(nullptr, content.size_bytes(), PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) return fmt::format("mmap: {}", std::strerror(errno));
    auto wrong = content.first_mismatch(0, {static_cast<const std::byte*>(data), content.size_bytes()});
    ::munmap(data, content.size_bytes());
    return wrong ? fmt::format("wrong bytes at offset {} of the mapping", *wrong) : std::string();
}

std::string check_file(int fd, const KnownContent& content, ReadPath path, uint64_t seed, std::byte* buffer) {
    // Without this, readahead would serve the random reads from its windows.
    if (path == ReadPath::buffered_random) ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    if (path == ReadPath::mapped) return check_mapping(fd, content);
    for (const Step& step : steps_of(path))
        if (std::string wrong = check_step(fd, content, step, seed, buffer); !wrong.empty()) return wrong;
    return {};
}

}  // namespace

std::string_view name_of(ReadPath path) { return kNames[static_cast<size_t>(path)]; }

ReadPath path_of(const Cell& cell) {
    if (cell.io == IoMode::direct) return ReadPath::direct;
    if (cell.io == IoMode::mmap) return ReadPath::mapped;
    return cell.pattern == Pattern::sequential ? ReadPath::buffered_sequential : ReadPath::buffered_random;
}

nlohmann::json PathResult::to_json() const {
    return {{"layout", layout}, {"path", name_of(path)}, {"status", status}, {"reason", reason}, {"bytes_checked", bytes_checked}, {"seconds", seconds}};
}

std::vector<const TestFile*> files_of(const Cell& cell, const GuestImage& image) {
    if (cell.pattern == Pattern::tree) return tree_files(image.files);
    if (cell.pattern != Pattern::trace) return data_files(image.files);
    std::vector<const TestFile*> all;
    for (const auto& file : image.files) all.push_back(&file);
    return all;
}

Result<PathResult> verify_path(const std::vector<const TestFile*>& files, const std::string& directory, ReadPath path, Queued queued, uint64_t seed,
                               KnownContents& contents) {
    if (auto s = drop_caches(); !s) return forward(s);
    PathResult result{"", path, "pass", "", 0, 0};
    auto buffer = AlignedBuffer::create(kLargestRead);
    if (!buffer) return forward(buffer);
    for (const TestFile* file : files) {
        auto fd = UniqueFd::open(directory + "/" + file->name, O_RDONLY | (path == ReadPath::direct ? O_DIRECT : 0));
        if (!fd) {
            bool refused = path == ReadPath::direct && fd.error().errno_value == EINVAL;
            result.status = refused ? "refused" : "fail";
            result.reason = fmt::format("open: {}", std::strerror(fd.error().errno_value));
            return result;
        }
        const KnownContent& content = contents.of(file->content(seed));
        std::string wrong = check_file(fd->get(), content, path, seed, buffer->data());
        if (!wrong.empty()) {
            result.status = "fail";
            result.reason = files.size() == 1 ? wrong : file->name + ": " + wrong;
            return result;
        }
        result.bytes_checked += content.size_bytes();
    }
    if (path != ReadPath::direct || queued == Queued::no) return result;
    auto wrong = verify_queued(files, directory, seed, contents);
    if (!wrong) return forward(wrong);
    if (!wrong->empty()) result.status = "fail";
    result.reason = *wrong;
    return result;
}

}  // namespace diobench
