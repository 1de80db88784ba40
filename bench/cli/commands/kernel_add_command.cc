// SPDX-License-Identifier: GPL-2.0-only
// diobench kernel add
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/kernel_subcommands.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/import_series.h"
#include "bench/host/kernel/series_input.h"

namespace diobench {

namespace {

struct AddArguments {
    ImportOptions options;
    SeriesInputOptions input;
    std::vector<std::string> known_failures;
    std::string into;
    std::string version;
    bool dry_run = false;
    bool three_way = false;
    bool force = false;
    bool variant = false;
    bool json = false;
};

Status check_arguments(const AddArguments& arguments) {
    const auto& [files, tree, rev, base] = arguments.input;
    if (!base.empty() && !files.empty() && !tree.empty()) return fail("kernel add", "--base " + base, "--tree names another source: leave one of the two out");
    if (files.empty() && tree.empty())
        return fail("kernel add", arguments.options.name, "nothing to add: give FILEs (patches, an mbox, a folder), or --tree DIR --rev A..B");
    if (files.empty() && rev.empty())
        return fail("kernel add", "--tree " + tree.string(), "which commits? say --rev A..B, or --rev COMMIT for one");
    if (tree.empty() && !rev.empty())
        return fail("kernel add", "--rev " + rev, "it needs --tree DIR, the git tree that has this revision");
    return {};
}

Result<std::vector<KnownFailure>> known_failures_of(const std::vector<std::string>& texts) {
    std::vector<KnownFailure> out;
    for (const auto& text : texts) {
        const size_t equals = text.find('=');
        if (equals == std::string::npos || trim(text.substr(0, equals)).empty() || trim(text.substr(equals + 1)).empty())
            return fail("kernel add", "--known-failure " + text, "expected GLOB=REASON, such as '*sparse*=holes are not handled yet'");
        out.push_back({std::string(trim(text.substr(0, equals))), std::string(trim(text.substr(equals + 1)))});
    }
    return out;
}

/// How the other commands name this series.
std::string name_for_commands(const Series& series) {
    if (series.folder.parent_path() == own_series_folder()) return series.name;
    const std::string near = series.folder.lexically_proximate(fs::current_path()).string();
    if (near.starts_with("..")) return series.folder.string();
    return near.find('/') == std::string::npos ? "./" + near : near;
}

nlohmann::json to_json(const ImportedPatch& patch) {
    return {{"file", patch.file.empty() ? nlohmann::json() : nlohmann::json(patch.file)}, {"title", patch.title}, {"author", patch.author},
            {"mail", {{"tag", patch.tag}, {"origin", patch.origin}, {"message_id", patch.message_id.empty() ? nlohmann::json() : nlohmann::json(patch.message_id)}}}};
}

nlohmann::json to_json(const std::vector<ImportedPatch>& patches) {
    nlohmann::json out = nlohmann::json::array();
    for (const auto& patch : patches) out.push_back(to_json(patch));
    return out;
}

nlohmann::json to_json(const ImportedSeries& added) {
    const Series& s = added.series;
    return {{"name", s.name}, {"purpose", s.purpose}, {"base", {{"min", s.base_min}, {"max", s.base_max}}}, {"requires", s.requires_series},
            {"revises", s.revises.empty() ? nlohmann::json() : nlohmann::json(s.revises)}, {"folder", s.folder.string()}, {"patches", to_json(added.patches)},
            {"checked_against", added.source}, {"below", added.below}, {"notes", added.notes}};
}

/// "v3.1 1/2, t.mbox, mail 3 <p-1@example.org>"
std::string source_words(const ImportedPatch& patch) {
    std::string out = patch.origin;
    if (!patch.message_id.empty()) out += fmt::format(" <{}>", patch.message_id);
    return patch.tag == "[PATCH]" ? out : patch.tag + " of " + out;
}

/// Each patch and the mail it came from, on one screen.
void print_patches(const std::vector<ImportedPatch>& patches) {
    constexpr size_t kMostWithAuthor = 12;
    constexpr size_t kMostShown = 36;
    const bool wide = patches.size() <= kMostWithAuthor;
    for (size_t i = 0; i < std::min(patches.size(), kMostShown); ++i) {
        const auto& patch = patches[i];
        const std::string source = coloured(source_words(patch), Colour::dim);
        fmt::print("  {:04}  {}  {}\n", i + 1, patch.title, wide ? coloured(patch.author, Colour::dim) : source);
        if (wide) fmt::print("        {}\n", source);
    }
    if (patches.size() > kMostShown) fmt::print("  and {} more (--json has all)\n", patches.size() - kMostShown);
}

void print_notes(const std::vector<std::string>& notes) {
    constexpr size_t kMostShown = 16;
    for (size_t i = 0; i < std::min(notes.size(), kMostShown); ++i) fmt::print("{} {}\n", coloured("note:", Colour::yellow), notes[i]);
    if (notes.size() > kMostShown) fmt::print("and {} more notes (--json has all)\n", notes.size() - kMostShown);
}

std::string patch_count(size_t count) { return fmt::format("{} patch{}", count, count == 1 ? "" : "es"); }

void print_added(const ImportedSeries& added) {
    fmt::print("{}  {}{}\n", coloured(added.series.name, Colour::bold), patch_count(added.patches.size()), added.below.empty() ? "" : " on " + join(added.below, ", "));
    print_patches(added.patches);
    fmt::print("applies to {}\n", added.source);
    print_notes(added.notes);
    fmt::print("written to {}\nnext: diobench verify {}\n", added.series.folder.string(), name_for_commands(added.series));
}

/// What would be taken, of which mails; nothing is applied and nothing written.
Result<ExitCode> dry_run(const AddArguments& arguments, const ImportOptions& options) {
    Progress progress("kernel add");
    auto input = read_series_mails(arguments.input);
    if (!input) return forward(input);
    auto chosen = choose_patches(input->mails, options.version, progress);
    if (!chosen && interrupted()) return interrupted_error("kernel add");
    if (!chosen) return forward(chosen);
    std::vector<ImportedPatch> patches;
    for (const auto& mail : chosen->patches) patches.push_back(imported_patch(mail));
    chosen->notes.insert(chosen->notes.begin(), input->notes.begin(), input->notes.end());
    progress.finish("");
    if (arguments.json) {
        fmt::print("{}\n", json_text(nlohmann::json{{"patches", to_json(patches)}, {"notes", chosen->notes}}, 1));
        return ExitCode::ok;
    }
    fmt::print("would take {}\n", patch_count(patches.size()));
    print_patches(patches);
    print_notes(chosen->notes);
    fmt::print("nothing was applied or written (--dry-run)\n");
    return ExitCode::ok;
}

/// A dry run needs no name: "kernel add --dry-run t.mbox".
void take_name_as_file(AddArguments& arguments) {
    std::error_code ec;
    const bool file = fs::is_regular_file(arguments.options.name, ec);
    const bool only_folder = fs::is_directory(arguments.options.name, ec) && arguments.input.files.empty();
    if (!arguments.dry_run || (!file && !only_folder)) return;
    arguments.input.files.insert(arguments.input.files.begin(), arguments.options.name);
}

Result<ExitCode> add_command(AddArguments arguments) {
    take_name_as_file(arguments);
    if (auto s = check_arguments(arguments); !s) return forward(s);
    ImportOptions options = arguments.options;
    options.into = arguments.into;
    options.fit = arguments.three_way ? Fit::threeway : Fit::exact;
    options.existing = arguments.variant ? Existing::extend : arguments.force ? Existing::replace : Existing::refuse;
    if (arguments.variant && arguments.force) return fail("kernel add", "--variant", "--force replaces the whole series: leave one of the two out");
    if (!arguments.version.empty()) options.version = parse_patch_version(arguments.version);
    if (!arguments.version.empty() && !options.version) return fail("kernel add", "--version " + arguments.version, "expected the number of a version, such as 2, or 3.1");
    auto known = known_failures_of(arguments.known_failures);
    if (!known) return forward(known);
    options.known_failures = std::move(*known);
    if (arguments.dry_run) return dry_run(arguments, options);
    if (auto s = check_import(options); !s) return forward(s);
    Progress progress("kernel add");
    auto input = read_series_input(arguments.input, progress);
    if (!input) return forward(input);
    auto added = import_series(input->mails, input->source, options, progress);
    // Whichever of our tools was running.
    if (!added && interrupted()) return interrupted_error("kernel add");
    if (!added) return forward(added);
    added->notes.insert(added->notes.begin(), input->notes.begin(), input->notes.end());
    added->notes.insert(added->notes.end(), added->assumptions.begin(), added->assumptions.end());
    progress.finish("");
    if (arguments.json)
        fmt::print("{}\n", json_text(to_json(*added), 1));
    else
        print_added(*added);
    return ExitCode::ok;
}

constexpr const char* kHelp =
    "Make a series NAME of patches as they come: format-patch files, an mbox saved from a mail archive (also gzipped;\n"
    "cover letters, replies, older versions and copies are told apart, and a version of which only some patches were sent is\n"
    "made whole), a folder of patches or of quilt, or commits of a git tree.\n"
    "They are applied to the kernel source, and the folder is written only if all of them fit.  A patch that does not fit is\n"
    "answered with the line that is not there and the nearest lines of the source.";

constexpr const char* kExamples =
    "Examples:\n"
    "  diobench kernel add dio-v3 0001-erofs-x.patch 0002-erofs-y.patch --on dio-sync\n"
    "  diobench kernel add dio-v4 t.mbox.gz --on dio-sync --revises dio-v3\n"
    "  diobench kernel add dio-v4 6.1/*.patch --variant --base 6.1\n"
    "  diobench kernel add t.mbox.gz --dry-run\n"
    "  diobench kernel add old t.mbox.gz --version 1 --3way\n"
    "  diobench kernel add mine --tree ~/linux --rev v6.12..my-branch\n"
    "Exit: 0 written (or would be), 2 refused; nothing is written then.";

}  // namespace

void register_kernel_add(CLI::App& kernel, CommandContext& context) {
    auto arguments = std::make_shared<AddArguments>();
    ImportOptions& options = arguments->options;
    CLI::App* add = kernel.add_subcommand("add", kHelp);
    add->footer(kExamples);
    add->add_option("NAME", options.name, "Name of the new series: letters, digits, '-', '_' and '.'")->required();
    add->add_option("FILE", arguments->input.files, "Patches, mails, mboxes, folders of them");
    add->add_option("--on", options.on, "Series that is applied before it; may be given several times")->option_text("SERIES")->allow_extra_args(false)->take_all();
    add->add_option("--revises", options.revises, "Series of which this is a newer revision; reports show them in that order")->option_text("SERIES");
    add->add_option("--purpose", options.purpose, "One line for tables (default: the title of the cover letter, else of the first patch)")->option_text("TEXT");
    add->add_option("--version", arguments->version, "Which version of the patches, if there are several: 2, or 3.1 (default: the newest that is complete)")->option_text("N");
    add->add_flag("--dry-run", arguments->dry_run, "Only say what would be taken of which mail, and what is passed over and why; NAME may be left out");
    add->add_option("--tree", arguments->input.tree, "With FILEs: the kernel source to check against instead of Debian's; without: the git tree to take commits from")
        ->option_text("DIR")->check(CLI::ExistingDirectory);
    add->add_option("--rev", arguments->input.revision, "With FILEs: the revision of --tree (default HEAD); without: the commits, A..B, or one commit")->option_text("REV");
    add->add_option("--base", arguments->input.base, "Source to check against: 6.1, 6.12.107 or newest, as `kernel fetch` brought it (default: Debian's linux-source-6.12)")->option_text("BASE");
    add->add_flag("--3way", arguments->three_way, "Merge patches that do not fit exactly, and say what was moved or merged");
    add->add_option("--base-min", options.base_min, "Oldest kernel it is meant for (default: the stable series of the source, from .0)")->option_text("VERSION");
    add->add_option("--base-max", options.base_max, "Newest kernel it is meant for (default: the stable series of the source, to .999)")->option_text("VERSION");
    add->add_option("--known-failure", arguments->known_failures, "Cases of verify it is known to fail, and why; may be given several times")
        ->option_text("GLOB=REASON")->allow_extra_args(false)->take_all();
    add->add_option("--into", arguments->into, "Folder that holds the series (default: your own, ~/.config/diobench/series)")->option_text("DIR");
    add->add_flag("--variant", arguments->variant, "The patches are the series NAME, which is there, for another kernel: the one of --base or --tree");
    add->add_flag("--force", arguments->force, "Replace a series of this name");
    add->add_flag("--json", arguments->json, "Print what was added as JSON");
    add->callback([arguments, &context] { context.body = [arguments] { return add_command(*arguments); }; });
}

}  // namespace diobench
