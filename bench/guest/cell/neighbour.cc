// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/neighbour.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/common/image/mkfs.h"
#include "bench/guest/cell/snapshot.h"
#include "bench/guest/engine/read_loop.h"

namespace diobench {

namespace {

constexpr uint32_t kHotSetFileId = 0xFFFD;
/// Pages that are read again are moved to the active list at the second reading.
constexpr int kWarmPasses = 3;
constexpr uint64_t kAloneReads = 500;
/// A service with 5,000 requests a second.
constexpr uint64_t kPeriodNs = 200'000;

/// What is more than the limit and does not matter, and how often more than that is taken.
constexpr uint64_t kSpareBytes = 512 << 10;
constexpr int kTightenings = 20;

enum class Wish : int { pause, warm, read_beside, end };

std::string hot_set_path(const std::string& directory, uint64_t bytes) { return directory + "/hot-set-" + std::to_string(bytes); }

void read_pass(int fd, uint64_t bytes) {
    static std::array<char, 128 << 10> buffer;
    for (uint64_t at = 0; at < bytes; at += buffer.size())
        if (::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(at)) < 0) return;
}

/// One read of a page somewhere in the hot set, every kPeriodNs.
class PageReader {
public:
    PageReader(int fd, uint64_t bytes, uint64_t seed) : fd_(fd), order_(make_blocks(Pattern::random, bytes / kPageBytes, bytes / kPageBytes, seed)) {}
    /// False if the page was not in the page cache.
    bool read(Histogram& into) {
        if (due_ns_ == 0) due_ns_ = now_ns();
        sleep_until_ns(due_ns_);
        // From when it was due: a neighbour that waits for the CPU is slowed as well, and that is meant.
        const uint64_t begin = due_ns_;
        const bool cached = read_page(order_[next_++ % order_.size()]);
        const uint64_t now = now_ns();
        into.record(now - begin);
        due_ns_ = std::max(due_ns_ + kPeriodNs, now);
        return cached;
    }
    void rest() { due_ns_ = 0; }

private:
    bool read_page(uint64_t page) {
        const iovec into{page_.data(), page_.size()};
        const auto offset = static_cast<off_t>(page * kPageBytes);
        if (::preadv2(fd_, &into, 1, offset, RWF_NOWAIT) == static_cast<ssize_t>(page_.size())) return true;
        (void)!::pread(fd_, page_.data(), page_.size(), offset);
        return false;
    }
    int fd_;
    std::vector<uint64_t> order_;
    size_t next_ = 0;
    uint64_t due_ns_ = 0;
    std::array<char, kPageBytes> page_{};
};

uint64_t available_bytes() {
    auto text = read_file("/proc/meminfo");
    if (!text) return 0;
    for (const auto& line : split(*text, '\n'))
        if (line.starts_with("MemAvailable:")) return std::strtoull(line.c_str() + 13, nullptr, 10) * 1024;
    return 0;
}

}  // namespace

struct Neighbour::Shared {
    std::atomic<int> wish{static_cast<int>(Wish::pause)};
    std::atomic<bool> paused{false};
    std::atomic<uint64_t> misses{0};
    Histogram alone;
    Histogram beside;
};

Status Neighbour::make_hot_set(const std::string& directory, uint64_t hot_set_bytes, uint64_t seed) {
    const std::string path = hot_set_path(directory, hot_set_bytes);
    if (::access(path.c_str(), F_OK) == 0) return {};
    if (auto s = make_directories(directory); !s) return s;
    return write_content({{seed, kHotSetFileId}, hot_set_bytes, {}}, path);
}

