// SPDX-License-Identifier: GPL-2.0-only
// Checking what a read gave: counts, bytes, what was left alone, in words that
// say where wrong bytes came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/test_images.h"
#include "bench/guest/conformance/case.h"

namespace diobench {

/// What buffers hold before a read: neither zero nor likely content.
constexpr std::byte kPoison{0xA5};

/// Page-aligned memory between two pages that cannot be touched.  Its pages
/// are touched in an order that keeps physical neighbours apart, so that one
/// read needs many vectors.
class ReadBuffer {
public:
    /// `bytes` is rounded up to pages.
    [[nodiscard]] static Result<ReadBuffer> create(size_t bytes);
    /// Its pages are physical neighbours, so that one vector holds them all.
    [[nodiscard]] static Result<ReadBuffer> create_contiguous(size_t bytes);
    ReadBuffer(ReadBuffer&& other) noexcept;
    ReadBuffer& operator=(ReadBuffer&&) = delete;
    ~ReadBuffer();

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] size_t size() const { return bytes_; }
    [[nodiscard]] std::span<std::byte> first(size_t bytes) const { return {data_, bytes}; }
    /// Fills the first `bytes` with poison.
    void poison(size_t bytes) const;

private:
    /// Mapped, not touched.
    [[nodiscard]] static Result<ReadBuffer> reserve(size_t bytes);
    ReadBuffer(std::byte* data, size_t bytes) : data_(data), bytes_(bytes) {}
    std::byte* data_;
    size_t bytes_;
};

/// What a read may leave behind what it returned, of the bytes it was asked for.
enum class Rest {
    of_block,  ///< zeros up to the end of the last block: a direct read moves whole blocks
    of_read,   ///< zeros anywhere: to iomap what lies behind the end of a file is a hole (fs/iomap/direct-io.c, iomap_dio_hole_iter())
};

/// A file that is read, with everything needed to know what is right.
struct Subject {
    const TestImage* image = nullptr;
    const TestFile* file = nullptr;
    uint64_t seed = 1;
    Rest rest = Rest::of_block;

    [[nodiscard]] std::string name() const { return image->name + "/" + file->name; }
    [[nodiscard]] uint64_t size() const { return file->size_bytes; }
    /// What a read of `length` bytes at `offset` returns.
    [[nodiscard]] uint64_t right_count(uint64_t offset, uint64_t length) const;
};

/// The bytes of a file in [offset, offset + length), as far as it goes.
[[nodiscard]] std::vector<std::byte> right_bytes(const Subject& subject, uint64_t offset, uint64_t length);

/// Names the origin of `found`, seen where offset `offset` of the subject
/// should be: zeros, what was in the buffer before, another offset of the
/// file ("shifted by -4096 bytes"), another file of the image, none of them.
[[nodiscard]] std::string origin_of(const Subject& subject, uint64_t offset, std::span<const std::byte> found);

/// What is wrong with bytes that were read at `offset`; empty if nothing:
/// first wrong offset, how many bytes, what is there, what is right.
[[nodiscard]] std::string wrong_bytes(const Subject& subject, uint64_t offset, std::span<const std::byte> found);

/// A read that was made: for texts about it.
struct ReadDone {
    std::string call;      ///< "pread", "preadv of 3 segments", ...
    std::string_view via;  ///< "direct", "buffered"
    uint64_t offset = 0;
    ssize_t result = 0;    ///< bytes, or -errno
};

/// "direct preadv of 3 segments, 131072 bytes at 4096 of sparse-4k/hole-odd".
[[nodiscard]] std::string describe(const Subject& subject, const ReadDone& done, uint64_t length);

/// What is wrong with a read into `buffer` (all of it poison before); empty if
/// nothing.  The count must be all there is up to the end of the file, each
/// byte right, and the rest of the buffer as before, save for zeros where Rest allows them.
[[nodiscard]] std::string check_read(const Subject& subject, const ReadDone& done, std::span<const std::byte> buffer);

/// The same of a read of which only the first `delivered_bytes` can be had: EIO is right, and so are fewer bytes than
/// asked for, all of them right and delivered.
[[nodiscard]] std::string check_read_or_error(const Subject& subject, const ReadDone& done, std::span<const std::byte> buffer, uint64_t delivered_bytes);

/// "returned 4096", "failed with EINVAL (Invalid argument)".
[[nodiscard]] std::string result_text(ssize_t result);

/// Gathers what is wrong over many reads; tells the first few and how many.
class Complaints {
public:
    /// Counts one check; an empty text is one that held.
    void add(std::string text);
    [[nodiscard]] bool any() const { return wrong_ > 0; }
    /// So much is wrong that looking further tells nothing new.
    [[nodiscard]] bool enough() const { return wrong_ >= 20; }
    [[nodiscard]] Finding finding() const;

private:
    std::vector<std::string> first_;
    uint64_t wrong_ = 0;
    uint64_t checks_ = 0;
};

}  // namespace diobench
