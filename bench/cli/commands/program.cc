// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/program.h"

#include <fmt/format.h>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/complete.h"
#include "bench/cli/commands/man_pages.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

/// A command under the heading that --help shows it below, in that order.
struct GroupedCommand {
    const char* group;
    void (*register_command)(CLI::App& app, CommandContext& context);
};

constexpr GroupedCommand kCommands[] = {
    {"Every day", register_doctor_command},     {"Every day", register_try_command},      {"Every day", register_run_command},
    {"Every day", register_verify_command},     {"Every day", register_gate_command},     {"Every day", register_bisect_command},
    {"Look", register_show_command},            {"Look", register_compare_command},         {"Look", register_report_command},
    {"Look", register_history_command},         {"Look", register_export_command},          {"Measure", register_kernel_command},
    {"Measure", register_plan_command},         {"Measure", register_profile_command},      {"Measure", register_trace_command},
    {"Measure", register_merge_command},
    {"Unattended", register_nightly_command},   {"Unattended", register_serve_command},     {"Unattended", register_follow_command},
    {"Unattended", register_store_command},
    {"Unattended", register_fleet_command},
    {"Trust", register_selftest_command},       {"Trust", register_calibrate_command},      {"Trust", register_overhead_command},
};

/// The command whose words are being read: the last subcommand.
const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* at = &app;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    return *at;
}

/// "diobench kernel build".
std::string whole_name(const CLI::App& command) {
    const CLI::App* parent = command.get_parent();
    return parent == nullptr ? command.get_name() : whole_name(*parent) + " " + command.get_name();
}

std::vector<std::string> option_names(const CLI::App& command) {
    std::vector<std::string> out;
    for (const CLI::Option* option : command.get_options())
        for (const auto& name : option->get_lnames()) out.push_back("--" + name);
    return out;
}

std::vector<std::string> subcommand_names(const CLI::App& command) {
    std::vector<std::string> out;
    for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) out.push_back(one->get_name());
    return out;
}

/// A word that the command does not know.
std::string unknown_word(const CLI::App& command, const std::string& word) {
    if (word.starts_with("-")) return word + ": there is no such option" + did_you_mean(word.substr(0, word.find('=')), option_names(command));
    const auto commands = subcommand_names(command);
    if (commands.empty()) return word + ": nothing is expected here";
    return word + ": there is no such command; there are " + join(commands, ", ") + did_you_mean(word, commands);
}

/// The first command that its help gives as an example; empty: none.
std::string first_example(const CLI::App& command) {
    for (const auto& line : split(command.get_description() + "\n" + command.get_footer(), '\n'))
        if (line.starts_with("  diobench ")) return std::string(trim(line.substr(0, line.find("   ", 2))));
    return "";
}

/// All that is wrong with the words of a command line, a line each; then what to type.
std::string usage_faults(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = innermost(app);
    std::vector<std::string> faults;
    bool after_option = false;
    for (const auto& word : command.remaining()) {
        const bool option = word.starts_with("-");
        if (option || !after_option) faults.push_back(unknown_word(command, word));  // else the value of an option that there is not
        after_option = option;
    }
    // What is left over is told above.
    if (faults.empty() && error.get_name() == "RequiredError" && command.get_require_subcommand_min() > 0)
        faults.push_back("which command? There are " + join(subcommand_names(command), ", "));
    else if (faults.empty() || (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError) && command.get_require_subcommand_min() == 0)) faults.emplace_back(error.what());
    std::string out = fmt::format("{} {}\n", whole_name(command), join(faults, "\n  "));
    if (const std::string example = first_example(command); !example.empty()) out += "for instance: " + example + "\n";
    return out + "how to call it: " + whole_name(command) + " --help\n";
}

/// For whoever calls the program for the first time.
constexpr std::string_view kFirstSteps =
    "diobench which command?  To begin with:\n"
    "  diobench doctor                                      what this host can do, and what is missing\n"
    "  diobench run --kernel fallback --kernel dio          what direct I/O buys, and a page that says it\n"
    "  diobench try 0001-my.patch --on dio                  your patch, or a thread saved from a list: right, and no slower?\n"
    "  diobench run --kernel dio --fio-job my.fio           your own reads\n"
    "  diobench follow ~/list.git --dry-run                 what a mailing list has\n"
    "how to call it: diobench --help\n";

