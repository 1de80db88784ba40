// SPDX-License-Identifier: GPL-2.0-only
// Which jobs of a user's file are left, under which names, and in which phase each runs.
#include <algorithm>
#include <map>
#include <set>

#include "bench/common/base/text.h"
#include "bench/common/fio/draft.h"
#include "bench/common/fio/engines.h"
#include "bench/common/fio/job_option.h"

namespace diobench {

namespace {

enum class Direction { reads, writes, both, unknown };

Direction direction_of(const ScriptJob& job) {
    const std::string rw = job.value_of("rw", "read");
    const std::string word = rw.substr(0, rw.find(':'));
    if (word == "read" || word == "randread") return Direction::reads;
    if (word == "rw" || word == "readwrite" || word == "randrw") return Direction::both;
    for (std::string_view write : {"write", "randwrite", "trim", "randtrim", "trimwrite", "randtrimwrite"})
        if (word == write) return Direction::writes;
    return Direction::unknown;
}

/// Why a job is left out; empty: it is not.
std::string why_left_out(const ScriptJob& job, MixedJobs mixed) {
    if (auto why = fio_engine_without_files(job.value_of("ioengine", "psync"))) return *why;
    for (const auto& option : job.options)
        if (const auto* rule = find_fio_option(option.key); rule != nullptr && rule->value == FioValue::leaves_out && option.value.value_or("1") != "0") return option.written + ": " + std::string(rule->right);
    const Direction direction = direction_of(job);
    if (direction == Direction::writes) return "it writes, and the image is read-only";
    if (direction == Direction::both && mixed == MixedJobs::left_out) return "it reads and writes: --reads-of-mixed keeps its reads";
    return {};
}

double share_of_reads(const ScriptJob& job) {
    auto percent = [&](const char* key) { return parse_fio_bytes(job.value_of(key, "50")).value_or(50); };
    const bool by_writes = job.find("rwmixread") == nullptr && job.find("rwmixwrite") != nullptr;
    return std::clamp(static_cast<double>(by_writes ? 100 - percent("rwmixwrite") : percent("rwmixread")) / 100, 0.0, 1.0);
}

/// The phase of every job, left out or not: a barrier (stonewall) is behind all that stand above it.
std::vector<unsigned> phases_of(const std::vector<ScriptJob>& jobs) {
    std::vector<unsigned> out;
    std::map<std::string, unsigned> by_name;
    unsigned barrier = 0;
    unsigned last = 0;
    for (const auto& job : jobs) {
        if (job.value_of("stonewall", "0") != "0" && !out.empty()) barrier = last + 1;
        unsigned phase = barrier;
        if (const auto before = by_name.find(job.value_of("wait_for")); before != by_name.end()) phase = std::max(phase, before->second + 1);
        by_name[job.name] = phase;
        if (job.find("name") != nullptr) by_name.try_emplace(job.value_of("name"), phase);
        out.push_back(phase);
        last = std::max(last, phase);
    }
    return out;
}

}  // namespace

std::string unique_fio_name(const std::string& wanted, std::set<std::string>& taken) {
    std::string out = wanted;
    for (unsigned n = 2; !taken.insert(out).second; ++n) out = wanted + "-" + std::to_string(n);
    return out;
}

std::vector<FioDraft> select_fio_jobs(const FioScript& script, MixedJobs mixed, FioChanges& changes) {
    const auto phases = phases_of(script.jobs);
    std::vector<FioDraft> out;
    std::set<std::string> names;
    for (size_t i = 0; i < script.jobs.size(); ++i) {
        const ScriptJob& job = script.jobs[i];
        if (direction_of(job) == Direction::unknown && job.find("rw")->unknown_variables.empty()) changes.fault(*job.find("rw"), "must be read or randread; what writes is left out");
        if (std::string why = why_left_out(job, mixed); !why.empty()) {
            changes.of(job, "left out", why);
            continue;
        }
        FioDraft draft;
        draft.source = &job;
        draft.name = unique_fio_name(plain_fio_name(job.name), names);
        draft.phase = phases[i];
        if (draft.name != job.name) changes.of(job, "[" + draft.name + "]", "names of jobs are letters, digits, '-', '_' and '.' here, each once");
        if (direction_of(job) == Direction::both) draft.share = share_of_reads(job);
        out.push_back(std::move(draft));
    }
    return out;
}

}  // namespace diobench
