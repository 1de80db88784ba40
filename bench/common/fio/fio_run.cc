// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/fio_run.h"

#include <algorithm>
#include <ctime>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/fio/job_text.h"
#include "bench/common/fio/meeting.h"

namespace diobench {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Of the tree that scripts/setup builds.
Result<fs::path> program_of_setup(const std::string& name) {
    fs::path path = dependency("fio-" + std::string(kFioVersion)) / name;
    if (::access(path.c_str(), X_OK) == 0) return path;
    return fail("find the static " + name, path.string(), "it is not built here; run scripts/setup, which builds it from Debian's source of fio");
}

/// A file in memory that the child writes into.
Result<UniqueFd> memory_file(const char* name) {
    UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
    if (!fd.valid()) return fail_errno("create memory file", name);
    return fd;
}

Result<std::string> content_of(const UniqueFd& fd, const char* name) {
    struct stat st {};
    if (::fstat(fd.get(), &st) < 0) return fail_errno("stat", name);
    std::string out(static_cast<size_t>(st.st_size), '\0');
    for (size_t at = 0; at < out.size();) {
        const ssize_t n = ::pread(fd.get(), out.data() + at, out.size() - at, static_cast<off_t>(at));
        if (n <= 0) return fail_errno("read", name);
        at += static_cast<size_t>(n);
    }
    return out;
}

/// CPU time of all threads of another process, ns; 0 if it is gone.
uint64_t process_cpu_ns(pid_t pid) {
    clockid_t clock{};
    timespec t{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &t) < 0) return 0;
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

/// fio would try to extend a file that is too small.
Status check_files(const FioRequest& request) {
    for (const auto& job : request.jobs.jobs)
        for (unsigned number : job.files) {
            if (number > request.files.size()) return fail("read with fio", job.name, "it reads file " + std::to_string(number) + ", which is not there");
            const fs::path& file = request.files[number - 1];
            struct stat st {};
            if (::stat(file.c_str(), &st) < 0) return fail_errno("read with fio", file.string());
            const auto file_bytes = static_cast<uint64_t>(st.st_size);
            const uint64_t wanted = job.offset_bytes + std::max(job.size_bytes.value_or(0) / job.files.size(), job.block_size_bytes);
            if (wanted > file_bytes)
                return fail("read with fio", file.string(), "job " + job.name + " reads up to byte " + std::to_string(wanted) + ", but the file has " +
                            std::to_string(file_bytes) + "; lower size or offset");
        }
    return {};
}

std::vector<std::string> absolute_names(const std::vector<fs::path>& files) {
    std::vector<std::string> out;
    for (const auto& file : files) out.push_back(fs::absolute(file).string());
    return out;
}

tl::unexpected<Error> too_long(const FioRequest& request, const std::string& where) {
    return fail("run fio", request.jobs.name, "not done within " + std::to_string(request.time_limit.count() / 1000) + " s (" + where +
                "); read less with size, number_ios or runtime", ExitCode::invalid);
}

/// What is known of the child beside its own words.
struct Between {
    bool met = false;  ///< both hooks were called
    uint64_t elapsed_ns = 0;
    uint64_t cpu_ns = 0;
};

/// Waits for all jobs before their reads, then behind them, and calls the hooks
/// there.  A child that ends early is no error here: its output says why.
Result<Between> watch(const FioRequest& request, Meeting& meeting, const ChildProcess& child, SteadyClock::time_point deadline) {
    const unsigned jobs = request.jobs.threads();
    Between out;
    SteadyClock::time_point released;
    for (const auto* hook : {&request.hooks.before, &request.hooks.after}) {
        const bool before = hook == &request.hooks.before;
        auto outcome = meeting.wait_for(jobs, child, deadline);
        if (!outcome) return forward(outcome);
        if (*outcome == Meeting::Outcome::time_over) return too_long(request, before ? "it was still starting" : "it was still reading");
        if (*outcome == Meeting::Outcome::child_ended) return Between{};
        const auto arrived = SteadyClock::now();
        if (!before) {
            out.elapsed_ns = static_cast<uint64_t>(std::chrono::nanoseconds(arrived - released).count());
            out.cpu_ns = process_cpu_ns(child.pid()) - out.cpu_ns;
        }
        if (auto s = (*hook)(); !s) return forward(s);
        if (before) out.cpu_ns = process_cpu_ns(child.pid());
        released = SteadyClock::now();
        if (auto s = meeting.release(before ? MeetingPoint::before_reads : MeetingPoint::after_reads, jobs); !s) return forward(s);
    }
    out.met = true;
    return out;
}

/// Waits for the end of the child, or says that it took too long.
Status await_end(const FioRequest& request, Meeting& meeting, const ChildProcess& child, SteadyClock::time_point deadline) {
    // Nobody arrives any more: this returns when the child has ended.
    auto outcome = meeting.wait_for(1, child, deadline);
    if (!outcome) return forward(outcome);
    if (*outcome == Meeting::Outcome::child_ended) return {};
    return too_long(request, "it did not end after its reads");
}

std::vector<std::string> command_line(const FioRequest& request, const fs::path& job_file) {
    return {fs::absolute(request.program).string(), "--output-format=json+", "--eta=never", "--readonly", "--warnings-fatal", job_file.string()};
}

Result<FioMeasurement> run_jobs(const FioRequest& request, SteadyClock::time_point deadline) {
    if (auto s = check_files(request); !s) return forward(s);
    auto text = fio_job_text(request.jobs, absolute_names(request.files), request.seed,
                             {meeting_command(MeetingPoint::before_reads), meeting_command(MeetingPoint::after_reads)});
    if (!text) return forward(text);
    auto directory = TempDirectory::create(request.work_directory, "fio-");
    if (!directory) return forward(directory);
    const fs::path job_file = directory->path() / "job.fio";
    if (auto s = write_file_atomic(job_file, *text); !s) return forward(s);
    auto meeting = Meeting::create(directory->path());
    if (!meeting) return forward(meeting);
    auto output = memory_file("fio's output");
    if (!output) return forward(output);
    auto error_output = memory_file("fio's errors");
    if (!error_output) return forward(error_output);

    SpawnOptions options;
    options.working_directory = directory->path();
    options.stdout_fd = output->get();
    options.stderr_fd = error_output->get();
    auto child = ChildProcess::spawn(command_line(request, job_file), options);
    if (!child) return forward(child);
    auto between = watch(request, *meeting, *child, deadline);
    if (!between) return forward(between);
    if (auto s = await_end(request, *meeting, *child, deadline); !s) return forward(s);
    const int status = child->wait();

    auto said = content_of(*output, "fio's output");
    if (!said) return forward(said);
    auto complained = content_of(*error_output, "fio's errors");
    if (!complained) return forward(complained);
    auto measured = parse_fio_output(*said, *complained);
    if (!measured) return measured;
    if (status != 0 && measured->errors == 0)
        return fail("run fio", request.jobs.name, "exit status " + std::to_string(status) + ": " + last_lines(*complained, 1), ExitCode::invalid);
    if (!between->met && measured->errors == 0)
        return fail("run fio", request.jobs.name, "it did not stop where the snapshots are taken (is there a /bin/sh?): " + last_lines(*complained + *said, 1),
                    ExitCode::invalid);
    measured->between_snapshots_ns = between->elapsed_ns;
    measured->cpu_ns = between->cpu_ns;
    return measured;
}

}  // namespace

Result<fs::path> static_fio_program() { return program_of_setup("fio"); }

Result<fs::path> static_t_io_uring_program() { return program_of_setup("t/io_uring"); }

Result<FioMeasurement> run_fio(const FioRequest& request) {
    const auto deadline = SteadyClock::now() + request.time_limit;
    if (request.jobs.ramp_ns() == 0) return run_jobs(request, deadline);
    FioRequest ramp = request;
    ramp.jobs = request.jobs.ramp();
    ++ramp.seed;  // the blocks that are measured are not just those that were read already
    ramp.hooks = {};
    if (auto ramped = run_jobs(ramp, deadline); !ramped || ramped->errors != 0) return ramped;
    FioRequest measured = request;
    measured.jobs = request.jobs.after_ramp();
    return run_jobs(measured, deadline);
}

}  // namespace diobench
