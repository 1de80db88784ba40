// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/case_selection.h"

#include <algorithm>
#include <set>

#include "bench/common/base/faults.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/common/plan/case_name.h"

namespace diobench {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

/// What needs a boot of its own, what lockdep watches, what turns it off, and reads that are many but all alike, which
/// it would only slow down.
int run_rank(const Case& one) {
    if (one.wants_kmemleak) return 0;
    return one.maps_files ? 2 : one.name.starts_with("data/") ? 3 : 1;
}

/// The first part of a name or a glob.
std::string topic_of(const std::string& name) { return name.substr(0, name.find('/')); }

/// "alignment", "asynchrony"...
std::vector<std::string> topics() {
    std::set<std::string> names;
    for (const auto& one : all_cases()) names.insert(topic_of(one.name));
    return {names.begin(), names.end()};
}

/// A whole name is near one of the cases, a glob's first part one of the topics.
std::string meant(const std::string& glob) {
    std::vector<std::string> names;
    for (const auto& one : all_cases()) names.push_back(one.name);
    const std::string near = did_you_mean(glob, names);
    return near.empty() ? did_you_mean(topic_of(glob), topics()) : near;
}

bool is_on(const Case& one, const std::vector<std::string>& backends) { return backends.empty() || contains(backends, parse_case_name(one.name).backend); }

/// What is wrong with a glob that selects nothing.
tl::unexpected<Error> selects_nothing(const std::string& glob, const std::vector<std::string>& backends) {
    if (std::any_of(all_cases().begin(), all_cases().end(), [&](const Case& one) { return asks_for(glob, one.name); }))
        return fail("select cases", glob, "its cases are not held against " + join(backends, " or ") + " (diobench verify --list shows which are)");
    return fail("select cases", glob, "no case has such a name; the topics are " + join(topics(), ", ") + " (diobench verify --list shows all cases)" + meant(glob));
}

Status check(const std::vector<std::string>& globs, const std::vector<std::string>& backends) {
    Faults faults;
    const auto known = case_backends();
    for (const auto& backend : backends)
        if (!contains(known, backend)) faults.add(fail("select back ends", backend, "no case is held against such a one; there are " + join(known, ", ") + did_you_mean(backend, known)));
    // Names that there are not select nothing: that is said once.
    const bool said = !faults.status();
    for (const auto& glob : globs)
        if (std::none_of(all_cases().begin(), all_cases().end(), [&](const Case& one) { return (said || is_on(one, backends)) && asks_for(glob, one.name); }))
            faults.add(selects_nothing(glob, backends));
    return faults.status();
}

}  // namespace

std::vector<std::string> case_backends() {
    std::set<std::string> names;
    for (const auto& one : all_cases()) names.emplace(parse_case_name(one.name).backend);
    return {names.begin(), names.end()};
}

Result<std::vector<const Case*>> select_cases(const std::vector<std::string>& globs, const std::vector<std::string>& backends) {
    if (auto s = check(globs, backends); !s) return forward(s);
    auto asked_for = [&](const Case& one) { return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return asks_for(glob, one.name); }); };
    std::vector<const Case*> out;
    for (const auto& one : all_cases())
        if (is_on(one, backends) && (globs.empty() || asked_for(one))) out.push_back(&one);
    return out;
}

std::vector<const Case*> in_run_order(const std::vector<const Case*>& cases, const std::vector<std::string>& first) {
    std::vector<const Case*> out = cases;
    std::stable_sort(out.begin(), out.end(), [](const Case* a, const Case* b) { return run_rank(*a) < run_rank(*b); });
    std::stable_partition(out.begin(), out.end(), [&](const Case* one) {
        return std::any_of(first.begin(), first.end(), [&](const auto& glob) { return speaks_of(glob, one->name); });
    });
    return out;
}

std::vector<std::vector<const Case*>> deal(const std::vector<const Case*>& cases, size_t parts) {
    std::vector<std::vector<const Case*>> out(std::max<size_t>(1, std::min(parts, cases.size())));
    for (size_t i = 0; i < cases.size(); ++i) out[i % out.size()].push_back(cases[i]);
    return out;
}

}  // namespace diobench
