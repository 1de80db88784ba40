// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/case_process.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/common/plan/case_name.h"
#include "bench/guest/conformance/proc_numbers.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

namespace {

constexpr size_t kStepBytes = 512;
constexpr milliseconds kDeathLimit{10000};

/// How much longer than its limit a case may take while the machine is busy.
constexpr double kBusyFactor = 15;

/// How often it is looked whether a case takes too long.  Each look costs six system calls, which are dear under ARCH=um.
constexpr int kLookAgainMs = 200;

/// A case that hangs leaves the machine idle; on a host with too much to do a
/// machine is busy with what takes a moment elsewhere.  Only an endless loop
/// has to be told by its length.
bool is_over(const Uptime& start, double limit_s) {
    const Uptime now = uptime();
    return now.idle_s - start.idle_s > limit_s || now.wall_s - start.wall_s > kBusyFactor * limit_s;
}

/// What the case found, and whether everything could be undone after it.
Finding run_in_world(const Case& one, uint64_t seed, DirectSupport direct, char* step) {
    World world(seed, direct, parse_case_name(one.name).backend, step, kStepBytes);
    auto found = one.run(world);
    Finding finding = found ? *found : failed("a step before or between the reads failed: " + found.error().message());
    auto closed = world.close();
    if (closed || finding.outcome == Outcome::fail) return finding;
    return failed("afterwards: " + closed.error().message());
}

[[noreturn]] void case_main(const Case& one, uint64_t seed, DirectSupport direct, char* step, int answer) {
    ::setsid();
    Finding finding;
    if (::unshare(CLONE_NEWNS) < 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        finding = failed(fail_errno("make a mount namespace", "").value().message());
    else
        finding = run_in_world(one, seed, direct, step);
    const nlohmann::json json = {{"outcome", static_cast<int>(finding.outcome)}, {"text", finding.text}};
    // Bytes of a file may be part of a text.
    (void)write_all(answer, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "answer");
    std::fflush(nullptr);
    ::_exit(0);
}

/// A living process of the session `session`, other than a zombie; 0: none.
pid_t living_member(pid_t session) {
    DIR* folder = ::opendir("/proc");
    if (folder == nullptr) return 0;
    pid_t found = 0;
    while (const dirent* entry = ::readdir(folder)) {
        const pid_t pid = std::atoi(entry->d_name);
        if (pid <= 1 || ::getsid(pid) != session) continue;
        const std::string stat = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
        const size_t name_end = stat.rfind(')');
        if (name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z') found = pid;
    }
    ::closedir(folder);
    return found;
}

std::string describe(pid_t pid) {
    const std::string stat = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
    const size_t name_end = stat.rfind(')');
    // Not /proc/PID/wchan: under ARCH=um it walks a running stack, of which KASAN complains.
    return fmt::format("{} in state {}", stat.substr(0, name_end + 1), name_end + 2 < stat.size() ? stat.substr(name_end + 2, 1) : "?");
}

}  // namespace

Result<CaseProcess> CaseProcess::start(const Case& one, uint64_t seed, DirectSupport direct) {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    UniqueFd from(fds[0]), to(fds[1]);
    void* step = ::mmap(nullptr, kStepBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (step == MAP_FAILED) return fail_errno("map", "memory for a step's name");
    const pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", one.name);
    if (pid == 0) case_main(one, seed, direct, static_cast<char*>(step), to.get());
    return CaseProcess(pid, std::move(from), static_cast<char*>(step), one.limit_s);
}

CaseProcess::CaseProcess(CaseProcess&& other) noexcept
    : pid_(other.pid_), answer_(std::move(other.answer_)), step_(std::exchange(other.step_, nullptr)), limit_s_(other.limit_s_) {}

CaseProcess::~CaseProcess() {
    if (step_ != nullptr) ::munmap(step_, kStepBytes);
}

std::optional<Finding> CaseProcess::wait() {
    const Uptime start = uptime();
    while (::waitpid(pid_, &status_, WNOHANG) != pid_) {
        if (is_over(start, limit_s_)) return std::nullopt;
        // The answer's end of file comes with the process's end (or with that of
        // the last process it left), so this is no polling in the usual case.
        pollfd fd{answer_.get(), POLLIN, 0};
        if (::poll(&fd, 1, kLookAgainMs) == 1) std::this_thread::sleep_for(milliseconds(1));
    }
    return read_answer();
}

Finding CaseProcess::read_answer() {
    std::string text;
    std::array<char, 4096> buffer;
    // A process it left may hold the other end: only what is there is read.
    for (pollfd fd{answer_.get(), POLLIN, 0}; ::poll(&fd, 1, 0) == 1;) {
        const ssize_t n = ::read(answer_.get(), buffer.data(), buffer.size());
        if (n <= 0) break;
        text.append(buffer.data(), static_cast<size_t>(n));
    }
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const std::string at = step_[0] != 0 ? fmt::format(", during: {}", step_) : std::string();
    if (WIFSIGNALED(status_))
        return failed(fmt::format("the case's process was killed by signal {} ({}){}", WTERMSIG(status_), ::strsignal(WTERMSIG(status_)), at));
    if (!json.is_object()) return failed(fmt::format("the case's process ended with status {} and no answer{}", WEXITSTATUS(status_), at));
    return {static_cast<Outcome>(json.at("outcome").get<int>()), json.at("text")};
}

std::string CaseProcess::kill_all() {
    const auto end = std::chrono::steady_clock::now() + kDeathLimit;
    for (;;) {
        ::kill(-pid_, SIGKILL);
        // As process 1 we are the parent of every orphan.
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        const pid_t left = living_member(pid_);
        if (left == 0) return {};
        if (std::chrono::steady_clock::now() > end) return "process " + describe(left) + ", does not die of SIGKILL within 10 s";
        ::kill(left, SIGKILL);
        std::this_thread::sleep_for(milliseconds(10));
    }
}

}  // namespace diobench
