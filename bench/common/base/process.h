// SPDX-License-Identifier: GPL-2.0-only
// Child processes that never outlive us.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"

namespace diobench {

/// Turns SIGINT, SIGTERM and SIGHUP into a level-triggered event instead of
/// an end of the process.  Called once at the start of main().
void install_interrupt_handler();
/// True once one of those signals came.
[[nodiscard]] bool interrupted();
/// A descriptor that is readable for ever once interrupted() is true; never read it.
[[nodiscard]] int interrupt_fd();
/// The error every loop returns when it stops because of interrupted().
[[nodiscard]] tl::unexpected<Error> interrupted_error(std::string_view operation);

struct SpawnOptions {
    fs::path working_directory;                      ///< empty: ours
    std::map<std::string, std::string> environment;  ///< added to ours
    int stdout_fd = -1;                              ///< -1: inherit
    int stderr_fd = -1;                              ///< -1: inherit
    int third_fd = -1;                               ///< becomes the child's descriptor 3; -1: none
};

/// A running child in a process group of its own, killed by the kernel if we
/// die.  The destructor kills the whole group and reaps the child.
class ChildProcess {
public:
    [[nodiscard]] static Result<ChildProcess> spawn(const std::vector<std::string>& argv,
                                                    const SpawnOptions& options);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Readable when the child has ended: for poll(2).
    [[nodiscard]] int pid_fd() const { return pid_fd_.get(); }
    /// Sends `signal` to the whole group.
    void kill_group(int signal) const;
    /// Waits for the end: exit status, or 128 + signal number.
    int wait();

private:
    ChildProcess(pid_t pid, UniqueFd pid_fd) : pid_(pid), pid_fd_(std::move(pid_fd)) {}
    pid_t pid_ = -1;
    UniqueFd pid_fd_;
};

struct CommandOptions {
    fs::path working_directory;
    std::map<std::string, std::string> environment;
    std::chrono::milliseconds time_limit{0};          ///< 0: none
    std::function<void(std::string_view)> on_line;    ///< each line of stdout and stderr as it comes
    fs::path log;                                     ///< output appended here as well, if not empty
    std::string input;                                ///< given on standard input
};

struct CommandResult {
    int exit_status = 0;   ///< as the shell says it: 128 + signal for a killed one
    bool timed_out = false;
    std::string output;    ///< stdout and stderr in the order they came
    std::chrono::duration<double> elapsed{};
};

/// Runs a command to its end and gathers what it printed.  A non-zero exit is
/// a result, not an error; not being able to start it, and an interrupt, are errors.
[[nodiscard]] Result<CommandResult> run_command(const std::vector<std::string>& argv,
                                                const CommandOptions& options = {});
/// As run_command(), and a non-zero exit is an error with the last lines of the output.
[[nodiscard]] Result<CommandResult> run_checked(const std::vector<std::string>& argv,
                                                const CommandOptions& options = {});
/// Absolute path of a program on PATH (/usr/sbin and /sbin are searched as well), or an error that names the Debian package.
[[nodiscard]] Result<fs::path> find_program(const std::string& name, const std::string& package);

/// The last `count` lines of a text.
[[nodiscard]] std::string last_lines(std::string_view text, size_t count);

}  // namespace diobench
