// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/walk.h"

#include <memory>

#include "bench/host/kernel/base.h"
#include "bench/verdict/bisect/commit_range.h"
#include "bench/verdict/bisect/patch_walk.h"
#include "bench/verdict/bisect/state_series.h"

namespace diobench {

namespace {

/// Everything that the states of two series are made from.
struct SeriesStates {
    PatchWalk walk;
    WalkEnds ends;
    fs::path tree;
    std::string revision;
    fs::path folder;
    std::string base;        ///< of both ends' names
    std::string base_label;  ///< as in the names of arms, with its '@'; empty: the default

    [[nodiscard]] Result<StateKernel> kernel(size_t state, const std::string& name) const {
        const fs::path where = fs::absolute(folder) / name;
        if (auto s = write_state_series(where, walk, state, ends); !s) return forward(s);
        return StateKernel{base.empty() ? where.string() : where.string() + "@" + base, name + base_label, tree, revision};
    }
};

}  // namespace

std::string Walk::name_of(size_t state) const { return state_name(state, state == 0 ? baseline : patches[state - 1].subject); }

Result<Walk> walk_series(const std::string& baseline, const std::string& candidate, const fs::path& tree, const std::string& revision, const fs::path& states) {
    WalkEnds ends;
    std::vector<NamedKernel> kernels;
    Bases bases(tree, revision);
    Progress progress("kernel source");
    for (auto [name, chain] : {std::pair(&baseline, &ends.baseline), std::pair(&candidate, &ends.candidate)}) {
        auto kernel = resolve_on_base(*name, bases, progress);
        if (!kernel) return forward(kernel);
        *chain = kernel->chain;
        kernels.push_back(std::move(*kernel));
    }
    const std::string& base = kernels.front().base;
    if (base != kernels.back().base)
        return fail("bisect", baseline + " and " + candidate, "between two bases lie whole sources, not patches: name both on one base; commits between two revisions are walked with --tree DIR --rev OLD..NEW");
    auto old_patches = patches_of_chain(ends.baseline);
    if (!old_patches) return forward(old_patches);
    auto new_patches = patches_of_chain(ends.candidate);
    if (!new_patches) return forward(new_patches);
    auto planned = PatchWalk::plan(baseline, std::move(*old_patches), candidate, std::move(*new_patches));
    if (!planned) return forward(planned);

    Walk walk;
    walk.baseline = kernels.front().name;
    walk.candidate = kernels.back().name;
    if (walk.baseline == walk.candidate) {
        walk.baseline = baseline;
        walk.candidate = candidate;
    }
    for (size_t i = 1; i <= planned->length(); ++i) walk.patches.push_back({planned->patch(i).subject, planned->patch(i).file, ""});
    if (planned->replaces()) walk.notes.emplace_back("the candidate's patches take the place of the baseline's one by one: a state between them mixes two revisions, and may not build");
    auto made = std::make_shared<const SeriesStates>(SeriesStates{std::move(*planned), std::move(ends), tree, revision, states, base, base.empty() ? "" : kernels.front().name.substr(kernels.front().name.find('@'))});
    auto names = std::make_shared<std::vector<std::string>>();
    for (size_t i = 0; i <= walk.length(); ++i) names->push_back(walk.name_of(i));
    walk.kernel = [made, names](size_t state) { return made->kernel(state, names->at(state)); };
    return walk;
}

Result<Walk> walk_commits(const std::string& series, const fs::path& tree, const std::string& range) {
    auto chain = resolve_series(series);
    if (!chain) return forward(chain);
    auto commits = list_commits(tree, range);
    if (!commits) return forward(commits);
    Walk walk;
    walk.baseline = range.substr(0, range.find(".."));
    walk.candidate = range.substr(range.find("..") + 2);
    std::vector<std::string> revisions = {commits->old_commit};
    for (const auto& commit : commits->commits) {
        walk.patches.push_back({commit.subject, {}, commit.hash});
        revisions.push_back(commit.hash);
    }
    walk.kernel = [series, arm = chain->back().name, tree, revisions](size_t state) -> Result<StateKernel> {
        return StateKernel{series, arm, tree, revisions.at(state)};
    };
    return walk;
}

}  // namespace diobench
