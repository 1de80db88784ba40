// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/series_input.h"

#include <fmt/format.h>
#include <iterator>

#include "bench/host/kernel/base.h"
#include "bench/host/kernel/git_commits.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

bool same_stable_series(const std::string& a, const std::string& b) {
    auto x = parse_kernel_version(a);
    auto y = parse_kernel_version(b);
    return x && y && x->number[0] == y->number[0] && x->number[1] == y->number[1];
}

Status take_source(const fs::path& tree, const std::string& revision, SeriesInput& out, Progress& progress) {
    auto source = tree.empty() ? distribution_source(progress) : tree_source(tree, revision, progress);
    if (!source) return forward(source);
    out.source = std::move(*source);
    out.source_tree = tree;
    out.source_revision = revision;
    return {};
}

Status take_source_of_commits(const fs::path& tree, const GitCommits& commits, SeriesInput& out, Progress& progress) {
    auto debian = distribution_source(progress);
    if (debian && same_stable_series(debian->version, commits.base_version)) {
        out.source = std::move(*debian);
        return {};
    }
    out.notes.push_back(fmt::format("checked against {} itself, Linux {}, and not against Debian's source{}", commits.base.substr(0, 12),
                                    commits.base_version.empty() ? "of unknown version" : commits.base_version, debian ? ", Linux " + debian->version : ""));
    return take_source(tree, commits.base, out, progress);
}

Result<SeriesInput> read_files_given(const std::vector<std::string>& files) {
    SeriesInput out;
    for (const auto& file : files) {
        auto mails = read_mails(file, out.notes);
        if (!mails) return forward(mails);
        std::move(mails->begin(), mails->end(), std::back_inserter(out.mails));
    }
    return out;
}

/// The base that was named; its source is what builds of SERIES@BASE take.
Status take_base(const std::string& base, SeriesInput& out, Progress& progress) {
    Bases bases;
    auto source = bases.source(base, progress);
    if (!source) return forward(source);
    out.source = **source;
    return {};
}

}  // namespace

Result<SeriesInput> read_series_mails(const SeriesInputOptions& options) {
    if (!options.files.empty()) return read_files_given(options.files);
    auto commits = read_commits(options.tree, options.revision);
    if (!commits) return forward(commits);
    SeriesInput out;
    out.mails = std::move(commits->mails);
    return out;
}

Result<SeriesInput> read_series_input(const SeriesInputOptions& options, Progress& progress) {
    if (!options.base.empty()) {
        auto out = read_series_mails(options);
        if (!out) return out;
        if (auto s = take_base(options.base, *out, progress); !s) return forward(s);
        return out;
    }
    if (!options.files.empty()) {
        auto out = read_files_given(options.files);
        if (!out) return out;
        if (auto s = take_source(options.tree, options.revision, *out, progress); !s) return forward(s);
        return out;
    }
    SeriesInput out;
    auto commits = read_commits(options.tree, options.revision);
    if (!commits) return forward(commits);
    if (auto s = take_source_of_commits(options.tree, *commits, out, progress); !s) return forward(s);
    out.mails = std::move(commits->mails);
    return out;
}

}  // namespace diobench
