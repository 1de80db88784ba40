// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/process.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

std::atomic<bool> interrupt_seen{false};

int interrupt_event() {
    static const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd;
}

void on_interrupt(int) {
    int saved = errno;
    interrupt_seen = true;
    uint64_t one = 1;
    [[maybe_unused]] ssize_t n = ::write(interrupt_event(), &one, sizeof one);
    errno = saved;
}

}  // namespace

void install_interrupt_handler() {
    interrupt_event();
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return interrupt_seen; }
int interrupt_fd() { return interrupt_event(); }

tl::unexpected<Error> interrupted_error(std::string_view operation) {
    return fail(operation, "", "interrupted");
}

Result<ChildProcess> ChildProcess::spawn(const std::vector<std::string>& argv, const SpawnOptions& options) {
    std::vector<char*> args;
    for (const auto& a : argv) args.push_back(const_cast<char*>(a.c_str()));
    args.push_back(nullptr);
    std::vector<std::string> env_text;
    for (char** e = environ; *e != nullptr; ++e) {
        std::string_view entry(*e);
        if (!options.environment.contains(std::string(entry.substr(0, entry.find('='))))) env_text.emplace_back(entry);
    }
    for (const auto& [key, value] : options.environment) env_text.push_back(key + "=" + value);
    std::vector<char*> env;
    for (auto& e : env_text) env.push_back(e.data());
    env.push_back(nullptr);

    std::array<int, 2> error_pipe{};
    if (::pipe2(error_pipe.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    UniqueFd error_read(error_pipe[0]);
    UniqueFd error_write(error_pipe[1]);
    const pid_t parent = ::getpid();
    pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", argv.at(0));
    if (pid == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        for (int s : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(s, SIG_DFL);
        int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(null_fd, 0);
        if (options.stdout_fd >= 0) ::dup2(options.stdout_fd, 1);
        if (options.stderr_fd >= 0) ::dup2(options.stderr_fd, 2);
        // dup2() onto itself would leave the close-on-exec flag.
        if (options.third_fd == 3) ::fcntl(3, F_SETFD, 0);
        else if (options.third_fd >= 0) ::dup2(options.third_fd, 3);
        int failed = 0;
        if (!options.working_directory.empty()) failed = ::chdir(options.working_directory.c_str());
        if (failed == 0) ::execvpe(args[0], args.data(), env.data());
        int code = errno;
        [[maybe_unused]] ssize_t n = ::write(error_write.get(), &code, sizeof code);
        ::_exit(127);
    }
    ::setpgid(pid, pid);
    error_write.reset();
    int code = 0;
    ssize_t n = 0;
    do {
        n = ::read(error_read.get(), &code, sizeof code);
    } while (n < 0 && errno == EINTR);
    if (n == sizeof code) {
        ::waitpid(pid, nullptr, 0);
        return fail_errno("start", argv.at(0), code);
    }
    UniqueFd pid_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pid_fd.valid()) ::fcntl(pid_fd.get(), F_SETFD, FD_CLOEXEC);
    return ChildProcess(pid, std::move(pid_fd));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pid_fd_(std::move(other.pid_fd_)) {}

ChildProcess::~ChildProcess() {
    if (pid_ <= 0) return;
    kill_group(SIGKILL);
    wait();
}

void ChildProcess::kill_group(int signal) const {
    if (pid_ > 0) ::kill(-pid_, signal);
}

int ChildProcess::wait() {
    if (pid_ <= 0) return 0;
    int status = 0;
    pid_t got = 0;
    do {
        got = ::waitpid(pid_, &status, 0);
    } while (got < 0 && errno == EINTR);
    // What the child left behind in its group (a compiler below make) goes too.
    kill_group(SIGKILL);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

/// Splits a stream into lines for a callback.
class LineFeed {
public:
    explicit LineFeed(const std::function<void(std::string_view)>& sink) : sink_(sink) {}
    ~LineFeed() {
        if (sink_ && !rest_.empty()) sink_(rest_);
    }
    void add(std::string_view data) {
        if (!sink_) return;
        rest_ += data;
        size_t from = 0;
        for (size_t nl; (nl = rest_.find('\n', from)) != std::string::npos; from = nl + 1)
            sink_(std::string_view(rest_).substr(from, nl - from));
        rest_.erase(0, from);
    }

private:
    const std::function<void(std::string_view)>& sink_;
    std::string rest_;
};

}  // namespace

Result<CommandResult> run_command(const std::vector<std::string>& argv, const CommandOptions& options) {
    if (interrupted()) return interrupted_error(argv.at(0));
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    UniqueFd out_read(out[0]);
    UniqueFd out_write(out[1]);
    UniqueFd log;
    if (!options.log.empty()) {
        auto opened = UniqueFd::open(options.log.string(), O_WRONLY | O_CREAT | O_APPEND);
        if (!opened) return forward(opened);
        log = std::move(*opened);
    }
    std::vector<std::string> full = argv;
    if (!options.input.empty()) {
        // The child's standard input is /dev/null; text is handed over in a file.
        UniqueFd in(static_cast<int>(::syscall(SYS_memfd_create, "input", 0)));
        if (!in.valid()) return fail_errno("create", "memfd");
        if (auto s = write_all(in.get(), options.input, "memfd"); !s) return forward(s);
        full = {"sh", "-c", "exec \"$@\" < /proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(in.get()), "sh"};
        full.insert(full.end(), argv.begin(), argv.end());
        CommandOptions without = options;
        without.input.clear();
        return run_command(full, without);
    }
    auto started = std::chrono::steady_clock::now();
    auto child = ChildProcess::spawn(full, SpawnOptions{options.working_directory, options.environment,
                                                        out_write.get(), out_write.get()});
    if (!child) return forward(child);
    out_write.reset();

    CommandResult result;
    LineFeed lines(options.on_line);
    std::array<char, 65536> buffer;
    bool open = true;
    while (open) {
        std::array<pollfd, 2> fds{{{out_read.get(), POLLIN, 0}, {interrupt_fd(), POLLIN, 0}}};
        int wait_ms = -1;
        if (options.time_limit.count() > 0) {
            auto left = options.time_limit - std::chrono::duration_cast<std::chrono::milliseconds>(
                                                 std::chrono::steady_clock::now() - started);
            wait_ms = std::max<int>(0, static_cast<int>(left.count()));
        }
        int ready = ::poll(fds.data(), fds.size(), wait_ms);
        if (ready < 0 && errno != EINTR) return fail_errno("poll", argv.at(0));
        if (fds[1].revents != 0 || interrupted()) {
            child->kill_group(SIGTERM);
            return interrupted_error(argv.at(0));
        }
        if (ready == 0) {
            result.timed_out = true;
            child->kill_group(SIGKILL);
            break;
        }
        if (fds[0].revents == 0) continue;
        ssize_t n = ::read(out_read.get(), buffer.data(), buffer.size());
        if (n <= 0) {
            open = n < 0 && errno == EINTR;
            continue;
        }
        std::string_view data(buffer.data(), static_cast<size_t>(n));
        result.output += data;
        lines.add(data);
        if (log.valid())
            if (auto s = write_all(log.get(), data, options.log.string()); !s) return forward(s);
    }
    result.exit_status = child->wait();
    result.elapsed = std::chrono::steady_clock::now() - started;
    return result;
}

Result<CommandResult> run_checked(const std::vector<std::string>& argv, const CommandOptions& options) {
    auto result = run_command(argv, options);
    if (!result) return result;
    std::string what = argv.at(0);
    if (argv.size() > 1) what += " " + argv[1];
    if (result->timed_out)
        return fail(what, "", "no end within " + std::to_string(options.time_limit.count() / 1000) + " s");
    if (result->exit_status != 0)
        return fail(what, "", "exit status " + std::to_string(result->exit_status) + "\n" + last_lines(result->output, 12));
    return result;
}

Result<fs::path> find_program(const std::string& name, const std::string& package) {
    const char* path = std::getenv("PATH");
    std::string search = std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin";
    for (const auto& dir : split(search, ':')) {
        fs::path candidate = fs::path(dir) / name;
        if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
    }
    return fail("find program", name, "not installed: " + how_to_install(package));
}

std::string last_lines(std::string_view text, size_t count) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    size_t from = text.size();
    for (size_t i = 0; i < count && from != std::string_view::npos && from > 0; ++i) from = text.rfind('\n', from - 1);
    if (from == std::string_view::npos) return std::string(text);
    return std::string(text.substr(from == 0 ? 0 : from + 1));
}

}  // namespace diobench
