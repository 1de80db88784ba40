// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/fio_files.h"

#include <algorithm>
#include <fmt/format.h>

namespace diobench {

namespace {

constexpr size_t kChangesWidth = 120;

/// Two layouts of one job differ in their sizes.
std::string adapted_path(const std::string& fio_job, const AdaptedJobFile& job, bool alone) {
    return fmt::format("{}/{}{}.fio", kFioFolder, fio_job, alone ? "" : "@" + job.layout);
}

bool is_alone(const AdaptedJobFile& job, const std::vector<const AdaptedJobFile*>& all) {
    return std::ranges::count_if(all, [&](const auto* other) { return other->name == job.name; }) == 1;
}

bool is_read(const std::string& fio_job, const AdaptedJobFile& job, const std::vector<Cell>& cells) {
    return std::ranges::any_of(cells, [&](const Cell& cell) { return cell.fio_job == fio_job && cell.layout == job.layout; });
}

}  // namespace

std::vector<FioJobRecord> fio_job_records(const WorkloadSet& workloads, const std::vector<Cell>& cells) {
    const auto all = workloads.adapted_fio_jobs();
    std::vector<FioJobRecord> out;
    for (const AdaptedJobFile* job : all) {
        FioJobRecord record{job->name, job->layout, {}, job->changes};
        for (const auto& [fio_job, text] : job->texts)
            if (is_read(fio_job, *job, cells)) record.adapted.push_back(adapted_path(fio_job, *job, is_alone(*job, all)));
        if (!record.adapted.empty()) out.push_back(std::move(record));
    }
    return out;
}

Status write_fio_files(const fs::path& output, const WorkloadSet& workloads, const std::vector<Cell>& cells) {
    const auto all = workloads.adapted_fio_jobs();
    for (const AdaptedJobFile* job : all)
        for (const auto& [fio_job, text] : job->texts) {
            if (!is_read(fio_job, *job, cells)) continue;
            if (auto s = make_directories(output / kFioFolder); !s) return s;
            if (auto s = write_file_atomic(output / adapted_path(fio_job, *job, is_alone(*job, all)), text); !s) return s;
        }
    return {};
}

std::string fio_changes_text(const std::vector<FioJobRecord>& records) {
    std::string out;
    for (const auto& record : records) {
        const char* cells = record.adapted.size() == 1 ? "" : "s";
        if (record.changes.empty()) out += fmt::format("fio job {}: {} cell{} on layout {}, as it is\n", record.name, record.adapted.size(), cells, record.layout);
        else out += fmt::format("fio job {}: {} cell{} on layout {}; changed:\n{}", record.name, record.adapted.size(), cells, record.layout, changes_text(record.changes, kChangesWidth));
    }
    return out;
}

}  // namespace diobench
