// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/scene_process.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/fd.h"

namespace diobench {

namespace {

/// A kernel that leaves a read to a thread of the submitter first has to do so.
constexpr std::chrono::milliseconds kBeforeRingsChildEnds{20};

void do_nothing(int) {}

std::string wait_and_judge(const ProcessReads& with) {
    auto results = with.reads.wait();
    return results ? with.judge(*results) : results.error().message();
}

/// What comes after is ourselves without arguments, which is at its end at once.
std::string execute() {
    UniqueFd quiet(::open("/dev/null", O_WRONLY));
    ::dup2(quiet.get(), STDERR_FILENO);
    ::execl("/proc/self/exe", "after-exec", nullptr);
    return "cannot execute /proc/self/exe";
}

/// The child gets copies of pages that are pinned, and the reads go on into ours.
std::string fork_and_wait(const ProcessReads& with) {
    const pid_t child = ::fork();
    if (child == 0) {
        with.targets.scribble();
        ::_exit(0);
    }
    auto wrong = wait_and_judge(with);
    if (child > 0) ::waitpid(child, nullptr, 0);
    return wrong;
}

/// System calls alone: it has our thread-local storage.
int submit_and_exit(void* reads) {
    static_cast<ReadsInFlight*>(reads)->submit();
    ::syscall(SYS_exit, 0);
    return 0;
}

/// clone(CLONE_VM) without CLONE_THREAD, or a child with the same ring.
std::string submit_by_process(ReadBy by, const ProcessReads& with) {
    alignas(16) static std::array<char, 64 << 10> stack;
    pid_t child = -1;
    if (by == ReadBy::libaio) {
        child = ::clone(submit_and_exit, stack.data() + stack.size(), CLONE_VM | SIGCHLD, &with.reads);
    } else if ((child = ::fork()) == 0) {
        with.reads.submit();
        std::this_thread::sleep_for(kBeforeRingsChildEnds);
        ::_exit(0);
    }
    if (child < 0) return "cannot start a process that submits";
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) return "a process that submitted reads did not end well";
    return wait_and_judge(with);
}

std::string destroy(Fate fate, const ProcessReads& with) {
    with.reads.destroy();
    while (fate == Fate::destroys_killed) ::pause();
    return {};
}

void submit(Fate fate, const ProcessReads& with) {
    if (fate == Fate::signalled) {
        struct sigaction action {};
        action.sa_handler = do_nothing;  // without SA_RESTART
        ::sigaction(SIGUSR1, &action, nullptr);
    }
    if (fate == Fate::thread_leaves) std::jthread([&] { with.reads.submit(); }).join();
    else with.reads.submit();
}

}  // namespace

bool may_be_cancelled(Fate fate, ReadBy by) {
    return fate == Fate::cancels || (by == ReadBy::io_uring && (fate == Fate::thread_leaves || fate == Fate::process_leaves));
}

std::string meet_fate(Fate fate, ReadBy by, const ProcessReads& with) {
    if (fate == Fate::process_leaves) return submit_by_process(by, with);
    submit(fate, with);
    switch (fate) {
    case Fate::exits: ::_exit(0);
    case Fate::execs: return execute();
    case Fate::cancels: with.reads.cancel(); return wait_and_judge(with);
    case Fate::destroys:
    case Fate::destroys_killed: return destroy(fate, with);
    case Fate::forks: return fork_and_wait(with);
    default: return wait_and_judge(with);
    }
}

}  // namespace diobench
