// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/candidate.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/series_file.h"
#include "bench/host/kernel/series_input.h"

namespace diobench {

namespace {

constexpr const char* kTry = "try";
constexpr const char* kBase = "base";
constexpr const char* kSeriesFile = "series.toml";
constexpr const char* kSuffixes[] = {".gz", ".patch", ".diff", ".mbox", ".eml", ".txt"};
constexpr size_t kLongestName = 64;

bool is_there(const fs::path& path) {
    std::error_code ec;
    return fs::exists(path, ec);
}

/// The git tree of a kernel that has the revision: --tree, or the one we are in.
Result<fs::path> tree_of_revision(const AttemptOptions& options) {
    const std::string& what = options.what.front();
    if (!options.tree.empty()) return options.tree;
    if (is_there(".git") && is_there("Kbuild") && is_there("MAINTAINERS")) return fs::path(".");
    return fail(kTry, what, "there is no such file or folder; a revision or a range A..B needs --tree DIR, the kernel's git tree that has it");
}

Result<CandidateSource> find_commits(const AttemptOptions& options) {
    const std::string& what = options.what.front();
    auto tree = tree_of_revision(options);
    if (!tree) return forward(tree);
    if (!options.revision.empty()) return fail(kTry, "--rev " + options.revision, fmt::format("{} is a revision itself, which is checked against what it is on top of: leave --rev out", what));
    CandidateSource out;
    out.tree = *tree;
    out.revision = what;
    out.name = series_name_for(what);
    return out;
}

Result<CandidateSource> find_files(const AttemptOptions& options) {
    for (const auto& file : options.what)
        if (!is_there(file)) return fail(kTry, file, "there is no such file or folder");
    CandidateSource out;
    out.files = options.what;
    out.tree = options.tree;
    out.revision = options.revision;
    fs::path first = fs::path(options.what.front()).lexically_normal();
    if (!first.has_filename()) first = first.parent_path();
    out.name = series_name_for(fs::absolute(first).filename().string());
    return out;
}

/// A folder that is a series says what it stands on and is known to fail.
Status take_series_file(const AttemptOptions& options, CandidateSource& out) {
    if (out.files.size() != 1 || !is_there(fs::path(out.files.front()) / kSeriesFile)) return {};
    auto series = read_series_file(fs::absolute(fs::path(out.files.front()) / kSeriesFile).lexically_normal());
    if (!series) return forward(series);
    out.known_failures = series->known_failures;
    if (!options.on.empty()) return {};
    if (series->requires_series.size() > 1)
        return fail(kTry, out.files.front(), fmt::format("it stands on {}: say with --on which of them it is compared with", join(series->requires_series, " and ")));
    out.baseline = series->requires_series.empty() ? kBase : series->requires_series.front();
    return {};
}

ImportOptions import_options(const AttemptOptions& options, const CandidateSource& from, const fs::path& folder) {
    ImportOptions out;
    out.name = options.keep.empty() ? from.name : options.keep;
    if (options.keep.empty()) out.into = folder;
    if (const std::string ground = parse_kernel_name(from.baseline).series; ground != kBase) out.on = {ground};
    out.fit = options.fit;
    out.existing = options.existing;
    out.version = options.version;
    if (!options.keep.empty()) out.revises = options.revises;
    out.known_failures = from.known_failures;
    return out;
}

/// The project's other series to which the same patches apply.
std::vector<std::string> fitting_series(const SeriesInput& input, const ImportOptions& tried, const std::string& baseline) {
    Progress progress("apply", Progress::Shown::no);
    std::vector<std::string> out;
    auto all = list_series();
    if (!all) return out;
    for (const auto& series : *all) {
        if (series.name == parse_kernel_name(baseline).series || series.name == tried.name || interrupted()) continue;
        auto scratch = TempDirectory::create(cache_root() / "tmp", "fits");
        if (!scratch) return out;
        ImportOptions options = tried;
        options.into = scratch->path();
        options.on = series.name == kBase ? std::vector<std::string>() : std::vector<std::string>{series.name};
        if (import_series(input.mails, input.source, options, progress)) out.push_back(series.name);
    }
    return out;
}

StepOutcome misfit(const Error& error, const std::string& name, const std::string& baseline, const std::vector<std::string>& fitting) {
    StepOutcome out{error.code, "does not apply", fmt::format("{} does not apply to {}", name, parse_kernel_name(baseline).series == kBase ? "the unpatched kernel" : "series " + baseline), error.message(), ""};
    if (!fitting.empty()) out.detail += fmt::format("\nit applies to {}: try it with --on {}", join(fitting, ", "), fitting.front());
    return out;
}

std::string all_subjects(const ImportedSeries& added) {
    std::vector<std::string> out;
    for (const auto& patch : added.patches) out.push_back(fmt::format("{}  {}", patch.file.substr(0, 4), patch.title));
    out.insert(out.end(), added.notes.begin(), added.notes.end());
    return join(out, "\n");
}

}  // namespace

std::string series_name_for(std::string_view given) {
    for (std::string_view suffix : kSuffixes)
        if (given.size() > suffix.size() && given.ends_with(suffix)) given.remove_suffix(suffix.size());
    std::string out(given);
    std::replace_if(out.begin(), out.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; }, '-');
    out.erase(0, std::min(out.find_first_not_of("-_."), out.size()));
    if (out.size() > kLongestName) out.resize(kLongestName);
    return out.empty() ? "patch" : out;
}

