// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/tracer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <optional>
#include <poll.h>
#include <set>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/process.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

#if defined(__x86_64__)
constexpr uint32_t kNativeAbi = AUDIT_ARCH_X86_64;
// x32 shares the architecture's word and marks its numbers.
constexpr uint64_t kForeignNumberBit = 0x40000000;
#elif defined(__aarch64__)
constexpr uint32_t kNativeAbi = AUDIT_ARCH_AARCH64;
constexpr uint64_t kForeignNumberBit = 0;
#else
#error "trace record knows the system calls of x86-64 and arm64 only"
#endif

constexpr int kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                         PTRACE_O_EXITKILL;
constexpr int kSyscallStop = SIGTRAP | 0x80;
constexpr auto kPatience = std::chrono::seconds(2);

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    static Result<Pipe> open(int flags) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC | flags) < 0) return fail_errno("create", "pipe");
        return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    }
};

/// SIGCHLD as a descriptor for poll(2), for as long as this lives.
class ChildSignal {
public:
    static Result<ChildSignal> open() {
        // Ignored (as nohup(1) and some shells leave it) it would never come.
        ::signal(SIGCHLD, SIG_DFL);
        sigset_t wanted;
        sigset_t before;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGCHLD);
        // Only this thread traces, and the program inherits its mask of before.
        if (int e = ::pthread_sigmask(SIG_BLOCK, &wanted, &before); e != 0) return fail_errno("block", "SIGCHLD", e);
        UniqueFd fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!fd.valid()) return fail_errno("create", "signalfd");
        return ChildSignal(std::move(fd), before);
    }
    ChildSignal(ChildSignal&&) = default;
    ~ChildSignal() {
        if (fd_.valid()) restore_mask();
    }
    [[nodiscard]] int fd() const { return fd_.get(); }
    void restore_mask() const { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    void drain() const {
        signalfd_siginfo info{};
        while (::read(fd_.get(), &info, sizeof info) > 0) {
        }
    }

private:
    ChildSignal(UniqueFd fd, sigset_t before) : fd_(std::move(fd)), before_(before) {}
    UniqueFd fd_;
    sigset_t before_;
};

/// One traced run of a program.
class Tracer {
public:
    Tracer(SystemCallObserver& observer, ChildSignal child_signal) : observer_(&observer), child_signal_(std::move(child_signal)) {}
    ~Tracer();
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    [[nodiscard]] Status start(const std::vector<std::string>& argv);
    [[nodiscard]] Result<int> run();

private:
    [[noreturn]] void become(const std::vector<std::string>& argv, const Pipe& go, const Pipe& failure);
    void act_on_interrupt();
    [[nodiscard]] Status wait_for_events();
    [[nodiscard]] Status handle(pid_t tid, int status);
    [[nodiscard]] Status handle_stop(pid_t tid, int status);
    [[nodiscard]] Status handle_system_call(pid_t tid);
    void handle_event(pid_t tid, int event);
    void handle_end(pid_t tid, int status);
    void resume(pid_t tid, int signal = 0, int request = PTRACE_SYSCALL);
    void end_all(int signal) const;

    SystemCallObserver* observer_;
    ChildSignal child_signal_;
    std::string program_;
    pid_t pid_ = -1;
    std::set<pid_t> traced_;
    UniqueFd failure_;
    int exit_status_ = 0;
    std::optional<Clock::time_point> kill_at_;
};

void Tracer::become(const std::vector<std::string>& argv, const Pipe& go, const Pipe& failure) {
    std::vector<char*> arguments;
    for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    child_signal_.restore_mask();
    ::signal(SIGPIPE, SIG_DFL);
    char letter = 0;
    // Nothing comes if our parent died before it traced us.
    if (::read(go.read.get(), &letter, 1) == 1) ::execvp(arguments[0], arguments.data());
    const int code = errno;
    [[maybe_unused]] ssize_t n = ::write(failure.write.get(), &code, sizeof code);
    ::_exit(127);
}

Status Tracer::start(const std::vector<std::string>& argv) {
    program_ = argv.at(0);
    auto go = Pipe::open(0);
    if (!go) return forward(go);
    auto failure = Pipe::open(O_NONBLOCK);
    if (!failure) return forward(failure);
    pid_ = ::fork();
    if (pid_ < 0) return fail_errno("start", program_);
    if (pid_ == 0) {
        go->write.reset();
        become(argv, *go, *failure);
    }
    traced_.insert(pid_);
    if (::ptrace(PTRACE_SEIZE, pid_, nullptr, kOptions) < 0) {
        Error error = fail_errno("trace", program_).value();
        error.text = "ptrace is not allowed here; see /proc/sys/kernel/yama/ptrace_scope (3 forbids it) and the container's seccomp profile";
        return tl::unexpected(error);
    }
    if (auto s = write_all(go->write.get(), "g", "pipe"); !s) return s;
    failure_ = std::move(failure->read);
    return {};
}

