// SPDX-License-Identifier: GPL-2.0-only
// The jobs of one cell, as fio is given them: read strictly enough to know what they do.
//
// Allowed are the options of bench/common/fio/job_option.cc that are kept, [global] sections and several jobs, which all
// run at the same time.  Everything else is refused in one sentence with file, line, key and what would be right.  A
// user's file becomes such jobs by bench/common/fio/adapt.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct FioOption {
    std::string key;    ///< fio's main name for it: "rw", not "readwrite"
    std::string value;  ///< as the user wrote it; "1" where a key stands alone
    unsigned line = 0;  ///< where; 0 if not from a file
};

/// One job with what it has from [global], and what that comes to.
struct FioJob {
    std::string name;
    std::vector<FioOption> options;  ///< each key once, in the order of their first appearance
    bool random = false;
    bool direct = false;
    uint64_t block_size_bytes = 4096;  ///< the largest one if it has a range
    std::string ioengine = "psync";
    unsigned iodepth = 1;
    unsigned numjobs = 1;
    std::optional<uint64_t> size_bytes;  ///< not if it is all of the file or a share of it
    uint64_t offset_bytes = 0;           ///< 0 also if it is a share
    std::vector<unsigned> files = {1};   ///< of the image, the first is 1; all its threads read all of them, size_bytes in turn
    std::optional<uint64_t> number_ios;  ///< of each of its numjobs
    std::optional<uint64_t> runtime_ns;
    uint64_t ramp_ns = 0;                ///< that it reads before anything is measured

    [[nodiscard]] const FioOption* find(std::string_view key) const;
    /// No block comes twice before all have come: of what it reads in one thread, all bytes differ until it begins again.
    [[nodiscard]] bool reads_each_once() const;
};

struct FioJobFile {
    std::string name;  ///< of the file, for errors
    std::vector<FioJob> jobs;

    /// Threads that read: all jobs times their numjobs.
    [[nodiscard]] unsigned threads() const;
    /// The longest ramp_time of a job; 0: there is none.
    [[nodiscard]] uint64_t ramp_ns() const;
    /// The same jobs for as long as they ramp up, with nothing else that ends them.
    [[nodiscard]] FioJobFile ramp() const;
    /// The same jobs without ramp_time.
    [[nodiscard]] FioJobFile after_ramp() const;
};

/// Engines that keep more than one read under way.
[[nodiscard]] bool is_asynchronous_fio_engine(std::string_view engine);
/// What is said of an option that only other engines have ("only ioengine io_uring has it"); nothing if this one has it.
[[nodiscard]] std::optional<std::string> engine_fault(std::string_view key, std::string_view engine);

/// Reads a job file's text.  `name` appears in errors: "read fio job NAME:LINE: key=value: ...".
[[nodiscard]] Result<FioJobFile> parse_fio_job_file(std::string_view text, const std::string& name);
[[nodiscard]] Result<FioJobFile> read_fio_job_file(const fs::path& path);

/// A cell in fio's words.
struct FioParameters {
    bool random = false;
    uint64_t block_size_bytes = 4096;
    std::string ioengine = "psync";  ///< fio's name
    unsigned iodepth = 1;
    unsigned numjobs = 1;
    bool direct = true;
    uint64_t offset_bytes = 0;           ///< where the file's data starts
    std::optional<uint64_t> size_bytes;  ///< that may be read, from offset_bytes; none: the whole file
    std::optional<uint64_t> number_ios;  ///< of each of the numjobs; none: once over size_bytes
    std::vector<FioOption> more;         ///< further options, such as fixedbufs=1
};
/// One job named "cell", checked as a job file is.  No readahead hints
/// (fadvise_hint=0), since diobench's own engines give none.
[[nodiscard]] Result<FioJobFile> fio_jobs_from(const FioParameters& parameters);

}  // namespace diobench
