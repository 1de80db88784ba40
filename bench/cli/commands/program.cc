// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/program.h"

#include <fmt/format.h>

#include "bench/cli/commands/command.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"

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
    {"Unattended", register_nightly_command},   {"Unattended", register_serve_command},     {"Unattended", register_follow_command},
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

/// All that is wrong with the words of a command line, a line each; then where the right ones stand.
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
    else if (faults.empty() || (error.get_name() != "ExtrasError" && command.get_require_subcommand_min() == 0)) faults.emplace_back(error.what());
    return fmt::format("{} {}\nhow to call it: {} --help\n", whole_name(command), join(faults, "\n  "), whole_name(command));
}

}  // namespace

int run_program(int argc, char** argv) {
    install_interrupt_handler();
    CommandContext context;
    context.argv.assign(argv, argv + argc);
    CLI::App app("Direct versus buffered reads on EROFS over fscache: what does true direct I/O buy, and did this patch make it better?\n"
                 "Start with: diobench doctor; then diobench run --kernel fallback --kernel dio",
                 "diobench");
    app.set_version_flag("--version", DIOBENCH_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 ok or pass, 1 a regression or a failed check, 2 wrong usage or environment, 3 inconclusive,\n"
               "4 invalid (wrong data, missing cell, proof of mode failed, machine died).");
    for (const auto& [group, register_command] : kCommands) {
        register_command(app, context);
        app.get_subcommands([](const CLI::App*) { return true; }).back()->group(group);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
        fmt::print(stderr, "{}", usage_faults(app, e));
        return static_cast<int>(ExitCode::usage);
    }
    auto code = context.body();
    if (!code) {
        fmt::print(stderr, "{} {}\n", coloured("diobench:", Colour::red, 2), code.error().message());
        return interrupted() ? 130 : static_cast<int>(code.error().code);
    }
    return static_cast<int>(*code);
}

}  // namespace diobench
