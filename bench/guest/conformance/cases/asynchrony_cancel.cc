// SPDX-License-Identifier: GPL-2.0-only
// asynchrony/libaio-cancelled-*: whoever does not want a read any more does not wait for its daemon.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <libaio.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::asynchrony_cancel_cases {

namespace {

constexpr uint64_t kCold = 4 << 20;
constexpr int kReads = 8;
constexpr milliseconds kAtOnce{6000};  ///< for what waits for nothing, on a busy host

/// Reads by libaio that the daemon has been asked for and does not answer, by the process that waits for them.
class Held {
public:
    [[nodiscard]] static Result<Held> submit(World& world, const OpenFile& file) {
        auto fd = file.open_again(O_DIRECT);
        if (!fd) return forward(fd);
        auto buffer = ReadBuffer::create(kReads * kBlockBytes);
        if (!buffer) return forward(buffer);
        Held held(std::move(*fd), std::move(*buffer));
        if (const int error = ::io_setup(kReads, &held.context_); error < 0) return fail_errno("set up", "an aio context", -error);
        const uint64_t before = world.fetches();
        std::vector<iocb*> list;
        for (size_t i = 0; i < kReads; ++i) {
            ::io_prep_pread(&held.requests_[i], held.fd_.get(), held.buffer_.data() + i * kBlockBytes, kBlockBytes, static_cast<long long>(kCold + 2 * i * kBlockBytes));
            list.push_back(&held.requests_[i]);
        }
        if (const int n = ::io_submit(held.context_, kReads, list.data()); n != kReads) return fail_errno("io_submit", "8 reads", n < 0 ? -n : EAGAIN);
        if (!world.wait_for_fetches(before + kReads, kEnough)) return fail("wait for", "the daemon to be asked", "not all of 8 reads reached it");
        return held;
    }
    [[nodiscard]] io_context_t context() const { return context_; }
    [[nodiscard]] iocb* request(size_t index) { return &requests_[index]; }

private:
    Held(UniqueFd fd, ReadBuffer buffer) : fd_(std::move(fd)), buffer_(std::move(buffer)), requests_(kReads) {}
    UniqueFd fd_;
    ReadBuffer buffer_;
    io_context_t context_ = nullptr;
    std::vector<iocb> requests_;
};

std::string destroy(Held& held) {
    const int error = ::io_destroy(held.context());
    return error == 0 ? "" : fmt::format("io_destroy(2) failed with {}", ::strerrorname_np(-error));
}

/// What comes after is ourselves without arguments, which is at its end at once.
std::string execute(Held&) {
    UniqueFd quiet(::open("/dev/null", O_WRONLY));
    ::dup2(quiet.get(), STDERR_FILENO);
    ::execl("/proc/self/exe", "after-exec", nullptr);
    return "cannot execute /proc/self/exe";
}

constexpr const char* kNotTaken = "not taken";

std::string cancel_one(Held& held) {
    io_event event{};
    const int cancelled = ::io_cancel(held.context(), held.request(3), &event);
    if (cancelled != -EINPROGRESS && cancelled != 0) return kNotTaken + fmt::format(": {}", ::strerrorname_np(-cancelled));
    timespec limit{5, 0};
    if (::io_getevents(held.context(), 1, 1, &event, &limit) != 1) return "io_cancel(2) took a read that waits for a silent daemon, and its event does not come within 5 s";
    const auto result = static_cast<ssize_t>(static_cast<int64_t>(event.res));
    if (event.obj != held.request(3)) return "io_cancel(2) of one read ended another one: " + result_text(result);
    return result == -EINTR || result == -ECANCELED ? "" : fmt::format("a read that io_cancel(2) took {}; right is EINTR or ECANCELED", result_text(result));
}

struct How {
    const char* name;
    const char* what;  ///< "io_destroy(2)"
    std::string (*body)(Held&);
};
constexpr How kHows[] = {{"io-destroy", "io_destroy(2)", destroy}, {"execve", "execve(2)", execute}, {"io-cancel", "io_cancel(2)", cancel_one}};

Result<Finding> cancelled(World& world, const How& how) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    world.step(fmt::format("{} with direct reads outstanding that a silent daemon has", how.what));
    auto reader = world.start_reader([&]() -> std::string {
        auto held = Held::submit(world, *file);
        return held ? how.body(*held) : held.error().message();
    });
    if (!reader) return forward(reader);
    // First the submission, which some kernels let wait.
    const auto end = reader->wait(kEnough + kAtOnce);
    const std::string where = end ? "" : reader->where();
    world.faults().release();
    if (end && end->text.starts_with(kNotTaken)) return noted("io_cancel(2) of a direct read that waits for the daemon is " + end->text);
    Complaints complaints;
    if (end) {
        complaints.add(end->text);
    } else {
        complaints.add(fmt::format("{} waits for direct reads whose daemon is silent: {}; right is that it cancels them and goes on", how.what, where));
        if (!reader->wait(kEnough)) complaints.add(fmt::format("{} does not come to its end even after the daemon answered", how.what));
    }
    auto again = world.start_reader([&] { return read_once(file->subject, file->path(), {.offset = kCold, .length = kBlockBytes, .flags = O_DIRECT}); });
    if (!again) return forward(again);
    const auto later = again->wait(kEnough);
    complaints.add(!later ? "a later read of the same range does not return: " + again->where() : later->text.empty() ? "" : "a later read of the same range: " + later->text);
    return complaints.finding();
}

std::vector<Case> all() {
    std::vector<Case> cases;
    for (const How& how : kHows)
        cases.push_back({fmt::format("asynchrony/libaio-cancelled-by-{}", how.name),
                         fmt::format("{} cancels direct reads that wait for a silent daemon: it does not wait for them, and nobody else loses anything.", how.what),
                         "io_destroy(2): \"will attempt to cancel all outstanding asynchronous I/O operations\"; fs/aio.c, kiocb_set_cancel_fn(), free_ioctx_users(), exit_aio()",
                         [&how](World& w) { return cancelled(w, how); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::asynchrony_cancel_cases
