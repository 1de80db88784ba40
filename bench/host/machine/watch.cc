// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/watch.h"

#include <array>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kPollInterval = 50ms;
constexpr auto kDiskCheckInterval = 1s;
// A backtrace takes a moment; a machine that goes on after an oops does not get longer.
constexpr auto kFatalSilence = 2s;
constexpr auto kFatalLimit = 15s;
// Between "reboot: Power down" and QEMU's end.
constexpr auto kEndSilence = 1s;
// A silent machine that got less than this share of a CPU was kept waiting by
// the host, unless it got next to nothing: then it did not ask for more.
constexpr double kFullShare = 0.7;
constexpr double kIdleShare = 0.02;
// However busy the host is.
constexpr int kMostSilence = 10;
constexpr uint64_t kMinFreeBytes = 1 << 20;
constexpr size_t kConsoleRestBytes = 16384;

class Watch {
public:
    Watch(const BootRequest& request, const BootFiles& files, FileTail console, FileTail records)
        : request_(request), files_(files), console_tail_(std::move(console)), record_tail_(std::move(records)) {
        out_.records = RecordReader(request.on_record);
    }

    Result<Watched> run(const std::vector<std::string>& argv, Streams streams) {
        const bool inherited = streams == Streams::inherited;
        const fs::path& printed = inherited ? files_.console : files_.qemu_output;
        auto output = UniqueFd::open(printed.string(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
        if (!output) return forward(output);
        UniqueFd records;
        if (inherited) {
            auto opened = UniqueFd::open(files_.records.string(), O_WRONLY | O_APPEND);
            if (!opened) return forward(opened);
            records = std::move(*opened);
        }
        started_ = last_activity_ = last_disk_check_ = Clock::now();
        auto child = ChildProcess::spawn(argv, SpawnOptions{{}, {}, output->get(), output->get(), records.get()});
        records.reset();
        if (!child) return forward(child);
        pid_ = child->pid();
        std::optional<WatchEnd> end;
        while (!end) {
            auto exited = wait_a_little(*child);
            if (!exited) return forward(exited);
            if (auto s = read_streams(); !s) return forward(s);
            end = *exited ? WatchEnd::exited : limit_reached();
        }
        if (*end != WatchEnd::exited) child->kill_group(SIGKILL);
        out_.exit_status = child->wait();
        // What was written between the last look and the end.
        if (auto s = read_streams(); !s) return forward(s);
        out_.end = *end;
        out_.elapsed_s = std::chrono::duration<double>(Clock::now() - started_).count();
        out_.console.close();
        out_.records.close();
        return std::move(out_);
    }

private:
    /// True if the child ended.
    static Result<bool> wait_a_little(const ChildProcess& child) {
        std::array<pollfd, 2> fds{{{child.pid_fd(), POLLIN, 0}, {interrupt_fd(), POLLIN, 0}}};
        ::poll(fds.data(), fds.size(), static_cast<int>(kPollInterval.count()));
        if (interrupted()) return interrupted_error("boot");
        return fds[0].revents != 0;
    }

    Status read_streams() {
        auto console = console_tail_.read_new([this](std::string_view bytes) {
            out_.console.add(bytes);
            out_.console_rest += bytes;
            if (out_.console_rest.size() > 2 * kConsoleRestBytes)
                out_.console_rest.erase(0, out_.console_rest.size() - kConsoleRestBytes);
        });
        if (!console) return forward(console);
        auto records = record_tail_.read_new([this](std::string_view bytes) { out_.records.add(bytes); });
        if (!records) return forward(records);
        const auto now = Clock::now();
        if (*console + *records > 0) {
            last_activity_ = now;
            cpu_at_activity_ = cpu_time();
        }
        if (out_.console.fatal() && !fatal_since_) fatal_since_ = now;
        return {};
    }

    /// CPU time of the machine's process so far.
    [[nodiscard]] Clock::duration cpu_time() const {
        clockid_t clock{};
        timespec t{};
        if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &t) != 0) return {};
        return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
    }

    /// Whether the silence is the host's fault, which has too little CPU time for this machine.
    [[nodiscard]] bool kept_waiting(Clock::duration silent, std::chrono::seconds allowed) const {
        const double used = std::chrono::duration<double>(cpu_time() - cpu_at_activity_).count();
        const double passed = std::chrono::duration<double>(silent).count();
        if (silent > kMostSilence * allowed) return false;
        return used > kIdleShare * passed && used < kFullShare * std::chrono::duration<double>(allowed).count();
    }

    std::optional<WatchEnd> limit_reached() {
        const auto now = Clock::now();
        const auto silent = now - last_activity_;
        if (fatal_since_ && request_.on_fatal_text == OnFatalText::end && (silent > kFatalSilence || now - *fatal_since_ > kFatalLimit)) return WatchEnd::after_fatal;
        if (out_.console.end_seen() && silent > kEndSilence) return WatchEnd::after_end;
        const auto allowed = request_.silence_allowed(out_.console.kernel_seen() || request_.kind == MachineKind::host);
        if (silent > allowed && !kept_waiting(silent, allowed)) return WatchEnd::silence;
        if (now - started_ > request_.total_limit) return WatchEnd::time_limit;
        if (now - last_disk_check_ < kDiskCheckInterval) return std::nullopt;
        last_disk_check_ = now;
        if (disk_is_full(request_.log_dir)) return WatchEnd::no_space;
        return std::nullopt;
    }

    const BootRequest& request_;
    const BootFiles& files_;
    FileTail console_tail_;
    FileTail record_tail_;
    Watched out_;
    pid_t pid_ = -1;
    Clock::duration cpu_at_activity_{};
    Clock::time_point started_, last_activity_, last_disk_check_;
    std::optional<Clock::time_point> fatal_since_;
};

}  // namespace

bool disk_is_full(const fs::path& directory) {
    struct statvfs st {};
    if (::statvfs(directory.c_str(), &st) != 0) return false;
    const uint64_t blocks = ::geteuid() == 0 ? st.f_bfree : st.f_bavail;
    return blocks * st.f_frsize < kMinFreeBytes;
}

Result<Watched> watch_machine(const std::vector<std::string>& argv, const BootRequest& request, const BootFiles& files, Streams streams) {
    auto console = FileTail::create(files.console);
    if (!console) return forward(console);
    auto records = FileTail::create(files.records);
    if (!records) return forward(records);
    return Watch(request, files, std::move(*console), std::move(*records)).run(argv, streams);
}

}  // namespace diobench
