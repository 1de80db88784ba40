// SPDX-License-Identifier: GPL-2.0-only
// A job between the user's file and the adapted one.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/common/base/faults.h"
#include "bench/common/fio/adapt.h"

namespace diobench {

/// Collects changes and faults.  A line that holds for several jobs and becomes the same in each is one change.
class FioChanges {
public:
    void of(const ScriptOption& option, const std::string& became, std::string_view why);
    /// Of a whole job; `became` of option "[name]".
    void of(const ScriptJob& job, const std::string& became, std::string_view why);
    /// Something that the job did not say.
    void added(const ScriptJob& job, const std::string& what, std::string_view why);
    void fault(const ScriptOption& option, std::string_view why);
    void fault(const ScriptJob& job, std::string_view why);

    /// All changes by line, or all faults.
    [[nodiscard]] Result<std::vector<FioChange>> take();

private:
    void add(FioChange change);
    std::vector<FioChange> changes_;
    std::vector<std::string> said_;  ///< faults, each once
    Faults faults_;
};

struct FioDraft {
    const ScriptJob* source = nullptr;
    std::string name;
    unsigned phase = 0;
    std::vector<FioOption> options;  ///< as they will be
    std::vector<unsigned> files;     ///< of the image, by number
    double share = 1;                ///< of the I/O of a mixed job that are reads
    bool pre_read = false;

    [[nodiscard]] const FioOption* find(std::string_view key) const;
    [[nodiscard]] std::string value_of(std::string_view key, std::string_view otherwise = "") const;
    /// 0 for what is not there and for shares ("50%").
    [[nodiscard]] uint64_t bytes(std::string_view key, uint64_t otherwise = 0) const;
    [[nodiscard]] uint64_t time_ns(std::string_view key, BareTime bare) const;
    [[nodiscard]] bool flag(std::string_view key) const { return value_of(key) == "1"; }
    [[nodiscard]] bool direct() const { return flag("direct"); }
    [[nodiscard]] bool random() const { return value_of("rw", "read").starts_with("rand"); }
    [[nodiscard]] uint64_t numjobs() const { return bytes("numjobs", 1); }
    /// The largest and the smallest block it may read.
    [[nodiscard]] uint64_t largest_block() const;
    [[nodiscard]] uint64_t smallest_block() const;
    void set(std::string_view key, const std::string& value);
    void erase(std::string_view key);
    /// Sets it, and says so where the user said something else.
    void change(std::string_view key, const std::string& value, std::string_view why, FioChanges& changes);
};

/// `wanted`, or with "-2", "-3"... behind it if that is taken; it is taken then.
[[nodiscard]] std::string unique_fio_name(const std::string& wanted, std::set<std::string>& taken);
/// Jobs that are left, with names and phases; the others are changes.  mixed: what becomes of jobs that read and write.
[[nodiscard]] std::vector<FioDraft> select_fio_jobs(const FioScript& script, MixedJobs mixed, FioChanges& changes);
/// Options of the table, one by one.
void adapt_options(FioDraft& draft, FioChanges& changes);
/// Which files of an image of `files` each draft reads; those whose threads read different files become several drafts.
void adapt_files(std::vector<FioDraft>& drafts, size_t files, FioChanges& changes);
/// Names of the files that each thread of a job reads, as the user has them.
[[nodiscard]] std::vector<std::vector<std::string>> fio_file_names(const ScriptJob& job);
/// Block sizes that direct reads can have, offsets and sizes that the files have.
void adapt_sizes(std::vector<FioDraft>& drafts, const FioSurroundings& around, FioChanges& changes);
/// Threads, memory and time, for the drafts of one phase.
void adapt_load(std::vector<FioDraft*>& phase, const FioSurroundings& around, FioChanges& changes);
/// About so many reads will the draft make.
[[nodiscard]] double estimated_fio_reads(const FioDraft& draft, const FioSurroundings& around);

}  // namespace diobench
