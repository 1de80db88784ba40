// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/man_pages.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// Text as troff takes it literally.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else if (c == '~') out += "\\(ti";
        else if (c == '^') out += "\\(ha";
        else if (c == '\'') out += "\\(aq";
        else if (c == '`') out += "\\(ga";
        else out += c;
    }
    return out;
}

/// A line of text: one that begins as a request does, does not.
std::string line_of(std::string_view text) {
    std::string out = escaped(trim(text));
    if (out.starts_with('.')) out.insert(0, "\\&");
    return out + "\n";
}

/// Paragraphs are filled; lines that are set in, such as commands, stay as they are.
std::string body_of(std::string_view text) {
    std::string out;
    bool verbatim = false;
    const auto end_verbatim = [&] {
        if (verbatim) out += ".EE\n.PP\n";
        verbatim = false;
    };
    for (const auto& line : split(std::string(text), '\n')) {
        if (trim(line).empty()) {
            if (!verbatim && !out.empty()) out += ".PP\n";
        } else if (line.starts_with("  ")) {
            if (!verbatim) out += ".PP\n.EX\n";
            verbatim = true;
            out += "\\&" + escaped(line) + "\n";
        } else {
            end_verbatim();
            out += line_of(line);
        }
    }
    end_verbatim();
    out = replace_all(std::move(out), ".PP\n.PP\n", ".PP\n");
    while (out.ends_with(".PP\n")) out.resize(out.size() - 4);
    return out;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

std::string page_name(const CLI::App& command, char between) {
    const CLI::App* parent = command.get_parent();
    return parent == nullptr ? command.get_name() : page_name(*parent, between) + between + command.get_name();
}

std::vector<const CLI::App*> commands_below(const CLI::App& command) {
    return command.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
}

/// What stands behind an option's name, as --help has it.
std::string value_text(const CLI::Option& option) {
    if (!option.get_option_text().empty()) return " " + option.get_option_text();
    if (option.get_items_expected_max() == 0) return "";
    std::string out = " " + option.get_type_name();
    if (!option.get_default_str().empty()) out += "=" + option.get_default_str();
    if (option.get_items_expected_max() > 1) out += " ...";
    if (option.get_required()) out += " (required)";
    return out;
}

std::string option_text(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) names.push_back("\\fB" + escaped("-" + name) + "\\fR");
    for (const auto& name : option.get_lnames()) names.push_back("\\fB" + escaped("--" + name) + "\\fR");
    if (names.empty()) names.push_back("\\fI" + escaped(option.get_name()) + "\\fR");
    return fmt::format(".TP\n{}{}\n{}", join(names, ", "), escaped(value_text(option)), line_of(option.get_description()));
}

std::string synopsis(const CLI::App& command) {
    std::string out = fmt::format(".B {}\n[\\fIOPTIONS\\fR]", escaped(page_name(command, ' ')));
    for (const CLI::Option* option : command.get_options())
        if (option->get_positional()) {
            const std::string name = fmt::format("\\fI{}{}\\fR", escaped(option->get_name()), option->get_items_expected_max() > 1 ? " ..." : "");
            out += option->get_required() ? " " + name : " [" + name + "]";
        }
    if (!commands_below(command).empty()) out += " \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]";
    return out + "\n";
}

std::string options_section(const CLI::App& command) {
    std::string arguments;
    std::string options;
    for (const CLI::Option* option : command.get_options()) (option->get_positional() ? arguments : options) += option_text(*option);
    std::string out;
    if (!arguments.empty()) out += ".SH ARGUMENTS\n" + arguments;
    if (!options.empty()) out += ".SH OPTIONS\n" + options;
    return out;
}

std::string commands_section(const CLI::App& command) {
    std::string out;
    std::string group;
    for (const CLI::App* one : commands_below(command)) {
        if (out.empty()) out = ".SH COMMANDS\n";
        if (one->get_group() != group && one->get_group() != "Subcommands") out += fmt::format(".SS {}\n", escaped(one->get_group()));
        group = one->get_group();
        out += fmt::format(".TP\n\\fB{}\\fR(1)\n{}", escaped(page_name(*one, '-')), line_of(first_line(one->get_description())));
    }
    return out;
}

constexpr const char* kSurroundings =
    ".SH ENVIRONMENT\n"
    ".TP\n.B DIOBENCH_CACHE\nEverything that can be made again: kernels, images. Default: $XDG_CACHE_HOME/diobench, else ~/.cache/diobench.\n"
    ".TP\n.B DIOBENCH_STORE\nThe history of all runs. Default: results.sqlite in the cache.\n"
    ".TP\n.B DIOBENCH_KERNEL_SOURCE\nAnother tarball of the kernel than /usr/src/linux\\-source\\-6.12.tar.xz.\n"
    ".TP\n.B DIOBENCH_ROOT\nWhere what comes with diobench lies, instead of share/diobench beside the program.\n"
    ".TP\n.B NO_COLOR\nNo colours (as \\fB\\-\\-color never\\fR).\n"
    ".SH FILES\n"
    ".TP\n.I ~/.config/diobench/series/\nSeries of your own; \\fBdiobench kernel add\\fR writes there. One that has the name of one that comes with diobench is taken in its place.\n"
    ".TP\n.I ~/.config/diobench/workloads/\nWorkloads of your own, in the same way.\n"
    ".TP\n.I out/\nResults, in the folder where diobench is called.\n";

std::string see_also(const CLI::App& command) {
    std::vector<std::string> pages;
    if (const CLI::App* parent = command.get_parent(); parent != nullptr) pages.push_back(fmt::format("\\fB{}\\fR(1)", escaped(page_name(*parent, '-'))));
    for (const CLI::App* one : commands_below(command)) pages.push_back(fmt::format("\\fB{}\\fR(1)", escaped(page_name(*one, '-'))));
    if (pages.empty()) return {};
    return ".SH \"SEE ALSO\"\n" + join(pages, ",\n") + "\n";
}

void add_page(const CLI::App& command, const std::string& version, std::map<std::string, std::string>& pages) {
    const std::string name = page_name(command, '-');
    std::string title = name;
    for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::string page = fmt::format(".\\\" Made by diobench from its own tables of commands; SPDX-License-Identifier: GPL-2.0-only\n"
                                   ".TH {} 1 \"\" \"diobench {}\" \"diobench\"\n.SH NAME\n{} \\- {}.SH SYNOPSIS\n{}.SH DESCRIPTION\n{}",
                                   escaped(title), version, escaped(name), line_of(first_line(command.get_description())), synopsis(command), body_of(command.get_description()));
    page += commands_section(command) + options_section(command);
    if (!command.get_footer().empty()) page += ".SH NOTES\n" + body_of(command.get_footer());
    if (command.get_parent() == nullptr) page += kSurroundings;
    pages[name + ".1"] = page + see_also(command);
    for (const CLI::App* one : commands_below(command)) add_page(*one, version, pages);
}

}  // namespace

std::map<std::string, std::string> man_pages(const CLI::App& app, const std::string& version) {
    std::map<std::string, std::string> pages;
    add_page(app, version, pages);
    return pages;
}

}  // namespace diobench
