// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/job_text.h"

namespace diobench {

namespace {

// Jobs are threads of one process: it can be killed and counted as a whole, and
// a kernel without System V shared memory will do.  Latencies are read from
// CLOCK_MONOTONIC, which on the exact machine is the guest's own.  The page
// cache is left as it was staged.  Whole latencies with bins are reported.
constexpr std::string_view kAlways =
    "thread=1\n"
    "clocksource=clock_gettime\n"
    "invalidate=0\n"
    "allow_file_create=0\n"
    "disk_util=0\n"
    "lat_percentiles=1\n"
    "clat_percentiles=1\n";

/// In fio's file names ':' separates and ';', '#' end the line.
Result<std::string> escaped(const std::string& file) {
    if (file.find_first_of(";#\n\r$\\\"") != std::string::npos)
        return fail("write fio job for", file, "a file name with ; # $ \\ or quotes cannot be said in a job file; rename it");
    std::string out;
    for (char c : file) {
        if (c == ':') out += '\\';
        out += c;
    }
    return out;
}

/// What stands behind "filename=" of a job.
Result<std::string> names_of_files(const FioJob& job, const std::vector<std::string>& files) {
    std::string out;
    for (unsigned number : job.files) {
        if (number == 0 || number > files.size()) return fail("write fio job", job.name, "it reads file " + std::to_string(number) + " of an image that has " + std::to_string(files.size()));
        auto name = escaped(files[number - 1]);
        if (!name) return forward(name);
        out += (out.empty() ? "" : ":") + *name;
    }
    return out;
}

}  // namespace

Result<std::string> fio_job_text(const FioJobFile& jobs, const std::vector<std::string>& files, uint64_t seed, const JobCommands& commands) {
    std::string out = "[global]\n";
    out += kAlways;
    // fio 3.33 does not use randseed for offsets unless randrepeat is off (setup_random_seeds() runs
    // before fixup_options() turns it off).
    out += "randrepeat=0\nrandseed=" + std::to_string(seed) + "\n";
    if (!commands.before.empty()) out += "exec_prerun=" + commands.before + "\n";
    if (!commands.after.empty()) out += "exec_postrun=" + commands.after + "\n";
    for (const auto& job : jobs.jobs) {
        auto names = names_of_files(job, files);
        if (!names) return forward(names);
        out += "[" + job.name + "]\nfilename=" + *names + "\n";
        for (const auto& option : job.options)
            if (option.key != "filename") out += option.key + "=" + option.value + "\n";
    }
    return out;
}

}  // namespace diobench
