// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/expectation.h"

#include <algorithm>

#include "bench/common/plan/case_name.h"

namespace diobench {

namespace {

ConformanceStatus status_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::pass: return ConformanceStatus::pass;
        case Outcome::skip: return ConformanceStatus::skip;
        case Outcome::note: return ConformanceStatus::note;
        case Outcome::fail: break;
    }
    return ConformanceStatus::fail;
}

ConformanceEntry entry_of(const std::string& name, const std::vector<CaseRecord>& records) {
    auto found = std::find_if(records.begin(), records.end(), [&](const CaseRecord& one) { return one.name == name; });
    if (found == records.end()) return {name, ConformanceStatus::fail, false, "the case did not come back", 0, ""};
    ConformanceEntry entry{name, status_of(found->outcome), false, found->text, found->seconds, found->kernel_text};
    if (entry.reason.empty() && entry.status != ConformanceStatus::pass) entry.reason = "no reason was given";
    return entry;
}

}  // namespace

Judgement judge_cases(const std::vector<std::string>& asked, const std::vector<CaseRecord>& records, const std::vector<KnownFailure>& known) {
    Judgement out;
    std::vector<size_t> ran(known.size()), passed(known.size());
    for (const auto& name : asked) {
        ConformanceEntry entry = entry_of(name, records);
        for (size_t k = 0; k < known.size(); ++k) {
            if (!speaks_of(known[k].case_glob, name)) continue;
            ran[k] += entry.status == ConformanceStatus::pass || entry.status == ConformanceStatus::fail ? 1 : 0;
            passed[k] += entry.status == ConformanceStatus::pass ? 1 : 0;
            if (entry.status != ConformanceStatus::fail || entry.known) continue;
            entry.known = true;
            entry.reason += " " + std::string(known[k].smp_only ? kKnownOnSmp : "(known: ") + known[k].reason + ")";
        }
        out.failures += entry.status == ConformanceStatus::fail && !entry.known ? 1 : 0;
        out.entries.push_back(std::move(entry));
    }
    for (size_t k = 0; k < known.size(); ++k)
        if (ran[k] > 0 && passed[k] == ran[k]) out.repaired.push_back(known[k].case_glob);
    return out;
}

}  // namespace diobench
