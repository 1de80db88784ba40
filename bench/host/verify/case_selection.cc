// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/case_selection.h"

#include <algorithm>
#include <set>

#include "bench/common/base/faults.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

bool matches_any(const std::vector<std::string>& globs, const std::string& name) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return match_glob(glob, name); });
}

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

Status check_globs(const std::vector<std::string>& globs) {
    Faults faults;
    for (const auto& glob : globs)
        if (std::none_of(all_cases().begin(), all_cases().end(), [&](const Case& one) { return match_glob(glob, one.name); }))
            faults.add(fail("select cases", glob, "no case has such a name; the topics are " + join(topics(), ", ") + " (diobench verify --list shows all cases)" + meant(glob)));
    return faults.status();
}

}  // namespace

Result<std::vector<const Case*>> select_cases(const std::vector<std::string>& globs) {
    if (auto s = check_globs(globs); !s) return forward(s);
    std::vector<const Case*> out;
    for (const auto& one : all_cases())
        if (globs.empty() || matches_any(globs, one.name)) out.push_back(&one);
    return out;
}

std::vector<const Case*> in_run_order(const std::vector<const Case*>& cases, const std::vector<std::string>& first) {
    std::vector<const Case*> out = cases;
    std::stable_sort(out.begin(), out.end(), [](const Case* a, const Case* b) { return run_rank(*a) < run_rank(*b); });
    std::stable_partition(out.begin(), out.end(), [&](const Case* one) { return matches_any(first, one->name); });
    return out;
}

std::vector<std::vector<const Case*>> deal(const std::vector<const Case*>& cases, size_t parts) {
    std::vector<std::vector<const Case*>> out(std::max<size_t>(1, std::min(parts, cases.size())));
    for (size_t i = 0; i < cases.size(); ++i) out[i % out.size()].push_back(cases[i]);
    return out;
}

}  // namespace diobench
