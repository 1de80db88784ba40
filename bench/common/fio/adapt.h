// SPDX-License-Identifier: GPL-2.0-only
// A user's job file as it is -> jobs that read the files of an image, a cell each phase, and a list of all that was changed.
//
// What has no meaning here is dropped, what means something else is translated (the table is in job_option.cc), sizes are
// scaled to the image, and every change is a row.  Only what fio itself would refuse, and a file of which nothing is left,
// is refused: all faults at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/fio/change.h"
#include "bench/common/fio/job_file.h"
#include "bench/common/fio/script.h"

namespace diobench {

/// emulated: each nanosecond of the machine's clock costs many of ours, idle ones nothing.
enum class FioClock { real, emulated };
enum class MixedJobs { left_out, reads_kept };

/// Where the jobs will run.
struct FioSurroundings {
    std::vector<uint64_t> file_bytes;  ///< of the image's files, in its order; at least one
    FioClock clock = FioClock::emulated;
    MixedJobs mixed = MixedJobs::left_out;
};

/// Jobs that run at the same time, in the same mode.
struct FioPhase {
    std::string name;   ///< of its one job, or "phase2"; letters, digits, '-', '_' and '.'
    std::string text;   ///< the adapted job file: what the cell runs, and what runs by hand
    FioJobFile jobs;    ///< the same, read
    bool pre_read = false;    ///< the files are in the page cache before
    uint64_t estimated_reads = 1;
};

struct AdaptedFio {
    std::vector<FioPhase> phases;    ///< at least one
    std::vector<FioChange> changes;  ///< by line
};

/// A name of letters, digits, '-', '_' and '.', at most 40 of them.
[[nodiscard]] std::string plain_fio_name(std::string_view name);

/// How many different files its jobs name that will be left; at least 1.
[[nodiscard]] size_t fio_files_wanted(const FioScript& script, MixedJobs mixed);

[[nodiscard]] Result<AdaptedFio> adapt_fio_script(const FioScript& script, const FioSurroundings& around);

/// What a job file must not have if nothing may be changed: a fault a change, all at once; ok if there is none.
[[nodiscard]] Status refuse_changes(const std::vector<FioChange>& changes);

/// The table for people: line, option, what became of it, why, in lines of about `width` columns.
[[nodiscard]] std::string changes_text(const std::vector<FioChange>& changes, size_t width);

}  // namespace diobench
