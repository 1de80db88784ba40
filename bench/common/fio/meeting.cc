// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/meeting.h"

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
constexpr std::string_view kCommand = "echo > arrived && read line < ";

constexpr const char* go_name(MeetingPoint point) { return point == MeetingPoint::before_reads ? "go-before" : "go-after"; }

Result<UniqueFd> make_pipe(const fs::path& path) {
    if (::mkfifo(path.c_str(), 0600) < 0) return fail_errno("create pipe", path.string());
    // Open for both, so that neither side's open(2) waits and neither sees an end.
    return UniqueFd::open(path.string(), O_RDWR | O_NONBLOCK);
}

}  // namespace

std::string meeting_command(MeetingPoint point) { return std::string(kCommand) + go_name(point); }

Result<Meeting> Meeting::create(const fs::path& directory) {
    auto arrived = make_pipe(directory / kArrived);
    if (!arrived) return forward(arrived);
    auto go_before = make_pipe(directory / go_name(MeetingPoint::before_reads));
    if (!go_before) return forward(go_before);
    auto go_after = make_pipe(directory / go_name(MeetingPoint::after_reads));
    if (!go_after) return forward(go_after);
    return Meeting(std::move(*arrived), std::move(*go_before), std::move(*go_after));
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

Status Meeting::release(MeetingPoint point, unsigned jobs) {
    const UniqueFd& go = point == MeetingPoint::before_reads ? go_before_ : go_after_;
    return write_all(go.get(), std::string(jobs, '\n'), go_name(point));
}

namespace {

/// The pipe that a command of ours goes on by; nullptr: it is none of ours.
const char* go_of(std::string_view command) {
    for (MeetingPoint point : {MeetingPoint::before_reads, MeetingPoint::after_reads})
        if (command.starts_with(meeting_command(point))) return go_name(point);
    return nullptr;
}

}  // namespace

int meeting_shell_main(int argc, char** argv) {
    const char* go_path = argc < 3 || std::string_view(argv[1]) != "-c" ? nullptr : go_of(argv[argc - 1]);
    if (go_path == nullptr) {
        std::fputs("sh: this machine has no shell\n", stderr);
        return 127;
    }
    char line = '\n';
    const int arrived = ::open(kArrived, O_WRONLY | O_CLOEXEC);
    if (arrived < 0 || ::write(arrived, &line, 1) != 1) return 1;
    const int go = ::open(go_path, O_RDONLY | O_CLOEXEC);
    if (go < 0 || ::read(go, &line, 1) != 1) return 1;
    return 0;
}

}  // namespace diobench
