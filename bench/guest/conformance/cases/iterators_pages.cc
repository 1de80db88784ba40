// SPDX-License-Identifier: GPL-2.0-only
// iterators/65537-pages-*: one read of more pages than 16 bits count (struct bio, bi_vcnt).
//
// Only the first MiB of the file is data; the memory of the rest is the same few pages again and again.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/engine/page_layout.h"

namespace diobench::iterators_pages_cases {

namespace {

constexpr size_t kPages = 65537;
constexpr size_t kLength = kPages * kBlockBytes;
constexpr size_t kData = kMiB;

/// What is wrong with a read of all of the file; `rest` is what all pages behind the data were read into.
std::string check_all(const Subject& subject, const ReadDone& done, std::span<const std::byte> data, std::span<const std::byte> rest) {
    const std::string what = describe(subject, done, kLength);
    if (done.result != static_cast<ssize_t>(kLength)) return fmt::format("{}: {}; right is {}", what, result_text(done.result), kLength);
    const auto right = right_bytes(subject, 0, kData);
    if (const auto [at, expected] = std::mismatch(data.begin(), data.end(), right.begin()); at != data.end())
        return fmt::format("{}: wrong bytes from {} on, where there is data", what, at - data.begin());
    if (std::any_of(rest.begin(), rest.end(), [](std::byte b) { return b != std::byte{0}; })) return what + ": the hole behind the data is not zeros";
    return {};
}

Result<OpenFile> open_huge(World& world) {
    // A device whose driver is told the number of segments: of a RAM disk nobody counts them.
    if (auto s = world.make_cache({.device = CacheOptions::Device::timer}); !s) return forward(s);
    auto file = open_file(world, "sparse-huge", "huge", O_DIRECT);
    if (!file) return file;
    std::vector<std::byte> data(kData);
    auto plain = file->open_again(0);
    if (!plain) return forward(plain);
    // The data is in the cache: what is looked at is one read of it.
    if (::pread(plain->get(), data.data(), kData, 0) != static_cast<ssize_t>(kData)) return fail_errno("fetch the start of", file->path());
    return file;
}

/// IOV_MAX segments: some for the data, all others the same 64 pages, the last one a page more.
Result<Finding> in_segments(World& world, ReadCall call) {
    if (auto skip = unless_direct(world)) return *skip;
    constexpr size_t kSegment = 64 * kBlockBytes;
    static_assert(IOV_MAX * kSegment + kBlockBytes == kLength);
    auto file = open_huge(world);
    if (!file) return forward(file);
    auto data = ReadBuffer::create(kData);
    if (!data) return forward(data);
    auto rest = ReadBuffer::create(kSegment + kBlockBytes);
    if (!rest) return forward(rest);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    std::vector<iovec> segments(IOV_MAX, iovec{rest->data(), kSegment});
    for (size_t i = 0; i < kData / kSegment; ++i) segments[i].iov_base = data->data() + i * kSegment;
    segments.back().iov_len += kBlockBytes;
    data->poison(data->size());
    rest->poison(rest->size());
    world.step(fmt::format("{} of 65537 pages", read_call_name(call)));
    const ssize_t n = reads->read(call, file->fd.get(), 0, segments);
    auto wrong = check_all(file->subject, {fmt::format("{} of {} segments, 65537 pages", read_call_name(call), segments.size()), "direct", 0, n}, data->first(kData),
                           rest->first(rest->size()));
    return wrong.empty() ? passed() : failed(wrong);
}

/// Memory that a long buffer is made of.
struct Pool {
    static constexpr size_t kBytes = 16 * kMiB;
    static constexpr size_t kLeast = 4;     ///< pages of a run
    static constexpr size_t kMost = 1024;

    UniqueFd memory;
    size_t run = 0;    ///< page at which pages begin whose frames follow each other, behind those for the data
    size_t pages = 0;  ///< of the run

    /// Under ARCH=um each run of frames is a mapping of the host's process, which may have 65,530.  Frames are given out upwards or
    /// downwards, as free memory happens to lie: the pages are touched in both orders, and the longer run is taken.
    [[nodiscard]] static Result<Pool> create() {
        auto upwards = touched(Order::upwards);
        if (!upwards) return upwards;
        auto downwards = touched(Order::downwards);
        if (!downwards) return downwards;
        return upwards->pages >= downwards->pages ? std::move(upwards) : std::move(downwards);
    }

private:
    enum class Order { upwards, downwards };

