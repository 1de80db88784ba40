// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/uml_probe.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

// No process gets this from getpid(2): pids end at 2^22.
constexpr long kMagicAnswer = 0x5ca1ab1e;
constexpr int kSawMagic = 42;
// AMX makes 11,008 bytes; room for what processors come next.
constexpr size_t kMostXsaveBytes = size_t{256} << 10;
// Of a processor without XSAVE: FXSAVE's.
constexpr size_t kFxsaveBytes = 512;

enum class Step { fork, traceme, stop, options, read_registers, write_registers, emulate, answer, done };

const char* what_failed(Step step) {
    switch (step) {
        case Step::fork: return "fork";
        case Step::traceme: return "ptrace(PTRACE_TRACEME)";
        case Step::stop: return "waiting for a traced child";
        case Step::options: return "ptrace(PTRACE_SETOPTIONS)";
        case Step::read_registers: return "ptrace(PTRACE_GETREGSET)";
        case Step::write_registers: return "ptrace(PTRACE_SETREGSET)";
        case Step::emulate: return "ptrace(PTRACE_SYSEMU)";
        case Step::answer: return "giving a system call another answer";
        case Step::done: return "";
    }
    return "";
}

/// How far the attempt came; crosses a pipe as bytes.
struct Attempt {
    Step step = Step::fork;
    int error = 0;
    int signal = 0;  ///< that ended the traced process before its time
    size_t xsave_bytes = 0;
};

/// The traced process.  Runs behind fork() of a program with threads: system calls only.
[[noreturn]] void be_traced() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(errno);
    ::raise(SIGSTOP);
    ::_exit(::syscall(SYS_getpid) == kMagicAnswer ? kSawMagic : 0);
}

/// Waits until the child stops by `signal`; else the reason is in `attempt`.
bool wait_for_stop(pid_t child, int signal, Attempt& attempt) {
    int status = 0;
    if (::waitpid(child, &status, __WALL) != child) {
        attempt.error = errno;
        return false;
    }
    if (WIFSTOPPED(status)) return WSTOPSIG(status) == signal;
    // The child could not ask to be traced and says why; one killed on the spot says nothing.
    attempt.step = Step::traceme;
    attempt.error = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    attempt.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return false;
}

/// A parent that is the child's kernel, as arch/um/os-Linux/skas/process.c is.
void trace_a_child(Attempt& attempt) {
    static std::array<char, kMostXsaveBytes> area;
    const pid_t child = ::fork();
    if (child == 0) be_traced();
    attempt.error = errno;
    if (child < 0) return;
    attempt = {Step::stop, 0, 0, 0};
    if (!wait_for_stop(child, SIGSTOP, attempt)) return;
    auto ask = [&](Step step, auto request, void* address, void* data) {
        attempt.step = step;
        attempt.error = 0;
        if (::ptrace(request, child, address, data) == 0) return true;
        attempt.error = errno;
        return false;
    };
    void* const options = reinterpret_cast<void*>(static_cast<uintptr_t>(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
    if (!ask(Step::options, PTRACE_SETOPTIONS, nullptr, options)) return;
    iovec registers{area.data(), area.size()};
    void* const xstate = reinterpret_cast<void*>(uintptr_t{NT_X86_XSTATE});
    if (ask(Step::read_registers, PTRACE_GETREGSET, xstate, &registers)) {
        attempt.xsave_bytes = registers.iov_len;
        if (!ask(Step::write_registers, PTRACE_SETREGSET, xstate, &registers)) return;
    } else if (attempt.error == ENODEV) {
        attempt.xsave_bytes = kFxsaveBytes;
    } else {
        return;
    }
    if (!ask(Step::emulate, PTRACE_SYSEMU, nullptr, nullptr) || !wait_for_stop(child, SIGTRAP | 0x80, attempt)) return;
    user_regs_struct general{};
    if (!ask(Step::answer, PTRACE_GETREGS, nullptr, &general)) return;
    general.rax = kMagicAnswer;
    if (!ask(Step::answer, PTRACE_SETREGS, nullptr, &general) || !ask(Step::answer, PTRACE_CONT, nullptr, nullptr)) return;
    int status = 0;
    if (::waitpid(child, &status, __WALL) == child && WIFEXITED(status) && WEXITSTATUS(status) == kSawMagic) attempt.step = Step::done;
}

/// What became of the attempt; `killed_by` is the signal that ended it before it could say.
struct Tried {
    Attempt attempt;
    bool told = false;
    int killed_by = 0;
};

/// Traces from a process of its own, which may be killed for it, within the time limit.
Tried try_ptrace(std::chrono::milliseconds time_limit) {
    Tried out;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
        out.attempt.error = errno;
        return out;
    }
    UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const pid_t tracer = ::fork();
    if (tracer == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        Attempt attempt;
        trace_a_child(attempt);
        [[maybe_unused]] const ssize_t n = ::write(write_end.get(), &attempt, sizeof attempt);
        ::_exit(0);
    }
    if (tracer < 0) {
        out.attempt.error = errno;
        return out;
    }
    ::setpgid(tracer, tracer);
    write_end.reset();
    pollfd readable{read_end.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(time_limit.count())) == 1)
        out.told = ::read(read_end.get(), &out.attempt, sizeof out.attempt) == static_cast<ssize_t>(sizeof out.attempt);
    int status = 0;
    // A tracer that ended without a word was killed, and its status says by what; one that is late gets killed.
    if (out.told || (readable.revents & POLLHUP) == 0) ::kill(-tracer, SIGKILL);
    while (::waitpid(tracer, &status, 0) < 0 && errno == EINTR) {}
    ::kill(-tracer, SIGKILL);
    out.killed_by = out.attempt.signal;
    if (!out.told && (readable.revents & POLLHUP) != 0 && WIFSIGNALED(status)) out.killed_by = WTERMSIG(status);
    return out;
}

