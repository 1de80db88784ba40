// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/lineage.h"

#include <algorithm>
#include <functional>
#include <set>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

/// The nearest ancestor of `name` that is in `names`; empty: none.
std::string parent_of(const std::string& name, const std::vector<std::string>& names, const Revisions& revises) {
    std::set<std::string> seen = {name};
    for (auto at = revises.find(name); at != revises.end() && seen.insert(at->second).second; at = revises.find(at->second))
        if (contains(names, at->second)) return at->second;
    return {};
}

}  // namespace

std::vector<std::string> order_by_lineage(const std::vector<std::string>& names, const Revisions& revises) {
    std::map<std::string, std::vector<std::string>> children;
    for (const auto& name : names) children[parent_of(name, names, revises)].push_back(name);
    std::vector<std::string> out;
    const std::function<void(const std::string&)> visit = [&](const std::string& name) {
        if (contains(out, name)) return;
        out.push_back(name);
        for (const auto& child : children[name]) visit(child);
    };
    for (const auto& root : children[""]) visit(root);
    for (const auto& name : names) visit(name);
    return out;
}

size_t lineage_depth(const std::string& name, const std::vector<std::string>& names, const Revisions& revises) {
    size_t depth = 0;
    for (std::string at = parent_of(name, names, revises); !at.empty() && depth < names.size(); at = parent_of(at, names, revises)) ++depth;
    return depth;
}

Status check_lineage(const Revisions& revises) {
    for (const auto& [name, first] : revises) {
        std::vector<std::string> path = {name};
        for (auto at = revises.find(name); at != revises.end(); at = revises.find(at->second)) {
            const bool circle = contains(path, at->second);
            path.push_back(at->second);
            if (circle) return fail("read series", name, "revises goes in a circle: " + join(path, " revises "));
        }
    }
    return {};
}

}  // namespace diobench
