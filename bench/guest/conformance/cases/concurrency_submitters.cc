// SPDX-License-Identifier: GPL-2.0-only
// concurrency/*-outlives-*, concurrency/loop-*: whoever submitted a direct read is gone, or never was a process, and
// somebody still waits for its data.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <libaio.h>
#include <liburing.h>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/backend/loop_device.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"

namespace diobench::concurrency_submitters_cases {

namespace {

constexpr uint64_t kCold = 2 << 20;
/// Longer than a kernel takes to look whether anybody still waits.
constexpr milliseconds kLooked{600};
constexpr milliseconds kAsked{2000};

/// What a process that shares our memory does: no more than system calls, for it has our thread-local storage.
struct Submission {
    io_context_t context = nullptr;
    iocb* request = nullptr;
};
int submit_and_exit(void* argument) {
    const auto& submission = *static_cast<const Submission*>(argument);
    iocb* list = submission.request;
    const long n = ::syscall(SYS_io_submit, submission.context, 1L, &list);
    ::syscall(SYS_exit, n == 1 ? 0 : 1);
    return 0;
}

bool has_ended(pid_t child, int& status) { return ::waitpid(child, &status, WNOHANG) == child; }

/// Once the daemon has the READ and the submitter, if its kernel lets it, is gone, the daemon answers; how the submitter ended.
/// A kernel that gives the read up at once asks for nothing.
int answer_behind(World& world, uint64_t fetches_before, pid_t submitter) {
    (void)world.wait_for_fetches(fetches_before + 1, kAsked);
    std::this_thread::sleep_for(kLooked);
    world.faults().release();
    int status = 0;
    for (auto left = kEnough.count(); left > 0 && !has_ended(submitter, status); --left) std::this_thread::sleep_for(milliseconds(1));
    return status;
}

/// io_submit(2) by a process that shares our memory and is no thread of ours: clone(CLONE_VM) without CLONE_THREAD.
Result<Finding> outlives_process(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    // The file's map is here already: what is waited for is the data.
    if (::pread(file->fd.get(), buffer->data(), kBlockBytes, 0) < 0) return fail_errno("read", file->path());
    buffer->poison(kBlockBytes);
    Submission submission;
    if (const int error = ::io_setup(1, &submission.context); error < 0) return fail_errno("set up", "an aio context", -error);
    iocb request{};
    ::io_prep_pread(&request, file->fd.get(), buffer->data(), kBlockBytes, static_cast<long long>(kCold));
    submission.request = &request;
    alignas(16) static std::array<char, 64 << 10> stack;
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    world.step("io_submit(2) by a process that shares the memory (CLONE_VM) and ends before the daemon delivers");
    const pid_t child = ::clone(submit_and_exit, stack.data() + stack.size(), CLONE_VM | SIGCHLD, &submission);
    if (child < 0) return fail_errno("clone", "a process that shares our memory");
    const int status = answer_behind(world, before, child);
    io_event event{};
    timespec limit{5, 0};
    const int got = ::io_getevents(submission.context, 1, 1, &event, &limit);
    ::io_destroy(submission.context);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed(fmt::format("the process that submitted a read ended with status {}", status));
    if (got != 1) return failed("a read by libaio whose submitter, a process of the same memory, has ended did not complete");
    auto wrong = check_read(file->subject, {"libaio", "direct", kCold, static_cast<ssize_t>(static_cast<int64_t>(event.res))}, buffer->first(kBlockBytes));
    return wrong.empty() ? passed()
                         : failed("after the process that submitted it for us (clone(2) with CLONE_VM, without CLONE_THREAD) had ended, and before the daemon had delivered: " + wrong);
}

/// Memory that a child shares.
struct SharedPage {
    void* memory = ::mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    SharedPage() = default;
    SharedPage(const SharedPage&) = delete;
    SharedPage& operator=(const SharedPage&) = delete;
    ~SharedPage() {
        if (memory != MAP_FAILED) ::munmap(memory, kBlockBytes);
    }
    [[nodiscard]] std::span<std::byte> span() const { return {static_cast<std::byte*>(memory), kBlockBytes}; }
};

struct Ring {
    io_uring ring{};
    bool made = false;
    ~Ring() {
        if (made) ::io_uring_queue_exit(&ring);
    }
};

/// A ring that is inherited over fork(2), used by the child, which ends.
Result<Finding> ring_outlives_child(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    SharedPage page;
    if (page.memory == MAP_FAILED) return fail_errno("map", "memory");
    if (::pread(file->fd.get(), page.memory, kBlockBytes, 0) < 0) return fail_errno("read", file->path());
    std::fill(page.span().begin(), page.span().end(), kPoison);
    Ring ring;
    if (const int error = ::io_uring_queue_init(1, &ring.ring, 0); error < 0) return fail_errno("set up", "an io_uring", -error);
    ring.made = true;
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    world.step("io_uring_enter(2) by a child that inherited the ring and ends before the daemon delivers");
    const pid_t child = ::fork();
    if (child < 0) return fail_errno("start", "a child");
    if (child == 0) {
        ::io_uring_prep_read(::io_uring_get_sqe(&ring.ring), file->fd.get(), page.memory, kBlockBytes, kCold);
        const int n = ::io_uring_submit(&ring.ring);
        // A kernel that leaves the read to a thread of ours first has to do so.
        std::this_thread::sleep_for(milliseconds(100));
        ::_exit(n == 1 ? 0 : 1);
    }
    const int status = answer_behind(world, before, child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed(fmt::format("the child that submitted a read ended with status {}", status));
    io_uring_cqe* cqe = nullptr;
    __kernel_timespec limit{.tv_sec = 5, .tv_nsec = 0};
    if (::io_uring_wait_cqe_timeout(&ring.ring, &cqe, &limit) < 0) return failed("a read by io_uring that a child submitted on an inherited ring did not complete after the child had ended");
    const ssize_t result = cqe->res;
    ::io_uring_cqe_seen(&ring.ring, cqe);
    // The end of a task may cancel what it submitted, which is said so.
    if (result == -ECANCELED || result == -EINTR) return passed();
    auto wrong = check_read(file->subject, {"io_uring READ", "direct", kCold, result}, page.span());
    return wrong.empty() ? passed() : failed("submitted on an inherited ring by a child that ended before the daemon had delivered: " + wrong + " or ECANCELED");
}

/// A loop device's reads wait for a daemon that is killed and replaced.
Result<Finding> loop_meets_restart(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    if (::access("/dev/loop-control", F_OK) < 0) return skipped("this kernel has no loop devices");
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto loop = LoopDevice::attach(file->path(), true);
    if (!loop) return forward(loop);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = world.start_reader([&]() -> std::string {
        auto fd = UniqueFd::open((*loop)->path(), O_RDONLY | O_DIRECT);
        if (!fd) return fd.error().message();
        auto buffer = ReadBuffer::create(kBlockBytes);
        if (!buffer) return buffer.error().message();
        buffer->poison(kBlockBytes);
        const ssize_t n = ::pread(fd->get(), buffer->data(), kBlockBytes, static_cast<off_t>(kCold));
        return check_read(file->subject, {"pread of a loop device (direct I/O to its file)", "direct", kCold, n < 0 ? -errno : n}, buffer->first(kBlockBytes));
    });
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("the loop device's read never reached the daemon: " + reader->where());
    if (auto s = world.kill_daemon(); !s) return forward(s);
    world.faults().release();
    if (auto early = reader->wait(kLooked)) return failed("a read by a loop device ended when the daemon was killed, which /dev/cachefiles outlives: " + early->text);
    if (auto s = world.restore_daemon(); !s) return forward(s);
    world.step("a loop device's read whose daemon was killed, after another one asked for its requests (restore)");
    const auto end = reader->wait(kEnough);
    if (!end) return failed("a loop device's read whose daemon was killed does not return after another one took over (restore): " + reader->where());
    return end->text.empty() ? passed() : failed("after another daemon took over: " + end->text);
}

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"concurrency/libaio-outlives-process", "A direct read by libaio that another process of the same memory submitted, which ends before the daemon has delivered, gives its data to who waits.",
     "clone(2), CLONE_VM; io_submit(2); fs/aio.c, ioctx_alloc(): a context belongs to the memory, not to a process", outlives_process},
    {"concurrency/io-uring-outlives-child", "A direct read that a child submitted on an inherited ring gives its data, or says that it was cancelled, after the child has ended; it is no I/O error.",
     "io_uring_setup(2); io_uring/io_uring.c, io_uring_cancel_generic(): a ring belongs to who has its descriptor", ring_outlives_child},
    {"concurrency/loop-daemon-replaced", "A read by a loop device with direct I/O waits while the daemon is killed and replaced, and gets its data (restore).",
     "drivers/block/loop.c, lo_rw_aio(): a worker submits; Documentation/filesystems/caching/cachefiles.rst", loop_meets_restart},
}; }};

}  // namespace

}  // namespace diobench::concurrency_submitters_cases