bool has_seccomp_filter() {
    for (const auto& line : split(read_file("/proc/self/status").value_or(""), '\n'))
        if (line.starts_with("Seccomp:")) return trim(std::string_view(line).substr(8)) == "2";
    return false;
}

void explain_ptrace(const Tried& tried, const UmlProbeOptions& options, UmlProbe& out) {
    const int error = tried.attempt.error;
    const bool refused = tried.killed_by == SIGSYS || error == EPERM || error == EACCES || error == ENOSYS;
    const std::string scope(trim(read_file(options.ptrace_scope).value_or("")));
    if (error == EPERM && scope == "3") {
        out.reason = "ptrace is switched off on this host until it boots again (kernel.yama.ptrace_scope = 3)";
        out.advice = "take that setting out of /etc/sysctl.conf and /etc/sysctl.d and boot this host, or take another one";
    } else if (error == EPERM && scope == "2" && ::geteuid() != 0) {
        out.reason = "only root may use ptrace on this host (kernel.yama.ptrace_scope = 2)";
        out.advice = "run as root, or: sysctl kernel.yama.ptrace_scope=1";
    } else if (refused && has_seccomp_filter()) {
        out.reason = tried.killed_by == SIGSYS ? "a seccomp filter (of a container?) kills who uses ptrace"
                                               : fmt::format("a seccomp filter (of a container?) forbids ptrace ({}: {})", what_failed(tried.attempt.step), std::strerror(error));
        out.advice = "docker run --cap-add=SYS_PTRACE, or --security-opt seccomp=unconfined";
    } else if (tried.killed_by != 0) {
        out.reason = fmt::format("a process that uses ptrace is killed by signal {} ({})", tried.killed_by, ::strsignal(tried.killed_by));
        out.advice = "ptrace of one's own children must be allowed: try outside of a sandbox or container";
    } else if (!tried.told && error == 0) {
        out.reason = fmt::format("a traced process did not come to its end within {} s", static_cast<double>(options.time_limit.count()) / 1000);
        out.advice = "try again when the host is less busy; a sandbox (gVisor) may be what ptrace does not work in";
    } else {
        out.reason = fmt::format("{} fails: {}", what_failed(tried.attempt.step), error != 0 ? std::strerror(error) : "the traced process did something else");
        out.advice = "ptrace of one's own children must work: try outside of a sandbox or container";
    }
}

bool is_tmpfs(const char* folder) {
    struct statfs st {};
    return ::statfs(folder, &st) == 0 && st.f_type == TMPFS_MAGIC;
}

/// Says in `out` what is wrong with the folder of a machine's memory, if anything is.
void check_memory_folder(const UmlProbeOptions& options, UmlProbe& out) {
    const std::string folder = out.memory_folder.string();
    const std::string elsewhere = "set TMPDIR to a folder on a tmpfs with room, mounted without noexec (in a container: docker run --shm-size=2g)";
    std::string name = folder + "/diobench-memory-XXXXXX";
    UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.valid()) {
        out.reason = fmt::format("the memory of a machine is a file in {}, which cannot be made: {}", folder, std::strerror(errno));
        out.advice = elsewhere;
        return;
    }
    ::unlink(name.c_str());
    struct statvfs st {};
    const uint64_t free_bytes = ::fstatvfs(file.get(), &st) == 0 && st.f_blocks != 0 ? uint64_t{st.f_bavail} * st.f_frsize : UINT64_MAX;
    void* mapped = ::ftruncate(file.get(), 4096) == 0 ? ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, file.get(), 0) : MAP_FAILED;
    if (mapped == MAP_FAILED) {
        out.reason = fmt::format("the memory of a machine is a file in {}, which cannot be executed: {}{}", folder, std::strerror(errno), errno == EPERM ? " (mounted noexec)" : "");
        out.advice = errno == EPERM ? fmt::format("mount -o remount,exec {}, or {}", folder, elsewhere) : elsewhere;
        return;
    }
    ::munmap(mapped, 4096);
    if (free_bytes >= options.memory_bytes) return;
    out.reason = fmt::format("the memory of a machine is a file in {}, where {} are free and {} are needed", folder, human_bytes(static_cast<double>(free_bytes)),
                             human_bytes(static_cast<double>(options.memory_bytes)));
    out.advice = "free some, or " + elsewhere;
}

}  // namespace

fs::path uml_memory_folder() {
    for (const char* variable : {"TMPDIR", "TMP", "TEMP"})
        if (const char* folder = std::getenv(variable); folder != nullptr && *folder != '\0') return folder;
    return is_tmpfs("/dev/shm") ? "/dev/shm" : "/tmp";
}

bool lacks_room_for_registers(const fs::path& console_log) {
    return read_file(console_log).value_or("").find("ptrace set fp regs failed") != std::string::npos;
}

UmlProbe probe_uml(const UmlProbeOptions& options) {
    UmlProbe out;
    out.memory_folder = uml_memory_folder();
    const Tried tried = try_ptrace(options.time_limit);
    out.xsave_bytes = tried.attempt.xsave_bytes;
    if (!tried.told || tried.attempt.step != Step::done) explain_ptrace(tried, options, out);
    else check_memory_folder(options, out);
    out.usable = out.reason.empty();
    return out;
}

}  // namespace diobench
