// SPDX-License-Identifier: GPL-2.0-only
// diobench follow: what has a mailing list for us, and what do we answer?
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/text.h"
#include "bench/host/follow/opened_list.h"
#include "bench/verdict/answer/follow_up.h"
#include "bench/verdict/attempt/attempt_text.h"

namespace diobench {

namespace {

struct FollowArguments {
    std::vector<std::string> archives;
    std::string interest;
    std::string state;
    fs::path output = "out/follow";
    AttemptOptions attempt;
    bool from_now = false;
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

nlohmann::json to_json(const JudgedSeries& series) {
    return {{"name", series.name}, {"title", series.title}, {"message_id", series.message_id}, {"revises", series.revises.empty() ? nlohmann::json() : nlohmann::json(series.revises)},
            {"verdict", series.verdict}, {"exit_code", series.exit_code}, {"directory", series.directory}, {"at", series.at}};
}

void print_answer(const JudgedSeries& series) {
    fmt::print("{}  {}  {}\n    {}\n", coloured(series.name, Colour::bold), coloured(series.verdict, series.exit_code == 0 ? Colour::green : Colour::red), series.title,
               (fs::path(series.directory) / kReplyFileName).string());
    std::fflush(stdout);
}

/// Judges and answers; what could not be answered is told last, and the exit code.
Result<ExitCode> answer_list(const FollowArguments& arguments, OpenedList& list) {
    const ListRead& read = list.read;
    FollowUpOptions options;
    options.answer = {fs::absolute(arguments.output), list.settings.on, list.settings.from, arguments.attempt};
    options.notify = list.settings.notify;
    options.only_pass_over = arguments.from_now;
    if (!arguments.json) {
        options.on_begin = [](const JudgedSeries& series) { fmt::print("{}: {}\n", series.name, series.title); };
        options.on_step = [](const AttemptStep& step) {
            fmt::print("  {}", step_line(step));
            std::fflush(stdout);
        };
        options.on_end = print_answer;
    }
    auto done = follow_up(read, list.archives, list.state, options);
    if (!done) return forward(done);
    const size_t refused = static_cast<size_t>(std::ranges::count_if(read.series, [](const ListedSeries& series) { return !series.refusal.empty(); }));
    if (arguments.json) {
        nlohmann::json answered = nlohmann::json::array();
        for (const auto& series : done->answered) answered.push_back(to_json(series));
        fmt::print("{}\n", json_text(nlohmann::json{{"mails", read.mails}, {"new", read.fresh}, {"answered", answered}, {"passed_over", done->passed_over}, {"refused", refused}, {"problems", done->problems}}, 1));
    } else {
        for (const auto& problem : done->problems) fmt::print("{} {}\n", coloured("not answered:", Colour::red), problem);
        fmt::print("{} mails, {} of them new; {} answered, {} passed over, {} refused (--dry-run says why)\n", read.mails, read.fresh, done->answered.size(), done->passed_over, refused);
    }
    return done->problems.empty() ? ExitCode::ok : ExitCode::usage;
}

Result<ExitCode> follow_command(const FollowArguments& arguments) {
    if (arguments.dry_run && arguments.from_now) return fail("follow", "--from-now", "it keeps what is there as seen, and --dry-run keeps nothing: leave one out");
    if (!arguments.dry_run && !arguments.from_now)
        if (auto s = check_attempt(arguments.attempt); !s) return forward(s);
    auto list = open_list(arguments.archives, arguments.interest.empty() ? default_follow_settings() : fs::path(arguments.interest), arguments.state);
    if (!list) return forward(list);
    if (!arguments.dry_run) return answer_list(arguments, *list);
    const ListRead& read = list->read;
    if (!arguments.json) {
        print_list(read);
        return ExitCode::ok;
    }
    nlohmann::json series = nlohmann::json::array();
    for (const auto& one : read.series) series.push_back(to_json(one));
    fmt::print("{}\n", json_text(nlohmann::json{{"mails", read.mails}, {"new", read.fresh}, {"series", series}}, 1));
    return ExitCode::ok;
}

constexpr const char* kFollowHelp =
    "Follow a mailing list: judge each new series and revision that touches what is of interest (follow.toml), and write the\n"
    "mail that answers it.  Each is imported, verified, gated against what it stands on and against the version before.\n"
    "Nothing is sent: the command `notify` of follow.toml gets each reply.  Archives are only read.";

constexpr const char* kFollowExamples =
    "Examples:\n"
    "  diobench follow ~/linux-erofs.git --dry-run          what would be imported, what refused and why\n"
    "  diobench follow ~/linux-erofs.git --from-now         what is there is not judged\n"
    "  diobench follow ~/linux-erofs.git                    judge what is new; replies are out/follow/NAME/reply.txt\n"
    "It ends when everything is answered; call it again, from a timer.  Killed at any point, it goes on.\n"
    "Exit: 0 all is answered, whatever the verdicts; 2 an archive that cannot be read, or a series without an answer.";

}  // namespace

void register_follow_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<FollowArguments>();
    auto* command = app.add_subcommand("follow", kFollowHelp);
    command->footer(kFollowExamples);
    command->add_option("ARCHIVE", arguments->archives, "Git repositories of public-inbox (also with epochs), Maildirs, mboxes")->required();
    command->add_flag("--dry-run", arguments->dry_run, "Only tell what would be imported and what refused; nothing is imported");
    command->add_option("--interest", arguments->interest, "What is of interest (default follow.toml of ~/.config/diobench, else that of diobench)")->option_text("FILE")->check(CLI::ExistingFile);
    command->add_option("--state", arguments->state, "Where what was seen is kept (default follow.sqlite in the cache)")->option_text("FILE");
    AttemptOptions& attempt = arguments->attempt;
    command->add_flag("--from-now", arguments->from_now, "Judge nothing: what is there counts as seen, and only what comes later is judged");
    command->add_option("--out", arguments->output, "Gets a folder a series")->capture_default_str();
    command->add_option("--case", attempt.cases, "Verify only cases whose name matches (default all); '*' also matches '/'; may be repeated")->option_text("GLOB ...");
    command->add_option("--suite", attempt.suite, "Cells of the gates (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_filter_options(*command, attempt.filter, "Gate only");
    command->add_option("--seeds", attempt.seeds, "Pairs of runs of a gate, each with its own seed; undecided metrics get up to twice as many")
        ->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--policy", attempt.policy, "What gates and what may change (default gate.toml of diobench)")->check(CLI::ExistingFile);
    command->add_option("--tree", attempt.tree, "Kernel source instead of Debian's")->check(CLI::ExistingDirectory)->option_text("DIR");
    command->add_option("--rev", attempt.revision, "Revision of the source --tree")->option_text("REV");
    command->add_option("--jobs", attempt.jobs, "Machines side by side (default: as verify and gate choose)");
    command->add_flag("!--no-report", attempt.report, "Do not draw the gates' pages");
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([arguments, &context] {
        arguments->attempt.argv = context.argv;
        context.body = [arguments] { return follow_command(*arguments); };
    });
}

}  // namespace diobench
