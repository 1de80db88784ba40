// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/fuzz_boots.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace diobench {

Result<std::vector<CaseRecord>> FuzzBoots::run(const Cases& cases, Until until) {
    CaseBoots boots = boots_;
    boots.label = fmt::format("{}-{}", boots_.label, cases.label);
    cases.describe(boots.plan);
    boots.plan.stop_at_failure = until == Until::one_failed;
    bool over = false;
    boots.on_case = [&](const CaseRecord& one) {
        over = over || (until == Until::one_failed && one.outcome == Outcome::fail);
        if (cases.on_case) cases.on_case(one);
    };
    boots.enough = [&] { return over; };
    auto run = run_cases(boots, cases.names);
    if (!run) return forward(run);
    std::lock_guard lock(mutex_);
    entries_.insert(entries_.end(), run->boots.begin(), run->boots.end());
    // What a boot asks for itself (mode/direct-support) is none of them.
    std::erase_if(run->cases, [&](const CaseRecord& one) { return std::find(cases.names.begin(), cases.names.end(), one.name) == cases.names.end(); });
    if (run->cases.empty()) return fail("fuzz", kernel_, run->machine_fault, ExitCode::invalid);
    return std::move(run->cases);
}

std::string fault_signature(const CaseRecord& record) {
    std::string text = record.kernel_text.empty() ? record.text : record.text.substr(0, record.text.find(';'));
    std::erase_if(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
    return text.substr(0, 120);
}

uint64_t cases_for(uint64_t cases, double took_s, double wanted_s, uint64_t most) {
    return std::clamp<uint64_t>(static_cast<uint64_t>(static_cast<double>(cases) / took_s * wanted_s), 1, most);
}

}  // namespace diobench
