// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/daemon/daemon.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <queue>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/image/content.h"
#include "bench/guest/daemon/faults.h"
#include "bench/guest/daemon/fetch_link.h"
#include "bench/guest/daemon/protocol.h"

namespace diobench {

namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr size_t kSectorBytes = 512;
constexpr size_t kTransferBytes = 1 << 20;
/// How often READs that are held look whether they are released.
constexpr long kHeldLookNs = 2'000'000;

uint64_t now_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

/// One cache object: the kernel's anonymous descriptor and our source of its bytes.
struct Object {
    UniqueFd anonymous;
    UniqueFd source;
    uint64_t size_bytes = 0;
};

/// DaemonFaults as they were when a READ arrived.
struct Treatment {
    bool fill_nothing = false;
    bool fail_writes = false;
    uint64_t fill_at_most_bytes = DaemonFaults::kAll;
    uint64_t fill_elsewhere_bytes = 0;
    bool leave_zeros_out = false;
};

Treatment treatment_of(const DaemonFaults* faults) {
    if (faults == nullptr) return {};
    return {faults->fill_nothing, faults->fail_writes, faults->fill_at_most_bytes, faults->fill_elsewhere_bytes, faults->leave_zeros_out};
}

/// A READ whose bytes have arrived at `due_ns`.
struct Fetch {
    uint64_t taken_ns = 0;
    uint64_t due_ns = 0;
    uint64_t order = 0;
    ReadRequest request;
    std::shared_ptr<Object> object;
    Treatment treatment;
    [[nodiscard]] bool operator>(const Fetch& other) const {
        return due_ns != other.due_ns ? due_ns > other.due_ns : order > other.order;
    }
};

/// A READ that is served once more than `releases` were given.
struct Held {
    uint64_t releases = 0;
    Fetch fetch;
};

class Daemon {
public:
    Daemon(int device_fd, int stop_fd, const DaemonOptions& options, DaemonCounters& counters)
        : device_fd_(device_fd), stop_fd_(stop_fd), options_(options), counters_(counters),
          link_(options.round_trip_ns, options.bandwidth_bytes_per_s) {}

    Status run() {
        if (options_.restore)
            if (auto s = command("restore"); !s) return s;
        for (unsigned i = 0; i < options_.threads; ++i) workers_.emplace_back([this] { work(); });
        Status status = dispatch();
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& worker : workers_) worker.join();
        return status;
    }

private:
    Status command(const std::string& text) {
        if (::write(device_fd_, text.data(), text.size()) < 0) return fail_errno("cachefiles command \"" + text + "\"", "");
        return {};
    }