Result<std::vector<KnownFailure>> known_failures_of(const std::string& kernel, const std::string& version) {
    auto named = resolve_kernel_at(kernel, version);
    if (!named) return forward(named);
    return std::move(named->chain.back().known_failures);
}

Result<CandidateSource> find_candidate(const AttemptOptions& options) {
    if (options.what.empty()) return fail(kTry, "", "name what to try: patches, an mbox, a folder, or a revision with --tree DIR, such as: diobench try 0001-my.patch --on dio");
    const bool commits = options.what.size() == 1 && !is_there(options.what.front());
    auto out = commits ? find_commits(options) : find_files(options);
    if (!out) return out;
    out->baseline = options.on.empty() ? std::string(kUsualGround) : options.on;
    if (auto s = take_series_file(options, *out); !s) return forward(s);
    // Of kernels that are compared each has a name.
    if (out->name == parse_kernel_name(out->baseline).series) out->name += "-tried";
    if (auto s = check_kernels({out->baseline}); !s) return forward(s);
    return out;
}

Result<StepOutcome> apply_candidate(const AttemptOptions& options, const CandidateSource& from, const fs::path& folder, Candidate& candidate, SourceOfBuilds& source) {
    ImportOptions how = import_options(options, from, folder);
    if (auto s = check_import(how); !s) return forward(s);
    Progress progress("apply");
    const std::string base = parse_kernel_name(from.baseline).base;
    auto input = read_series_input({from.files, from.tree, from.revision, base}, progress);
    if (!input) return forward(input);
    auto known = known_failures_of(from.baseline, input->source.version);
    if (!known) return forward(known);
    how.known_failures.insert(how.known_failures.end(), known->begin(), known->end());
    auto added = import_series(input->mails, input->source, how, progress);
    if (!added && interrupted()) return interrupted_error(kTry);
    if (!added && added.error().operation != kApplyPatch) return forward(added);
    if (!added) {
        const auto fitting = fitting_series(*input, how, from.baseline);
        return misfit(added.error(), how.name, from.baseline, fitting);
    }
    std::string series = options.keep.empty() ? added->series.folder.string() : added->series.name;
    if (!base.empty()) series += "@" + base;
    candidate = {shown_name(series), series, added->patches.size()};
    source = {input->source_tree, input->source_revision};
    return StepOutcome{ExitCode::ok, "ok", fmt::format("{} patch{} on {}, {}", added->patches.size(), added->patches.size() == 1 ? "" : "es", from.baseline, added->source), all_subjects(*added), ""};
}

}  // namespace diobench