Result<Neighbour> Neighbour::start(const std::string& directory, uint64_t hot_set_bytes, uint64_t seed) {
    const std::string path = hot_set_path(directory, hot_set_bytes);
    auto file = UniqueFd::open(path, O_RDONLY);
    if (!file) return forward(file);
    // Without it a single read of a page that is gone would bring its neighbours too.
    ::posix_fadvise(file->get(), 0, 0, POSIX_FADV_RANDOM);
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "the neighbour's memory");
    auto* shared = new (memory) Shared;
    pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "neighbour");
    if (pid == 0) {
        ::prctl(PR_SET_NAME, "neighbour");
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // Sleeps are kept to the ns, not to the usual 50 us.
        ::prctl(PR_SET_TIMERSLACK, 1);
        for (int i = 0; i < kWarmPasses; ++i) read_pass(file->get(), hot_set_bytes);
        PageReader reader(file->get(), hot_set_bytes, seed);
        for (uint64_t i = 0; i < kAloneReads; ++i) reader.read(shared->alone);
        reader.rest();
        for (;;) {
            const auto wish = static_cast<Wish>(shared->wish.load());
            if (wish == Wish::end) ::_exit(0);
            if (wish == Wish::read_beside) {
                shared->paused = false;
                if (!reader.read(shared->beside)) ++shared->misses;
                continue;
            }
            if (wish == Wish::warm) {
                read_pass(file->get(), hot_set_bytes);
                shared->wish = static_cast<int>(Wish::pause);
            }
            reader.rest();
            shared->paused = true;
            sleep_until_ns(now_ns() + kPeriodNs);
        }
    }
    Neighbour out(shared, pid, std::move(*file), hot_set_bytes);
    out.wait_until([&] { return shared->paused.load(); });
    return out;
}

Neighbour::Neighbour(Neighbour&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)), pid_(std::exchange(other.pid_, -1)), file_(std::move(other.file_)), hot_set_bytes_(other.hot_set_bytes_) {}

Neighbour::~Neighbour() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::munmap(shared_, sizeof *shared_);
}

void Neighbour::wait_until(const std::function<bool()>& holds) const {
    while (!holds()) {
        if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void Neighbour::go_on() {
    shared_->paused = false;
    shared_->wish = static_cast<int>(Wish::read_beside);
}

void Neighbour::warm() {
    shared_->wish = static_cast<int>(Wish::warm);
    wait_until([&] { return shared_->wish == static_cast<int>(Wish::pause); });
}

void Neighbour::pause() {
    shared_->wish = static_cast<int>(Wish::pause);
    wait_until([&] { return shared_->paused.load(); });
}

Result<uint64_t> Neighbour::cached_bytes() const {
    auto stat = cache_stat(file_.get());
    if (!stat) return forward(stat);
    return stat->cached_bytes;
}

uint64_t Neighbour::reread_bytes() const { return shared_->misses * kPageBytes; }
const Histogram& Neighbour::alone() const { return shared_->alone; }
const Histogram& Neighbour::beside() const { return shared_->beside; }

Result<MemoryLimit> MemoryLimit::apply(uint64_t left_bytes) {
    const uint64_t available = available_bytes();
    if (available <= left_bytes)
        return fail("limit memory to", human_bytes(static_cast<double>(left_bytes)),
                    "the machine has only " + human_bytes(static_cast<double>(available)) + " available", ExitCode::invalid);
    MemoryLimit limit(left_bytes);
    if (auto s = limit.tighten(); !s) return forward(s);
    return limit;
}

Status MemoryLimit::tighten() {
    for (int i = 0; i < kTightenings; ++i) {
        const uint64_t available = available_bytes();
        if (available < left_bytes_ + kSpareBytes) return {};
        const size_t bytes = (available - left_bytes_) / kPageBytes * kPageBytes;
        void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data == MAP_FAILED) return fail_errno("take", human_bytes(static_cast<double>(bytes)) + " of memory");
        taken_.push_back({data, bytes});
        if (::mlock(data, bytes) < 0) return fail_errno("take", human_bytes(static_cast<double>(bytes)) + " of memory");
    }
    return fail("limit memory to", human_bytes(static_cast<double>(left_bytes_)), "the machine always has more", ExitCode::invalid);
}

MemoryLimit::~MemoryLimit() {
    for (const Taken& one : taken_) ::munmap(one.data, one.bytes);
}

}  // namespace diobench