    /// Takes requests as they come and hands fetches over when their time has come.
    Status dispatch() {
        for (;;) {
            std::array<pollfd, 2> fds{{{device_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
            timespec wait{};
            bool timed = time_to_next(wait);
            int ready = ::ppoll(fds.data(), fds.size(), timed ? &wait : nullptr, nullptr);
            if (ready < 0 && errno != EINTR) return fail_errno("poll", "/dev/cachefiles");
            if (fds[1].revents != 0) return {};
            if (ready > 0 && (fds[0].revents & POLLIN) != 0)
                if (auto s = take_all(); !s) return s;
            release_held();
            release_due();
        }
    }

    bool time_to_next(timespec& wait) {
        if (!held_.empty()) {
            wait.tv_nsec = kHeldLookNs;
            return true;
        }
        if (pending_.empty()) return false;
        uint64_t now = now_ns();
        uint64_t left = pending_.top().due_ns > now ? pending_.top().due_ns - now : 0;
        wait.tv_sec = static_cast<time_t>(left / 1'000'000'000);
        wait.tv_nsec = static_cast<long>(left % 1'000'000'000);
        return true;
    }

    Status take_all() {
        std::array<char, kCachefilesMessageBytes> buffer;
        for (;;) {
            ssize_t n = ::read(device_fd_, buffer.data(), buffer.size());
            if (n == 0) return {};
            if (n < 0 && (errno == EINTR || errno == EAGAIN)) return {};
            if (n < 0) return fail_errno("read", "/dev/cachefiles");
            auto request = parse_cachefiles_message({buffer.data(), static_cast<size_t>(n)});
            if (!request) return forward(request);
            std::visit([this](const auto& r) { take(r); }, *request);
        }
    }

    void take(const OpenRequest& request) {
        auto object = std::make_shared<Object>();
        object->anonymous.reset(request.fd);
        int64_t answer = open_source(request, *object);
        {
            std::lock_guard lock(mutex_);
            objects_[request.object_id] = object;
        }
        ++counters_.opens;
        if (auto s = command(copen_command(request.msg_id, answer)); !s || answer < 0) {
            complain(s ? "refused to open " + request.cookie_key : s.error().message());
            std::lock_guard lock(mutex_);
            objects_.erase(request.object_id);
        }
    }

    void take(const CloseRequest& request) {
        ++counters_.closes;
        std::lock_guard lock(mutex_);
        objects_.erase(request.object_id);
    }

    void take(const ReadRequest& request) {
        std::shared_ptr<Object> object;
        {
            std::lock_guard lock(mutex_);
            if (auto found = objects_.find(request.object_id); found != objects_.end()) object = found->second;
        }
        if (!object) {
            complain("READ of unknown object " + std::to_string(request.object_id));
            return;
        }
        count_in_flight();
        const uint64_t delay_ns = faults() ? faults()->read_delay_ns.load() : 0;
        const uint64_t now = now_ns();
        Fetch fetch{now, arrival_ns(now, request.length_bytes) + delay_ns, order_++, request, std::move(object), treatment_of(faults())};
        // In this order: release() changes them in the other one.
        const uint64_t releases = faults() ? faults()->releases.load() : 0;
        if (faults() && faults()->hold_reads)
            held_.push_back({releases, std::move(fetch)});
        else
            pending_.push(std::move(fetch));
        // Last: whoever waits for the count may change the faults at once.
        ++counters_.reads_taken;
    }

    uint64_t arrival_ns(uint64_t now, uint64_t length_bytes) {
        if (options_.link != nullptr) {
            DaemonLink& link = *options_.link;
            uint64_t jitter = 0;
            if (link.jitter_ns != 0) jitter = content_word({link.jitter_seed, 0}, link.draws++, 0) % (link.jitter_ns + 1);
            link_.set(link.round_trip_ns + jitter, link.bandwidth_bytes_per_s);
        }
        return link_.arrival_ns(now, length_bytes);
    }

    [[nodiscard]] const DaemonFaults* faults() const { return options_.faults; }

    void count_in_flight() {
        const uint64_t now = ++in_flight_;
        if (now > counters_.most_in_flight) counters_.most_in_flight = now;
    }

    void release_held() {
        std::erase_if(held_, [this](Held& held) {
            if (faults()->releases <= held.releases) return false;
            pending_.push(std::move(held.fetch));
            return true;
        });
    }

    void release_due() {
        const uint64_t now = now_ns();
        while (!pending_.empty() && pending_.top().due_ns <= now) {
            {
                std::lock_guard lock(mutex_);
                arrived_.push_back(pending_.top());
            }
            pending_.pop();
            wake_.notify_one();
        }
    }

    /// Path of what is served under a name, if anything is.
    const std::string* find_blob(const OpenRequest& request) {
        const std::string& key = request.cookie_key;
        for (const std::string& name : {request.volume_key + "/" + key, key, key.substr(0, key.find('.'))})
            if (auto found = options_.blobs.find(name); found != options_.blobs.end()) return &found->second;
        return nullptr;
    }

    /// Size of the object, or -errno.
    int64_t open_source(const OpenRequest& request, Object& object) {
        if (faults() && faults()->open_errno != 0) return -faults()->open_errno;
        const std::string* path = find_blob(request);
        if (path == nullptr) return -ENOENT;
        auto source = UniqueFd::open(*path, O_RDONLY);
        if (!source) return -source.error().errno_value;
        struct stat st {};
        if (::fstat(source->get(), &st) < 0) return -errno;
        object.source = std::move(*source);
        object.size_bytes = static_cast<uint64_t>(st.st_size);
        return static_cast<int64_t>(st.st_size);
    }

    void work() {
        // cachefiles writes with O_DIRECT: the memory must be aligned.
        std::unique_ptr<std::byte, decltype(&std::free)> buffer(
            static_cast<std::byte*>(std::aligned_alloc(kPageBytes, kTransferBytes)), &std::free);
        for (;;) {
            std::optional<Fetch> fetch;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return stopping_ || !arrived_.empty(); });
                if (arrived_.empty()) return;
                fetch = std::move(arrived_.front());
                arrived_.pop_front();
            }
            if (auto s = fill(*fetch, buffer.get()); !s) complain(s.error().message());
            ++counters_.reads;
            --in_flight_;
            // Before the reader wakes, who may ask for the log.
            if (options_.log != nullptr) log(*fetch);
            // Also after an error: the reader must not wait for ever, the kernel sees the hole and fails the read.
            if (auto s = complete_read(fetch->object->anonymous.get(), fetch->request.msg_id); !s) complain(s.error().message());
        }
    }

    void log(const Fetch& fetch) {
        std::lock_guard lock(mutex_);
        options_.log->entries[options_.log->count % FetchLog::kEntries] = {fetch.taken_ns, now_ns(), fetch.request.offset_bytes, fetch.request.length_bytes};
        ++options_.log->count;
    }

    /// Writes what a READ asks for, or what its treatment makes of that.
    Status fill(const Fetch& fetch, std::byte* buffer) {
        const Treatment& how = fetch.treatment;
        if (how.fill_nothing) return {};
        if (how.fail_writes) return write_from_nowhere(fetch);
        const uint64_t length = std::min(fetch.request.length_bytes, how.fill_at_most_bytes / kPageBytes * kPageBytes);
        return fill_range(*fetch.object, fetch.request.offset_bytes + how.fill_elsewhere_bytes, length, buffer, how.leave_zeros_out);
    }

    /// Without the whole sectors of zeros at the end; one stays.
    static size_t without_zeros(const std::byte* data, size_t bytes) {
        size_t left = bytes;
        while (left > 0 && data[left - 1] == std::byte{0}) --left;
        return std::clamp<size_t>((left + kSectorBytes - 1) / kSectorBytes * kSectorBytes, std::min(bytes, kSectorBytes), bytes);
    }

    static Status write_from_nowhere(const Fetch& fetch) {
        // Nothing is ever mapped this low (vm.mmap_min_addr).
        const ssize_t n = ::pwrite(fetch.object->anonymous.get(), reinterpret_cast<void*>(kPageBytes), kPageBytes,
                                   static_cast<off_t>(fetch.request.offset_bytes));
        if (n < 0) return fail_errno("write", "into the cache");
        return fail("write", "into the cache", "the kernel wrote from memory that is not there");
    }

    /// Writes [at, at + length) of the source into the cache, zeros behind its end.
    Status fill_range(const Object& object, uint64_t at, uint64_t length, std::byte* buffer, bool leave_zeros_out = false) {
        const uint64_t end = at + length;
        while (at < end) {
            size_t want = std::min<uint64_t>(kTransferBytes, end - at);
            size_t have = 0;
            while (have < want) {
                ssize_t n = ::pread(object.source.get(), buffer + have, want - have, static_cast<off_t>(at + have));
                if (n < 0) return fail_errno("read", "blob");
                if (n == 0) break;
                have += static_cast<size_t>(n);
            }
            std::fill(buffer + have, buffer + want, std::byte{0});
            const size_t some = leave_zeros_out && at + want == end ? without_zeros(buffer, want) : want;
            ssize_t written = ::pwrite(object.anonymous.get(), buffer, some, static_cast<off_t>(at));
            if (written < 0) return fail_errno("write", "into the cache");
            if (static_cast<size_t>(written) != some) return fail("write", "into the cache", "short write");
            counters_.bytes += want;
            at += want;
        }
        return {};
    }

    void complain(const std::string& what) {
        ++counters_.errors;
        if (faults() == nullptr) std::fprintf(stderr, "daemon: %s\n", what.c_str());
    }

    int device_fd_;
    int stop_fd_;
    const DaemonOptions& options_;
    DaemonCounters& counters_;
    FetchLink link_;
    // Dispatcher only.
    std::priority_queue<Fetch, std::vector<Fetch>, std::greater<>> pending_;
    std::vector<Held> held_;
    uint64_t order_ = 0;
    // Shared with the workers.
    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<uint32_t, std::shared_ptr<Object>> objects_;
    std::deque<Fetch> arrived_;
    bool stopping_ = false;
    std::atomic<uint64_t> in_flight_{0};
    std::vector<std::thread> workers_;
};

}  // namespace

Result<UniqueFd> bind_cache(const std::string& directory, const std::string& tag, const std::vector<std::string>& limits) {
    auto device = UniqueFd::open("/dev/cachefiles", O_RDWR);
    if (!device) return forward(device);
    // Limits from below: the kernel wants stop < cull < run after each command.
    std::vector<std::string> commands = {"dir " + directory, "tag " + tag, "bstop 1%", "bcull 2%", "brun 3%", "fstop 1%", "fcull 2%", "frun 3%"};
    commands.insert(commands.end(), limits.begin(), limits.end());
    commands.emplace_back("bind ondemand");
    for (const std::string& command : commands)
        if (::write(device->get(), command.data(), command.size()) < 0)
            return fail_errno("cachefiles command \"" + command + "\"", "");
    return device;
}

Status run_daemon(int device_fd, int stop_fd, const DaemonOptions& options, DaemonCounters& counters) {
    return Daemon(device_fd, stop_fd, options, counters).run();
}

}  // namespace diobench
