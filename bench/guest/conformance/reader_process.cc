// SPDX-License-Identifier: GPL-2.0-only
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

namespace {

constexpr milliseconds kLook{2};
/// A reader with much memory, on a busy host.
constexpr milliseconds kReaderDeathLimit{10000};

std::string read_to_end(int fd) {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t n; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) text.append(buffer.data(), static_cast<size_t>(n));
    return text;
}

}  // namespace

ReaderProcess::ReaderProcess(ReaderProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), answer_(std::move(other.answer_)) {}

ReaderProcess::~ReaderProcess() {
    if (pid_ <= 0) return;
    kill(SIGKILL);
    (void)wait(kReaderDeathLimit);
}

std::optional<ReaderProcess::End> ReaderProcess::wait(milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            return End{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_to_end(answer_.get())};
        }
        if (std::chrono::steady_clock::now() > end) return std::nullopt;
        std::this_thread::sleep_for(kLook);
    }
}

std::string ReaderProcess::where() const {
    const std::string status = read_file(fmt::format("/proc/{}/status", pid_)).value_or("");
    std::string state = "gone";
    for (const auto& line : split(status, '\n'))
        if (line.starts_with("State:")) state = trim(std::string_view(line).substr(6));
    // Not /proc/PID/wchan: under ARCH=um it walks a running stack, of which KASAN complains.
    return state;
}

Result<ReaderProcess> World::start_reader(const std::function<std::string()>& body) {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    UniqueFd from(fds[0]), to(fds[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "reader");
    if (pid == 0) {
        from.reset();
        leave_cache_in_child();
        const std::string text = body();
        (void)write_all(to.get(), text, "answer");
        ::_exit(text.empty() ? 0 : 1);
    }
    return ReaderProcess(pid, std::move(from));
}

}  // namespace diobench
