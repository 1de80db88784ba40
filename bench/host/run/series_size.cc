// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/series_size.h"

#include <cinttypes>
#include <cstdio>
#include <fmt/format.h>
#include <sstream>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/patch.h"

namespace diobench {

namespace {

/// Without what it looks up in a tree: the tree that we have is not the patched one.
const std::vector<std::string> kCheckpatchOptions = {"--no-tree", "--strict", "--color=never"};
constexpr auto kCheckpatchLimit = std::chrono::minutes(2);

/// "total: 1 errors, 0 warnings, 2 checks, 25 lines checked", the last such line; nothing if there is none.
std::optional<CheckpatchCounts> read_total(std::string_view output) {
    std::optional<CheckpatchCounts> out;
    for (const auto& line : split(output, '\n')) {
        CheckpatchCounts counts;
        if (std::sscanf(line.c_str(), "total: %" SCNd64 " errors, %" SCNd64 " warnings, %" SCNd64 " checks", &counts.errors, &counts.warnings, &counts.checks) == 3) out = counts;
    }
    return out;
}

/// What the tree's checkpatch prints of one patch.
Result<std::string> run_checkpatch(const fs::path& tree, const std::string& patch) {
    auto perl = find_program("perl", "perl");
    if (!perl) return forward(perl);
    const fs::path script = tree / "scripts/checkpatch.pl";
    if (!fs::exists(script)) return fail("find", script.string(), "this kernel source has no checkpatch");
    std::vector<std::string> argv = {*perl, script.string()};
    argv.insert(argv.end(), kCheckpatchOptions.begin(), kCheckpatchOptions.end());
    argv.emplace_back("-");  // a file that git tracks would be taken for source code
    CommandOptions options;
    options.working_directory = tree;
    options.environment = {{"HOME", tree.string()}};  // no .checkpatch.conf of the user's
    options.input = patch;
    options.time_limit = kCheckpatchLimit;
    auto run = run_command(argv, options);
    if (!run) return forward(run);
    if (!read_total(run->output)) return fail("run", script.string(), fmt::format("it ended with {}: {}", run->exit_status, trim(last_lines(run->output, 1))));
    return run->output;
}

/// What `make` gives; it runs once for each `key`, and again if what the cache keeps of it `is_whole` no more.
template <class Make>
Result<std::string> made_once(const std::vector<std::string>& key, bool (*is_whole)(std::string_view), const Make& make) {
    const fs::path kept = cache_root() / "series-size" / sha256_hex(join(key, "\n"));
    if (auto before = read_file(kept); before && is_whole(*before)) return before;
    Result<std::string> output = make();
    if (!output) return output;
    if (auto s = make_directories(kept.parent_path()); !s) return forward(s);
    if (auto s = write_file_atomic(kept, *output); !s) return forward(s);
    return output;
}

Result<CheckpatchCounts> checkpatch(const KernelSource& source, const std::string& patch) {
    const auto has_total = [](std::string_view text) { return read_total(text).has_value(); };
    auto output = made_once({source.sha256, join(kCheckpatchOptions, " "), sha256_hex(patch)}, has_total, [&] { return run_checkpatch(source.tree, patch); });
    if (!output) return forward(output);
    return *read_total(*output);
}

/// Adds up what checkpatch says of the patches, or why it says nothing.
void add_checkpatch(const KernelSource& source, const std::vector<std::string>& patches, SeriesSize& size) {
    CheckpatchCounts sum;
    for (const auto& patch : patches) {
        auto counts = checkpatch(source, patch);
        if (!counts) {
            size.checkpatch_reason = counts.error().message();
            return;
        }
        sum.errors += counts->errors;
        sum.warnings += counts->warnings;
        sum.checks += counts->checks;
    }
    size.checkpatch = sum;
}

/// Lines "12<tab>3<tab>fs/erofs/data.c".
void add_numstat(const std::string& numstat, SeriesSize& size) {
    std::istringstream lines(numstat);
    int64_t added = 0, removed = 0;
    for (std::string name; lines >> added >> removed && std::getline(lines, name);) {
        ++size.files;
        size.lines_added += added;
        size.lines_removed += removed;
    }
}

/// `git diff --numstat` of the source and of the same with `patches`, files whose content is `texts`.
Result<std::string> numstat(const KernelSource& source, const std::vector<fs::path>& patches, const std::vector<std::string>& texts) {
    const fs::path scratch = cache_root() / "tmp";
    auto before = PatchTree::create(source.tree, scratch);
    if (!before) return forward(before);
    auto after = PatchTree::create(source.tree, scratch);
    if (!after) return forward(after);
    for (size_t i = 0; i < patches.size(); ++i) {
        if (auto s = before->fetch(texts[i]); !s) return forward(s);
        if (auto s = after->apply(patches[i], {}); !s) return forward(s);
    }
    CommandOptions options;
    options.environment = git_environment(scratch);
    auto diff = run_command(git_command({"diff", "--no-index", "--numstat", before->path().string(), after->path().string()}), options);
    if (!diff) return forward(diff);
    if (diff->exit_status > 1) return fail("count the lines of", patches.back().string(), std::string(trim(diff->output)));
    return diff->output;
}

}  // namespace

Result<SeriesSize> size_of(const KernelSource& source, const std::vector<Series>& chain) {
    SeriesSize out;
    std::vector<fs::path> patches;
    std::vector<std::string> texts;
    std::vector<std::string> key = {source.sha256, "numstat"};
    for (const auto& series : chain)
        for (const auto& patch : series.patches) {
            auto text = read_file(patch);
            if (!text) return forward(text);
            patches.push_back(patch);
            key.push_back(sha256_hex(*text));
            texts.push_back(std::move(*text));
        }
    out.patches = static_cast<int64_t>(patches.size());
    if (patches.empty()) {
        out.checkpatch_reason = "there is no patch";
        return out;
    }
    auto counted = made_once(key, [](std::string_view text) { return !text.empty(); }, [&] { return numstat(source, patches, texts); });
    if (!counted) return forward(counted);
    add_numstat(*counted, out);
    add_checkpatch(source, texts, out);
    if (interrupted()) return interrupted_error("run checkpatch");
    return out;
}

}  // namespace diobench
