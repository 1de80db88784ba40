// SPDX-License-Identifier: GPL-2.0-only
// diobench follow: what has a mailing list for us?
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/host/follow/follow_list.h"

namespace diobench {

namespace {

struct FollowArguments {
    std::vector<std::string> archives;
    std::string interest;
    std::string state;
    bool dry_run = false;
    bool json = false;
};

nlohmann::json to_json(const ListedSeries& series) {
    nlohmann::json patches = nlohmann::json::array();
    for (const auto& patch : series.patches) patches.push_back({{"title", patch.title}, {"author", patch.author}, {"tag", patch.tag}, {"message_id", patch.message_id}});
    const auto or_null = [](const std::string& text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); };
    return {{"name", series.name}, {"revises", or_null(series.revises)}, {"title", series.title}, {"message_id", series.message_id}, {"date", series.date},
            {"version", series.version.name()}, {"refused", or_null(series.refusal)}, {"superseded", series.superseded}, {"patches", patches}, {"notes", series.notes}};
}

void print_list(const ListRead& read) {
    size_t refused = 0;
    for (const auto& series : read.series) {
        refused += !series.refusal.empty();
        const std::string what = series.refusal.empty() ? fmt::format("{} patch{}", series.patches.size(), series.patches.size() == 1 ? "" : "es") : coloured("refused", Colour::yellow);
        fmt::print("{}  {}  {}{}\n", series.name, what, series.title, series.superseded ? coloured("  (superseded)", Colour::dim) : "");
        if (!series.refusal.empty()) fmt::print("    {}\n", series.refusal);
        if (!series.revises.empty()) fmt::print("    revises {}\n", series.revises);
        fmt::print("    {}  <{}>\n", series.date, series.message_id);
    }
    fmt::print("{} mails, {} of them new; would import {} series or revisions, refuse {}\n", read.mails, read.fresh, read.series.size() - refused, refused);
}

Result<ExitCode> follow_command(const FollowArguments& arguments) {
    if (!arguments.dry_run) return fail("follow", "", "say --dry-run: it tells what would be imported, and imports nothing yet; `diobench try` takes one thread");
    auto interest = read_follow_settings(arguments.interest.empty() ? settings_file("follow.toml") : fs::path(arguments.interest));
    if (!interest) return forward(interest);
    std::vector<MailArchive> archives;
    for (const auto& path : arguments.archives) {
        auto opened = MailArchive::open(path);
        if (!opened) return forward(opened);
        archives.insert(archives.end(), opened->begin(), opened->end());
    }
    auto state = FollowState::open(arguments.state.empty() ? cache_root() / "follow.sqlite" : fs::path(arguments.state));
    if (!state) return forward(state);
    Progress progress("follow");
    auto read = read_list(archives, interest->interest, *state, progress);
    if (!read) return forward(read);
    progress.finish("");
    if (!arguments.json) {
        print_list(*read);
        return ExitCode::ok;
    }
    nlohmann::json series = nlohmann::json::array();
    for (const auto& one : read->series) series.push_back(to_json(one));
    fmt::print("{}\n", json_text(nlohmann::json{{"mails", read->mails}, {"new", read->fresh}, {"series", series}}, 1));
    return ExitCode::ok;
}

constexpr const char* kFollowHelp =
    "Read archives of a mailing list and tell of each series and revision that touches what is of interest (follow.toml):\n"
    "what would be imported, what refused and why.  Archives are only read; the next look reads what is new.";

constexpr const char* kFollowExamples =
    "Examples:\n"
    "  diobench follow ~/linux-erofs.git --dry-run\n"
    "  diobench follow ~/Mail/linux-erofs ~/lkml.mbox --dry-run --interest my.toml\n"
    "Exit: 0 told, 2 an archive or file that cannot be read.";

}  // namespace

void register_follow_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<FollowArguments>();
    auto* command = app.add_subcommand("follow", kFollowHelp);
    command->footer(kFollowExamples);
    command->add_option("ARCHIVE", arguments->archives, "Git repositories of public-inbox (also with epochs), Maildirs, mboxes")->required();
    command->add_flag("--dry-run", arguments->dry_run, "Only tell what would be imported and what refused");
    command->add_option("--interest", arguments->interest, "What is of interest (default follow.toml of ~/.config/diobench, else that of diobench)")->option_text("FILE")->check(CLI::ExistingFile);
    command->add_option("--state", arguments->state, "Where what was seen is kept (default follow.sqlite in the cache)")->option_text("FILE");
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([arguments, &context] { context.body = [arguments] { return follow_command(*arguments); }; });
}

}  // namespace diobench