    [[nodiscard]] static Result<Pool> touched(Order order) {
        constexpr size_t kPoolPages = kBytes / kBlockBytes;
        Pool pool{UniqueFd(::memfd_create("buffer", MFD_CLOEXEC))};
        if (!pool.memory.valid() || ::ftruncate(pool.memory.get(), kBytes) < 0) return fail_errno("create", "a memfd");
        void* mapped = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, pool.memory.get(), 0);
        if (mapped == MAP_FAILED) return fail_errno("map", "a memfd");
        auto* data = static_cast<std::byte*>(mapped);
        for (size_t i = 0; i < kPoolPages; ++i) *static_cast<volatile std::byte*>(data + (order == Order::upwards ? i : kPoolPages - 1 - i) * kBlockBytes) = std::byte{0};
        auto frames = page_frames(data, kBytes);
        ::munmap(mapped, kBytes);
        if (!frames) return forward(frames);
        size_t begin = kData / kBlockBytes;
        for (size_t page = begin; page < frames->size(); ++page) {
            if (page > begin && (*frames)[page] != (*frames)[page - 1] + 1) begin = page;
            if (page - begin + 1 > pool.pages && pool.pages < kMost) pool.run = begin, pool.pages = page - begin + 1;
        }
        return pool;
    }
};

/// A piece of address space of kLength bytes: a MiB, and the same few pages again and again.
class LongBuffer {
public:
    [[nodiscard]] static Result<LongBuffer> create(const Pool& pool) {
        const size_t again = pool.pages * kBlockBytes;
        void* all = ::mmap(nullptr, kLength, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) return fail_errno("map", "256 MiB of address space");
        LongBuffer buffer(static_cast<std::byte*>(all), kData + again);
        for (size_t at = 0; at < kLength; at += at == 0 ? kData : again) {
            const size_t length = at == 0 ? kData : std::min(again, kLength - at);
            const size_t from = at == 0 ? 0 : pool.run * kBlockBytes;
            if (::mmap(buffer.data_ + at, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, pool.memory.get(), static_cast<off_t>(from)) == MAP_FAILED) return fail_errno("map", "a memfd");
        }
        return buffer;
    }
    LongBuffer(LongBuffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), once_bytes_(other.once_bytes_) {}
    LongBuffer& operator=(LongBuffer&&) = delete;
    ~LongBuffer() {
        if (data_ != nullptr) ::munmap(data_, kLength);
    }
    [[nodiscard]] std::span<std::byte> all() const { return {data_, kLength}; }
    /// Each page of the memory once.
    [[nodiscard]] std::span<std::byte> once() const { return {data_, once_bytes_}; }

private:
    LongBuffer(std::byte* data, size_t once_bytes) : data_(data), once_bytes_(once_bytes) {}
    std::byte* data_;
    size_t once_bytes_;
};

/// One registered buffer: the vectors are io_uring's, and lent.
Result<Finding> in_registered_buffer(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_huge(world);
    if (!file) return forward(file);
    auto pool = Pool::create();
    if (!pool) return forward(pool);
    if (pool->pages < Pool::kLeast)
        return skipped(fmt::format("free memory of this machine is in no order: of 16 MiB no more than {} pages follow each other, {} are needed for a buffer of 65537 pages", pool->pages, Pool::kLeast));
    auto buffer = LongBuffer::create(*pool);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    std::fill(buffer->once().begin(), buffer->once().end(), kPoison);
    world.step("io_uring READ_FIXED of 65537 pages");
    const ssize_t n = reads->read(ReadCall::uring_read_fixed, file->fd.get(), 0, buffer->all());
    auto wrong = check_all(file->subject, {"io_uring READ_FIXED of 65537 pages", "direct", 0, n}, buffer->once().first(kData), buffer->once().subspan(kData));
    return wrong.empty() ? passed() : failed(wrong);
}

const char* const kRight = "A direct read of 65,537 pages by {} gives all bytes, and each request that its device gets says how many segments it has.";
const char* const kSource = "block/bio.c, bio_iov_bvec_set(): bi_vcnt has 16 bits, an iterator's nr_segs more; block/blk.h, bio_may_need_split() splits no bio of one vector; "
                            "lib/scatterlist.c: a driver's list is as long as blk_rq_nr_phys_segments() says";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (const auto& [name, call] : {std::pair{"preadv", ReadCall::preadv}, std::pair{"libaio", ReadCall::aio_preadv}})
        cases.push_back({fmt::format("iterators/65537-pages-{}", name), fmt::format(fmt::runtime(kRight), read_call_name(call)), kSource, [call = call](World& w) { return in_segments(w, call); }});
    cases.push_back({"iterators/65537-pages-fixed", fmt::format(fmt::runtime(kRight), read_call_name(ReadCall::uring_read_fixed)), kSource, in_registered_buffer});
    return and_on_file(std::move(cases));
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::iterators_pages_cases
