// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/case.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace diobench {

namespace {

std::vector<std::vector<Case> (*)()>& registry() {
    static std::vector<std::vector<Case> (*)()> topics;
    return topics;
}

}  // namespace

std::string_view outcome_name(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> names = {"pass", "fail", "skip", "note"};
    return names.at(static_cast<size_t>(outcome));
}

void append(std::vector<Case>& cases, std::vector<Case> more) { std::move(more.begin(), more.end(), std::back_inserter(cases)); }

CaseRegistrar::CaseRegistrar(std::vector<Case> (*all)()) { registry().push_back(all); }

const std::vector<Case>& all_cases() {
    static const std::vector<Case> sorted = [] {
        std::vector<Case> cases;
        for (const auto topic : registry()) append(cases, topic());
        std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
        return cases;
    }();
    return sorted;
}

const Case* find_case(std::string_view name) {
    const auto& cases = all_cases();
    const auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.name == name; });
    return found == cases.end() ? nullptr : &*found;
}

}  // namespace diobench
