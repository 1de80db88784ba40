// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_targets.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>

#include "bench/common/base/units.h"

namespace diobench {

namespace {

/// With more segments no page is left free between two of them.
constexpr size_t kMostApart = 24;
constexpr size_t kContiguousBytes = 256 * kKiB;
constexpr std::byte kScribble{0x5C};

size_t whole_pages(size_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes; }

bool is_poison(const std::byte* data, size_t bytes) {
    static const std::vector<std::byte> poison(2 * kBlockBytes, kPoison);
    for (size_t at = 0; at < bytes; at += poison.size())
        if (std::memcmp(data + at, poison.data(), std::min(poison.size(), bytes - at)) != 0) return false;
    return true;
}

/// Pages that a segment is given: its own, and one behind.
size_t room_of(size_t segment, size_t shift, bool apart) { return whole_pages(segment + shift) + (apart ? kBlockBytes : 0); }

}  // namespace

Result<Arena> Arena::create(ReadMemory kind, size_t bytes) {
    if (kind == ReadMemory::shared_file) {
        void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return fail_errno("map", "shared memory");
        return Arena({static_cast<std::byte*>(memory), bytes});
    }
    auto buffer = kind == ReadMemory::contiguous ? ReadBuffer::create_contiguous(bytes) : ReadBuffer::create(bytes);
    if (!buffer) return forward(buffer);
    Arena out(buffer->first(bytes));
    out.buffer_.emplace(std::move(*buffer));
    return out;
}

Arena::Arena(Arena&& other) noexcept : buffer_(std::move(other.buffer_)), span_(std::exchange(other.span_, {})), used_(other.used_) {}

Arena::~Arena() {
    if (!buffer_ && !span_.empty()) ::munmap(span_.data(), span_.size());
}

std::span<std::byte> Arena::take(size_t bytes) {
    if (used_ + bytes > span_.size()) return {};
    used_ += bytes;
    return span_.subspan(used_ - bytes, bytes);
}

Result<ReadTargets> ReadTargets::create(uint64_t bytes) {
    ReadTargets out(bytes);
    if (auto arena = out.arena(ReadMemory::scattered); !arena) return forward(arena);
    return out;
}

Result<Arena*> ReadTargets::arena(ReadMemory kind) {
    auto& found = arenas_.at(static_cast<size_t>(kind));
    if (found) return &*found;
    // Gaps take as much again where segments are single pages, and so does what is not aligned.
    auto made = Arena::create(kind, kind == ReadMemory::contiguous ? std::min<uint64_t>(bytes_, kContiguousBytes) : 4 * bytes_);
    if (!made) return forward(made);
    found.emplace(std::move(*made));
    if (left_out_) ::madvise(found->span().data(), found->span().size(), MADV_DONTFORK);
    return &*found;
}

void ReadTargets::leave_out_of_children() {
    left_out_ = true;
    for (const auto& one : arenas_)
        if (one) ::madvise(one->span().data(), one->span().size(), MADV_DONTFORK);
}

void ReadTargets::let_go() {
    targets_.clear();
    bad_.clear();
    mappings_.clear();
}

Status ReadTargets::lay_out(std::span<const SceneRead> reads, const MappableFile& file) {
    let_go();
    for (auto& one : arenas_)
        if (one) one->take_all_back();
    for (const auto& read : reads) {
        auto target = lay_out(read, file);
        if (!target) return forward(target);
        targets_.push_back(std::move(*target));
    }
    return {};
}

Result<ReadTargets::Target> ReadTargets::lay_out(const SceneRead& read, const MappableFile& file) {
    switch (read.memory) {
    case ReadMemory::no_access:
    case ReadMemory::read_only: return in_bad_memory(read);
    case ReadMemory::image_private:
    case ReadMemory::image_shared:
        if (file.size_bytes > 0 && read.length() > 0) return in_mapping(read, file);
        [[fallthrough]];
    default: return in_arena(read);
    }
}

Result<ReadTargets::Target> ReadTargets::in_arena(const SceneRead& read) {
    const bool apart = read.segments.size() <= kMostApart;
    size_t room = 0;
    for (const size_t length : read.segments) room += room_of(length, read.shift, apart);
    Target out{.writable_bytes = read.length()};
    if (read.memory == ReadMemory::contiguous || read.memory == ReadMemory::shared_file) {
        auto wanted = arena(read.memory);
        // After a while there may be no pages left that are neighbours.
        if (!wanted && read.memory == ReadMemory::shared_file) return forward(wanted);
        if (wanted) out.region = (*wanted)->take(room);
    }
    if (out.region.empty()) out.region = arenas_.front()->take(room);
    if (out.region.empty() && room > 0) return fail("lay out", fmt::format("a read of {} bytes", read.length()), "there is no room left for it", ExitCode::invalid);
    std::fill(out.region.begin(), out.region.end(), kPoison);
    std::byte* end = out.region.data() + room;
    for (const size_t length : read.segments) {
        end -= room_of(length, read.shift, apart);
        out.segments.push_back({end + read.shift, length});
    }
    return out;
}

Result<ReadTargets::Target> ReadTargets::in_bad_memory(const SceneRead& read) {
    const size_t bytes = std::max(whole_pages(read.length()), kBlockBytes);
    const size_t pages = bytes / kBlockBytes;
    const auto kind = read.memory == ReadMemory::no_access ? BadMemory::Kind::no_access : BadMemory::Kind::read_only;
    auto memory = BadMemory::create(bytes, kind, read.good_pages, pages - read.good_pages);
    if (!memory) return forward(memory);
    Target out{.segments = {{memory->span().data(), read.length()}}, .writable_bytes = std::min<size_t>(read.length(), memory->good_bytes())};
    bad_.push_back(std::move(*memory));
    return out;
}

Result<ReadTargets::Target> ReadTargets::in_mapping(const SceneRead& read, const MappableFile& file) {
    const bool is_private = read.memory == ReadMemory::image_private;
    const size_t bytes = whole_pages(read.length());
    void* memory = ::mmap(nullptr, bytes, is_private ? PROT_READ | PROT_WRITE : PROT_READ, is_private ? MAP_PRIVATE : MAP_SHARED, file.fd, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "a file of the image");
    if (left_out_) ::madvise(memory, bytes, MADV_DONTFORK);
    mappings_.emplace_back(memory, [bytes](void* mapped) { ::munmap(mapped, bytes); });
    // Behind the file's last page there is nothing.
    const size_t writable = is_private ? std::min<size_t>(read.length(), whole_pages(file.size_bytes)) : 0;
    return Target{.segments = {{memory, read.length()}}, .writable_bytes = writable, .poisoned = false};
}

std::vector<std::byte> ReadTargets::found(size_t read, ssize_t result) const {
    const Target& target = targets_[read];
    std::vector<std::byte> out;
    out.reserve(target.writable_bytes);
    // What was not poison before is not looked at where nothing was read: a page of a mapping may not be there.
    const size_t looked_at = target.poisoned ? target.writable_bytes : std::min<size_t>(target.writable_bytes, result > 0 ? static_cast<size_t>(result) : 0);
    for (const auto& segment : target.segments) {
        const auto* from = static_cast<const std::byte*>(segment.iov_base);
        out.insert(out.end(), from, from + std::min(segment.iov_len, looked_at - out.size()));
    }
    out.resize(target.writable_bytes, kPoison);
    return out;
}

std::string ReadTargets::spilled(size_t read) const {
    const Target& target = targets_[read];
    // From the last segment, which is the first in memory, to the end of the region.
    const std::byte* at = target.region.data();
    for (size_t i = target.segments.size(); i-- > 0 && !target.region.empty();) {
        const auto* begin = static_cast<const std::byte*>(target.segments[i].iov_base);
        if (!is_poison(at, static_cast<size_t>(begin - at))) return fmt::format("memory in front of segment {} was written, which belongs to none", i);
        at = begin + target.segments[i].iov_len;
    }
    if (target.region.empty()) return {};
    return is_poison(at, static_cast<size_t>(target.region.data() + target.region.size() - at)) ? "" : "memory behind the first segment was written, which belongs to none";
}

void ReadTargets::scribble() const {
    const auto own = arenas_.front()->span();
    for (const auto& target : targets_)
        if (!target.region.empty() && target.region.data() >= own.data() && target.region.data() < own.data() + own.size()) std::fill(target.region.begin(), target.region.end(), kScribble);
}

}  // namespace diobench