/// What every command takes.
void add_output_options(CLI::App& command) {
    command.add_option_function<std::string>("--color", [](const std::string& when) {
        use_colour(when == "always" ? ColourUse::always : when == "never" ? ColourUse::never : ColourUse::automatic);
    }, "Colours: on a terminal (NO_COLOR switches them off), always or never")->check(one_of({"auto", "always", "never"}));
    command.add_option_function<std::string>("--store", [](const std::string& address) { (void)setenv(kStoreVariable, address.c_str(), 1); },
                                             "Where results are kept: a file, or postgresql://[user@]host/database (default $DIOBENCH_STORE, else results.sqlite in the cache; docs/store.md)")
        ->option_text("ADDRESS");
    command.add_flag_callback("--quiet", be_quiet, "Do not show how far it is; answers and errors only");
    for (CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) add_output_options(*one);
}

/// Of an installed program, or of one whose clone is gone.
Status check_data() {
    std::error_code ec;
    if (fs::is_directory(project_root() / "kernel-patches", ec)) return {};
    return fail("find what comes with diobench", project_root().string(),
                "there is no kernel-patches in it: name a clone of diobench with DIOBENCH_ROOT, or install the package");
}

/// What shells and the package call, and nobody by hand: "complete WORD...", "man-pages FOLDER".  Empty: it is none of these.
std::optional<Result<ExitCode>> inner_command(CLI::App& app, const std::vector<std::string>& argv) {
    if (argv.size() >= 2 && argv[1] == "complete") {
        fmt::print("{}", completion_text(complete(app, {argv.begin() + 2, argv.end()})));
        return ExitCode::ok;
    }
    if (argv.size() != 3 || argv[1] != "man-pages") return std::nullopt;
    if (auto s = make_directories(argv[2]); !s) return forward(s);
    for (const auto& [name, text] : man_pages(app, DIOBENCH_VERSION))
        if (auto s = write_file_atomic(fs::path(argv[2]) / name, text); !s) return forward(s);
    return ExitCode::ok;
}

/// As a run records how it was called: "--store=postgresql://me:secret@host/results" without the secret.
std::string without_password(const std::string& word) {
    const size_t begin = word.find("postgres");
    if (begin == std::string::npos) return word;
    const StoreAddress address = StoreAddress::parse(word.substr(begin));
    return address.is_postgresql() ? word.substr(0, begin) + address.text() : word;
}

int tell_end(const Result<ExitCode>& code) {
    if (code) return static_cast<int>(*code);
    fmt::print(stderr, "{} {}\n", coloured("diobench:", Colour::red, 2), code.error().message());
    return interrupted() ? 130 : static_cast<int>(code.error().code);
}

}  // namespace

std::unique_ptr<CLI::App> make_app(CommandContext& context) {
    auto app = std::make_unique<CLI::App>("Direct versus buffered reads on EROFS over fscache: what does true direct I/O buy, and did this patch make it better?\n"
                                          "Start with: diobench doctor; then diobench run --kernel fallback --kernel dio",
                                          "diobench");
    app->set_version_flag("--version", DIOBENCH_VERSION);
    app->require_subcommand(1);
    app->footer("Exit codes: 0 ok or pass, 1 a regression or a failed check, 2 wrong usage or environment, 3 inconclusive,\n"
                "4 invalid (wrong data, missing cell, proof of mode failed, machine died).");
    for (const auto& [group, register_command] : kCommands) {
        register_command(*app, context);
        app->get_subcommands([](const CLI::App*) { return true; }).back()->group(group);
    }
    add_output_options(*app);
    return app;
}

int run_program(int argc, char** argv) {
    install_interrupt_handler();
    CommandContext context;
    for (int i = 0; i < argc; ++i) context.argv.push_back(without_password(argv[i]));
    const auto app = make_app(context);
    if (const auto code = inner_command(*app, context.argv)) return tell_end(*code);
    if (argc == 1) {
        fmt::print(stderr, "{}", kFirstSteps);
        return static_cast<int>(ExitCode::usage);
    }
    try {
        app->parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app->exit(e);  // --help, --version
        fmt::print(stderr, "{}", usage_faults(*app, e));
        return static_cast<int>(ExitCode::usage);
    }
    if (auto s = check_data(); !s) return tell_end(forward(s));
    return tell_end(context.body());
}

}  // namespace diobench