void Tracer::resume(pid_t tid, int signal, int request) {
    // Fails only for a thread that was killed meanwhile; its end will be told.
    ::ptrace(static_cast<__ptrace_request>(request), tid, nullptr, static_cast<long>(signal));
}

void Tracer::end_all(int signal) const {
    for (pid_t tid : traced_) ::kill(tid, signal);
}

/// After an error: nothing of the program is left, no zombie either.
Tracer::~Tracer() {
    end_all(SIGKILL);
    int status = 0;
    for (pid_t tid; !traced_.empty() && (tid = ::waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFSTOPPED(status)) ::kill(tid, SIGKILL);
        else traced_.erase(tid);
    }
}

Status Tracer::handle_system_call(pid_t tid) {
    __ptrace_syscall_info info{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) < 0) {
        if (errno == ESRCH) return {};
        Error error = fail_errno("trace", program_).value();
        error.text = "PTRACE_GET_SYSCALL_INFO needs Linux 5.3 or later";
        return tl::unexpected(error);
    }
    if (info.op == PTRACE_SYSCALL_INFO_EXIT) observer_->left(tid, info.exit.rval);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return {};
    if (info.arch != kNativeAbi || (info.entry.nr & kForeignNumberBit) != 0) {
        observer_->entered_foreign(tid);
        return {};
    }
    SystemCall call{info.entry.nr, {}};
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), call.arguments.begin());
    observer_->entered(tid, call);
    return {};
}

void Tracer::handle_event(pid_t tid, int event) {
    unsigned long message = 0;
    ::ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &message);
    const auto other = static_cast<pid_t>(message);
    if (event == PTRACE_EVENT_EXEC) {
        // Another thread than the first took over the process and its id.
        if (other != tid && traced_.erase(other) != 0) observer_->ended(other);
        observer_->executed(tid);
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        traced_.insert(other);
    }
}

Status Tracer::handle_stop(pid_t tid, int status) {
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    traced_.insert(tid);
    if (signal == kSyscallStop) {
        if (auto s = handle_system_call(tid); !s) return s;
        resume(tid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        // Stopped by SIGSTOP, SIGTSTP or the terminal: it shall stay so until SIGCONT.
        resume(tid, 0, PTRACE_LISTEN);
    } else if (event != 0) {
        handle_event(tid, event);
        resume(tid);
    } else {
        resume(tid, signal);
    }
    return {};
}

void Tracer::handle_end(pid_t tid, int status) {
    traced_.erase(tid);
    observer_->ended(tid);
    if (tid == pid_) exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Status Tracer::handle(pid_t tid, int status) {
    if (WIFSTOPPED(status)) return handle_stop(tid, status);
    if (WIFEXITED(status) || WIFSIGNALED(status)) handle_end(tid, status);
    return {};
}

/// After an interrupt: asks all to end, and later makes them.
void Tracer::act_on_interrupt() {
    if (!interrupted()) return;
    if (!kill_at_) {
        end_all(SIGTERM);
        kill_at_ = Clock::now() + kPatience;
    } else if (Clock::now() >= *kill_at_) {
        end_all(SIGKILL);
    }
}

/// Sleeps until a thread did something, an interrupt came or patience ends.
Status Tracer::wait_for_events() {
    std::array<pollfd, 2> fds{{{child_signal_.fd(), POLLIN, 0}, {interrupt_fd(), POLLIN, 0}}};
    // An interrupt stays readable for ever: once acted upon it is not waited for.
    const nfds_t count = kill_at_ ? 1 : 2;
    int wait_ms = -1;
    if (kill_at_) wait_ms = std::max(10, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(*kill_at_ - Clock::now()).count()));
    if (::poll(fds.data(), count, wait_ms) < 0 && errno != EINTR) return fail_errno("poll", program_);
    child_signal_.drain();
    return {};
}

Result<int> Tracer::run() {
    while (true) {
        act_on_interrupt();
        int status = 0;
        const pid_t tid = ::waitpid(-1, &status, __WALL | WNOHANG);
        if (tid < 0 && errno == ECHILD) break;
        if (auto s = tid > 0 ? handle(tid, status) : wait_for_events(); !s) return forward(s);
    }
    int code = 0;
    if (::read(failure_.get(), &code, sizeof code) == sizeof code) return fail_errno("start", program_, code);
    if (interrupted()) return interrupted_error("trace record");
    return exit_status_;
}

}  // namespace

Result<int> trace_program(const std::vector<std::string>& argv, SystemCallObserver& observer) {
    if (interrupted()) return interrupted_error("trace record");
    auto child_signal = ChildSignal::open();
    if (!child_signal) return forward(child_signal);
    Tracer tracer(observer, std::move(*child_signal));
    if (auto s = tracer.start(argv); !s) return forward(s);
    return tracer.run();
}

}  // namespace diobench
