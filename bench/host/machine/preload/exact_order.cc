// SPDX-License-Identifier: GPL-2.0-only
// Loaded into QEMU (LD_PRELOAD) by the exact machine: keeps two of its threads
// in order, so that the virtual clock does not depend on the host's scheduler.
//
// With -icount sleep=off the main loop moves the virtual clock to the next
// timer when the CPU is halted.  The CPU's thread marks itself halted inside
// translated code, and only afterwards adds the instructions it executed to
// the clock.  A main loop that happens to run in between (each timer that
// expires while the CPU runs wakes it) computes the distance to the next timer
// from the stale clock: the clock overshoots by the instructions of that
// slice, some microseconds, once in about 10^4 to 10^5 timers.  Seen with QEMU
// 7.2 as single reads that took 4 us longer, in every run at another place
// (docs/machines.md).  Source: QEMU 7.2 softmmu/icount.c icount_start_warp_timer(),
// accel/tcg/tcg-accel-ops-rr.c rr_cpu_thread_fn(), util/main-loop.c main_loop_wait().
//
// The remedy: the main loop's ppoll(2) returns only while the CPU's thread
// waits on its condition variable, that is, after the clock was brought up to
// date.  Nothing else of QEMU's main loop is needed while the CPU runs: timers
// that expire then are run by the CPU's thread itself.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

/// The CPU's thread: 0 not seen yet (QEMU still starts), 1 it runs, 2 it waits.
enum State : int { unknown = 0, running = 1, waiting = 2 };
std::atomic<int> state{unknown};
/// A main loop that is held up longer goes on: so that signals are served even
/// if the guest never idles.
constexpr time_t kLimit_s = 5;

int thread_id() {
    static thread_local int id = static_cast<int>(::syscall(SYS_gettid));
    return id;
}

bool is_main() { return thread_id() == ::getpid(); }

/// By the name that QEMU gives its threads with -name debug-threads=on:
/// "ALL CPUs/TCG" where one thread runs all CPUs in turn.  Asked once a thread.
bool is_cpu() {
    static thread_local const bool answer = [] {
        char name[16] = {};
        ::prctl(PR_GET_NAME, name);
        return std::strncmp(name, "ALL CPUs", 8) == 0 || std::strncmp(name, "CPU ", 4) == 0;
    }();
    return answer;
}

void set_state(int value) {
    state.store(value);
    ::syscall(SYS_futex, reinterpret_cast<int*>(&state), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void wait_until_cpu_waits() {
    timespec started{};
    ::clock_gettime(CLOCK_MONOTONIC, &started);
    for (int now; (now = state.load()) == running;) {
        timespec limit{1, 0};
        ::syscall(SYS_futex, reinterpret_cast<int*>(&state), FUTEX_WAIT_PRIVATE, now, &limit, nullptr, 0);
        timespec t{};
        ::clock_gettime(CLOCK_MONOTONIC, &t);
        if (t.tv_sec - started.tv_sec > kLimit_s) return;
    }
}

template <class F>
F next(const char* name) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

using Ppoll = int (*)(pollfd*, nfds_t, const timespec*, const sigset_t*);

/// A poll that may block is made without QEMU's big lock: only then may we wait here.
int ordered_ppoll(Ppoll real, pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    int result = real(fds, count, timeout, mask);
    const int saved = errno;
    const bool may_block = timeout == nullptr || timeout->tv_sec != 0 || timeout->tv_nsec != 0;
    if (may_block && is_main()) wait_until_cpu_waits();
    errno = saved;
    return result;
}

}  // namespace

extern "C" {

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    static const auto real = next<Ppoll>("ppoll");
    return ordered_ppoll(real, fds, count, timeout, mask);
}

int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t) {
    static const auto real = next<Ppoll>("ppoll");
    return ordered_ppoll(real, fds, count, timeout, mask);
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    static const auto real = next<int (*)(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    if (!is_cpu()) return real(condition, mutex);
    set_state(waiting);
    int result = real(condition, mutex);
    state.store(running);
    return result;
}

}  // extern "C"
