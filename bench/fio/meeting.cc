// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fio/meeting.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace diobench {

namespace {

constexpr const char* kArrived = "arrived";
constexpr const char* kGo = "go";
constexpr std::string_view kCommand = "echo > arrived && read line < go";

Result<UniqueFd> make_pipe(const fs::path& path) {
    if (::mkfifo(path.c_str(), 0600) < 0) return fail_errno("create pipe", path.string());
    // Open for both, so that neither side's open(2) waits and neither sees an end.
    return UniqueFd::open(path.string(), O_RDWR | O_NONBLOCK);
}

}  // namespace

std::string meeting_command() { return std::string(kCommand); }

Result<Meeting> Meeting::create(const fs::path& directory) {
    auto arrived = make_pipe(directory / kArrived);
    if (!arrived) return forward(arrived);
    auto go = make_pipe(directory / kGo);
    if (!go) return forward(go);
    return Meeting(std::move(*arrived), std::move(*go));
}

Result<Meeting::Outcome> Meeting::wait_for(unsigned jobs, const ChildProcess& child, std::chrono::steady_clock::time_point deadline) {
    while (jobs > 0) {
        std::array<pollfd, 3> fds{{{arrived_.get(), POLLIN, 0}, {child.pid_fd(), POLLIN, 0}, {interrupt_fd(), POLLIN, 0}}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return Outcome::time_over;
        if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) return fail_errno("poll", "fio");
        if (interrupted()) return interrupted_error("fio");
        std::array<char, 64> lines{};
        if ((fds[0].revents & POLLIN) != 0) {
            const ssize_t n = ::read(arrived_.get(), lines.data(), std::min<size_t>(lines.size(), jobs));
            if (n > 0) jobs -= static_cast<unsigned>(n);
        } else if (fds[1].revents != 0) {
            return Outcome::child_ended;
        }
    }
    return Outcome::all_arrived;
}

Status Meeting::release(unsigned jobs) { return write_all(go_.get(), std::string(jobs, '\n'), kGo); }

int meeting_shell_main(int argc, char** argv) {
    if (argc < 3 || std::string_view(argv[1]) != "-c" || !std::string_view(argv[argc - 1]).starts_with(kCommand)) {
        std::fputs("sh: this machine has no shell\n", stderr);
        return 127;
    }
    char line = '\n';
    const int arrived = ::open(kArrived, O_WRONLY | O_CLOEXEC);
    if (arrived < 0 || ::write(arrived, &line, 1) != 1) return 1;
    const int go = ::open(kGo, O_RDONLY | O_CLOEXEC);
    if (go < 0 || ::read(go, &line, 1) != 1) return 1;
    return 0;
}

}  // namespace diobench
