// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/reading.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/engine/page_layout.h"

namespace diobench {

namespace {

constexpr size_t kMostTold = 3;
// Enough to tell one place from any other: content is random in each 8 bytes.
constexpr size_t kSampleBytes = 16;

size_t pages_of(size_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

/// Every 7th page first, then the next ones: neighbours get their memory far apart in time.  The kernel writes
/// zeros there itself: a page fault costs a process of ARCH=um three switches to its tracer and back.
Status touch_scattered(std::byte* data, size_t pages) {
    constexpr size_t kStride = 7;
    std::vector<iovec> order;
    for (size_t first = 0; first < kStride; ++first)
        for (size_t page = first; page < pages; page += kStride) order.push_back({data + page * kBlockBytes, kBlockBytes});
    auto zeros = UniqueFd::open("/dev/zero", O_RDONLY);
    if (!zeros) return forward(zeros);
    for (size_t done = 0; done < order.size();) {
        const size_t count = std::min<size_t>(order.size() - done, IOV_MAX);
        if (::readv(zeros->get(), &order[done], static_cast<int>(count)) != static_cast<ssize_t>(count * kBlockBytes))
            return fail_errno("fill", "a buffer with zeros");
        done += count;
    }
    return {};
}

bool all_are(std::span<const std::byte> data, std::byte value) {
    return std::all_of(data.begin(), data.end(), [&](std::byte b) { return b == value; });
}

/// Offset in the file at which `sample` is found, which is not in a hole; npos if nowhere.
size_t find_in_file(const TestImage& image, const TestFile& file, uint64_t seed, std::string_view sample) {
    // Not in holes at its start: a file may begin with gigabytes of them.
    uint64_t begin = 0;
    for (const Hole& hole : file.holes)
        if (hole.first_block * kBlockBytes <= begin) begin = std::min((hole.first_block + hole.blocks) * kBlockBytes, file.size_bytes);
    auto bytes = right_bytes({&image, &file, seed}, begin, file.size_bytes - begin);
    const size_t at = std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(sample);
    return at == std::string_view::npos ? at : begin + at;
}

/// "zeros" and the like: what needs no search.  Empty if it is something else.
std::string plain_origin(std::span<const std::byte> sample) {
    if (all_are(sample, std::byte{0})) return "zeros";
    if (all_are(sample, kPoison)) return "what was in the buffer before the read";
    return {};
}

}  // namespace

Result<ReadBuffer> ReadBuffer::reserve(size_t bytes) {
    size_t pages = pages_of(bytes);
    size_t whole = (pages + 2) * kBlockBytes;
    void* memory = ::mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", fmt::format("a buffer of {} bytes", bytes));
    auto* data = static_cast<std::byte*>(memory) + kBlockBytes;
    ReadBuffer buffer(data, pages * kBlockBytes);
    // Huge pages would be physically contiguous.
    ::madvise(memory, whole, MADV_NOHUGEPAGE);
    if (pages > 0 && ::mprotect(data, pages * kBlockBytes, PROT_READ | PROT_WRITE) < 0) return fail_errno("unprotect", "a buffer");
    return buffer;
}

Result<ReadBuffer> ReadBuffer::create(size_t bytes) {
    auto buffer = reserve(bytes);
    if (!buffer) return buffer;
    if (auto s = touch_scattered(buffer->data_, pages_of(bytes)); !s) return forward(s);
    return buffer;
}

Result<ReadBuffer> ReadBuffer::create_contiguous(size_t bytes) {
    auto buffer = reserve(bytes);
    if (!buffer) return buffer;
    if (auto s = touch_contiguous(buffer->data_, buffer->bytes_); !s) return forward(s);
    return buffer;
}

ReadBuffer::ReadBuffer(ReadBuffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }

ReadBuffer::~ReadBuffer() {
    if (data_ != nullptr) ::munmap(data_ - kBlockBytes, bytes_ + 2 * kBlockBytes);
}

void ReadBuffer::poison(size_t bytes) const { std::fill_n(data_, std::min(bytes, bytes_), kPoison); }

uint64_t Subject::right_count(uint64_t offset, uint64_t length) const {
    return offset >= size() ? 0 : std::min(length, size() - offset);
}

std::vector<std::byte> right_bytes(const Subject& subject, uint64_t offset, uint64_t length) {
    std::vector<std::byte> out(subject.right_count(offset, length));
    FileContent content = subject.file->content(subject.seed);
    std::array<std::byte, kBlockBytes> block;
    for (size_t done = 0; done < out.size();) {
        uint64_t at = offset + done;
        size_t within = at % kBlockBytes;
        size_t part = std::min(out.size() - done, kBlockBytes - within);
        content.fill(at / kBlockBytes, block);
        std::memcpy(out.data() + done, block.data() + within, part);
        done += part;
    }
    return out;
}

std::string origin_of(const Subject& subject, uint64_t offset, std::span<const std::byte> found) {
    auto sample = found.first(std::min(found.size(), kSampleBytes));
    if (auto plain = plain_origin(sample); !plain.empty()) return plain;
    std::string_view text(reinterpret_cast<const char*>(sample.data()), sample.size());
    // A few bytes are found anywhere.
    if (sample.size() < sizeof(uint64_t)) return "neither zeros nor what was in the buffer before";
    if (auto at = find_in_file(*subject.image, *subject.file, subject.seed, text); at != std::string_view::npos)
        return fmt::format("the data of offset {} of the same file (shifted by {:+} bytes)", at,
                           static_cast<int64_t>(at) - static_cast<int64_t>(offset));
    for (const auto& other : subject.image->files)
        if (auto at = find_in_file(*subject.image, other, subject.seed, text); at != std::string_view::npos)
            return fmt::format("the data of offset {} of another file, {}", at, other.name);
    return fmt::format("data of no file of the image, beginning {:02x}{:02x}{:02x}{:02x}", static_cast<unsigned>(sample[0]),
                       static_cast<unsigned>(sample[1]), static_cast<unsigned>(sample[2]), static_cast<unsigned>(sample[3]));
}

std::string wrong_bytes(const Subject& subject, uint64_t offset, std::span<const std::byte> found) {
    FileContent content = subject.file->content(subject.seed);
    auto first = content.first_mismatch(offset, found);
    if (!first) return {};
    auto right = right_bytes(subject, offset, found.size());
    size_t begin = *first - offset;
    size_t last = right.size();
    while (found[last - 1] == right[last - 1]) --last;
    size_t wrong = 0;
    for (size_t i = begin; i < last; ++i) wrong += found[i] != right[i] ? 1 : 0;
    bool hole = content.in_hole(*first / kBlockBytes);
    return fmt::format("{} wrong bytes in [{}, {}) of the file; at {} there are {}, right is {}", wrong, *first, offset + last, *first,
                       origin_of(subject, *first, found.subspan(begin, last - begin)), hole ? "zeros (a hole)" : "the data of that offset");
}

std::string check_read_or_error(const Subject& subject, const ReadDone& done, std::span<const std::byte> buffer, uint64_t delivered_bytes) {
    const std::string what = describe(subject, done, buffer.size());
    if (done.result == -EIO) return {};
    if (done.result < 0) return fmt::format("{}, {}; right is EIO", what, result_text(done.result));
    const auto count = static_cast<uint64_t>(done.result);
    if (count == 0) return fmt::format("{}, returned 0 as at the end of the file; right is EIO", what);
    if (auto wrong = wrong_bytes(subject, done.offset, buffer.first(count)); !wrong.empty()) return what + ", returned " + std::to_string(count) + ": " + wrong;
    if (count > delivered_bytes) return fmt::format("{}, returned {} bytes of which {} were delivered", what, count, delivered_bytes);
    return {};
}

std::string result_text(ssize_t result) {
    if (result >= 0) return fmt::format("returned {}", result);
    int error = static_cast<int>(-result);
    const char* name = ::strerrorname_np(error);
    return fmt::format("failed with {} ({})", name != nullptr ? name : std::to_string(error), std::strerror(error));
}

std::string describe(const Subject& subject, const ReadDone& done, uint64_t length) {
    return fmt::format("{} {}, {} bytes at {} of {} ({} bytes long)", done.via, done.call, length, done.offset, subject.name(), subject.size());
}

namespace {

/// Behind the returned count.
std::string check_rest(const Subject& subject, uint64_t offset, uint64_t count, std::span<const std::byte> buffer) {
    uint64_t end = buffer.size();
    if (subject.rest == Rest::of_block) end = std::min<uint64_t>(end, (count + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    for (uint64_t i = count; i < buffer.size(); ++i) {
        bool zero = i < end && buffer[i] == std::byte{0};
        if (zero || buffer[i] == kPoison) continue;
        return fmt::format("wrote behind what it returned: byte {} of the buffer, {} bytes behind, holds {}; right is to leave it alone", i,
                           i - count, origin_of(subject, offset + i, buffer.subspan(i)));
    }
    return {};
}

}  // namespace

std::string check_read(const Subject& subject, const ReadDone& done, std::span<const std::byte> buffer) {
    std::string what;
    uint64_t right = subject.right_count(done.offset, buffer.size());
    if (done.result < 0 || static_cast<uint64_t>(done.result) != right) {
        what = fmt::format("{}; right is {}", result_text(done.result), right);
    } else {
        what = wrong_bytes(subject, done.offset, buffer.first(right));
        if (what.empty()) what = check_rest(subject, done.offset, right, buffer);
    }
    return what.empty() ? what : describe(subject, done, buffer.size()) + ": " + what;
}

void Complaints::add(std::string text) {
    ++checks_;
    if (text.empty()) return;
    ++wrong_;
    if (first_.size() < kMostTold) first_.push_back(std::move(text));
}

Finding Complaints::finding() const {
    if (wrong_ == 0) return passed();
    std::string text = join(first_, "\n");
    if (wrong_ > 1) text = fmt::format("{} of {} checks failed. {}", wrong_, checks_, text);
    if (wrong_ > first_.size()) text += "\n...";
    return failed(std::move(text));
}

}  // namespace diobench
