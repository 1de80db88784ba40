// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/cell_reader.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "bench/common/base/files.h"

namespace diobench {

namespace {

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// What the reader is to do, as a file without a name: an argument may not be as long.
Result<UniqueFd> write_task(const Cell& cell, const ReadTarget& target) {
    UniqueFd fd(::memfd_create("task", MFD_CLOEXEC));
    if (!fd.valid()) return fail_errno("create", "the reader's task");
    const nlohmann::json task = {{"cell", cell.to_json()}, {"target", target.to_json()}};
    if (auto s = write_all(fd.get(), task.dump(), "the reader's task"); !s) return forward(s);
    return fd;
}

}  // namespace

Result<CellReader> CellReader::start(const Cell& cell, const ReadTarget& target, uint64_t seed) {
    auto task = write_task(cell, target);
    if (!task) return forward(task);
    auto to = make_pipe();
    if (!to) return forward(to);
    auto from = make_pipe();
    if (!from) return forward(from);
    auto result = make_pipe();
    if (!result) return forward(result);
    std::vector<std::string> args = {"diobench-read", "--task", std::to_string(task->get()), "--randseed", std::to_string(seed),
                                     "--sync_in", std::to_string(to->read.get()), "--sync_out", std::to_string(from->write.get()),
                                     "--result", std::to_string(result->write.get())};
    std::vector<char*> argv;
    for (auto& a : args) argv.push_back(a.data());
    argv.push_back(nullptr);
    pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "reader");
    if (pid == 0) {
        for (int fd : {task->get(), to->read.get(), from->write.get(), result->write.get()}) ::fcntl(fd, F_SETFD, 0);
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    return CellReader(pid, std::move(to->write), std::move(from->read), std::move(result->read));
}

CellReader::CellReader(CellReader&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), to_(std::move(other.to_)), from_(std::move(other.from_)), result_(std::move(other.result_)) {}

CellReader::~CellReader() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, WNOHANG);
}

CellReader::Reached CellReader::wait_for_point(int timeout_ms) { return wait_for_point_ns(static_cast<uint64_t>(timeout_ms) * 1'000'000); }

CellReader::Reached CellReader::wait_for_point_ns(uint64_t timeout_ns) {
    pollfd fd{from_.get(), POLLIN, 0};
    const timespec limit{static_cast<time_t>(timeout_ns / 1'000'000'000), static_cast<long>(timeout_ns % 1'000'000'000)};
    int ready = 0;
    do {
        ready = ::ppoll(&fd, 1, &limit, nullptr);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return Reached::not_yet;
    char byte = 0;
    return ::read(from_.get(), &byte, 1) == 1 ? Reached::point : Reached::ended;
}

void CellReader::go_on() {
    char byte = '.';
    [[maybe_unused]] ssize_t n = ::write(to_.get(), &byte, 1);
}

Result<std::string> CellReader::finish() {
    std::string text;
    std::array<char, 65536> buffer;
    for (;;) {
        pollfd fd{result_.get(), POLLIN, 0};
        if (::poll(&fd, 1, kReaderLimitMs) == 0) return fail("read", "the reader's answer", "it did not end", ExitCode::invalid);
        ssize_t n = ::read(result_.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        text.append(buffer.data(), static_cast<size_t>(n));
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return text;
}

std::string CellReader::where() const {
    auto text = read_file(fmt::format("/proc/{}/wchan", pid_));
    return text && !text->empty() && *text != "0" ? "waiting in " + *text : "running";
}

}  // namespace diobench
