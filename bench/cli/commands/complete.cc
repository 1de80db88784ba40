// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/complete.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <string_view>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "bench/host/kernel/series.h"
#include "bench/host/run/select_cells.h"
#include "bench/host/verify/case_selection.h"

namespace diobench {

namespace {

enum class Kind { kernels, suites, cells, conditions, cases, metrics, files, folders, anything };

/// What the value of an option or argument is, whichever command has it; what is not here is one of a few words, a number,
/// or a file that must be there, and CLI11 knows it.
struct Named {
    std::string_view name;
    Kind kind;
};
constexpr std::array kNamed = {
    Named{"--kernel", Kind::kernels}, Named{"--baseline", Kind::kernels}, Named{"--candidate", Kind::kernels}, Named{"--on", Kind::kernels},
    Named{"--revises", Kind::kernels}, Named{"--reference", Kind::kernels}, Named{"KERNEL", Kind::kernels},
    Named{"--suite", Kind::suites}, Named{"--filter", Kind::cells}, Named{"--cell", Kind::cells}, Named{"--cells", Kind::cells}, Named{"CELL-GLOB", Kind::cells},
    Named{"--where", Kind::conditions}, Named{"--case", Kind::cases}, Named{"--reproduce", Kind::cases}, Named{"--metric", Kind::metrics},
    Named{"--workload", Kind::files}, Named{"--fio-job", Kind::files}, Named{"--policy", Kind::files}, Named{"--config", Kind::files},
    Named{"--interest", Kind::files}, Named{"--state", Kind::files}, Named{"--store", Kind::files}, Named{"--kernel-image", Kind::files}, Named{"--cache-device", Kind::files},
    Named{"--prometheus", Kind::files}, Named{"--junit", Kind::files}, Named{"--summary", Kind::files}, Named{"--csv", Kind::files},
    Named{"--markdown", Kind::files}, Named{"--textfile", Kind::files}, Named{"--fio", Kind::files}, Named{"--t-io-uring", Kind::files},
    Named{"FILE", Kind::files}, Named{"WHAT", Kind::files}, Named{"ARCHIVE", Kind::files}, Named{"PROGRAM", Kind::files}, Named{"--out", Kind::files},
    Named{"--tree", Kind::folders}, Named{"--into", Kind::folders}, Named{"--resume", Kind::folders}, Named{"--results-baseline", Kind::folders},
    Named{"--results-candidate", Kind::folders}, Named{"--google-benchmark", Kind::folders}, Named{"--root", Kind::folders},
    Named{"FROM", Kind::files}, Named{"TO", Kind::files}, Named{"REQUEST", Kind::files}, Named{"--shared", Kind::folders},
    Named{"--nights", Kind::folders}, Named{"RUN_DIR", Kind::folders}, Named{"DIR", Kind::folders},
    Named{"--base", Kind::anything}, Named{"BASE", Kind::anything}, Named{"--allow-missing", Kind::anything},
    Named{"--rev", Kind::anything}, Named{"--set", Kind::anything}, Named{"--shard", Kind::anything}, Named{"--sample", Kind::anything},
    Named{"--purpose", Kind::anything}, Named{"--version", Kind::anything}, Named{"--base-min", Kind::anything}, Named{"--base-max", Kind::anything},
    Named{"--known-failure", Kind::anything}, Named{"--keep", Kind::anything}, Named{"--push", Kind::anything}, Named{"--instance", Kind::anything},
    Named{"--address", Kind::anything}, Named{"--partition", Kind::anything}, Named{"--backend", Kind::anything}, Named{"NAME", Kind::anything}, Named{"RUN", Kind::anything},
};

/// "--kernel", or of a positional argument its name.
std::string name_of(const CLI::Option& option) { return option.get_lnames().empty() ? option.get_name() : "--" + option.get_lnames().front(); }

/// The words of "TEXT:{exact,kvm}".
std::vector<std::string> choices(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const size_t open = type.find('{');
    const size_t close = type.rfind('}');
    if (open == std::string::npos || close == std::string::npos) return {};
    return split(type.substr(open + 1, close - open - 1), ',');
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }
bool takes_several(const CLI::Option& option) { return option.get_items_expected_max() > 1; }

Kind kind_of(const CLI::App& command, const CLI::Option& option) {
    const std::string name = name_of(option);
    // Of these NAME is a kernel that there is.
    if (name == "NAME" && (command.get_name() == "build" || command.get_name() == "remove")) return Kind::kernels;
    const std::string type = option.get_type_name();
    // calibrate --cells is how many.
    if (type.find("INT") != std::string::npos) return Kind::anything;
    for (const Named& row : kNamed)
        if (row.name == name) return row.kind;
    if (type.find("DIR") != std::string::npos) return Kind::folders;
    return type.find("FILE") != std::string::npos ? Kind::files : Kind::anything;
}

std::vector<NextWord> kernels() {
    std::vector<NextWord> out;
    auto all = list_series();
    if (!all) return out;
    for (const auto& series : *all) out.push_back({series.name, series.purpose});
    return out;
}

/// The suite that the line names, or the one that a command takes without.
std::string suite_of(CLI::App& command, const std::vector<std::string>& words) {
    for (size_t i = 0; i + 1 < words.size(); ++i)
        if (words[i] == "--suite") return words[i + 1];
    const CLI::Option* suite = command.get_option_no_throw("--suite");
    return suite == nullptr || suite->get_default_str().empty() ? "quick" : suite->get_default_str();
}

std::vector<Cell> cells_of(CLI::App& command, const std::vector<std::string>& words) {
    RunOptions options;
    options.suite = suite_of(command, words);
    auto selected = select_cells(options);
    return selected ? std::move(selected->cells) : std::vector<Cell>();
}

std::vector<NextWord> suites() {
    auto set = load_workloads(workload_folders(), abilities());
    std::vector<NextWord> out;
    if (set)
        for (const auto& name : set->suite_names()) out.push_back({name, ""});
    return out;
}

/// Of names with '/' in them only so much as decides the next part.
std::vector<NextWord> next_parts(const std::vector<std::string>& names, const std::string& begun) {
    std::set<std::string> parts;
    for (const auto& name : names) {
        if (!name.starts_with(begun)) continue;
        const size_t slash = name.find('/', begun.size());
        parts.insert(slash == std::string::npos ? name : name.substr(0, slash + 1));
    }
    std::vector<NextWord> out;
    for (const auto& part : parts) out.push_back({part, ""});
    return out;
}

/// "io=direct,block" -> "io=direct,block_size="; "io=b" -> "io=buffered".
std::vector<NextWord> conditions(const std::vector<Cell>& cells, const std::string& begun) {
    const size_t comma = begun.rfind(',');
    const std::string before = comma == std::string::npos ? "" : begun.substr(0, comma + 1);
    const std::string now = begun.substr(before.size());
    const size_t equals = now.find('=');
    std::vector<NextWord> out;
    for (const auto& [name, values] : condition_values(named_cells(cells))) {
        if (equals == std::string::npos) out.push_back({before + name + "=", ""});
        if (equals == std::string::npos || name != now.substr(0, equals)) continue;
        const size_t bar = now.rfind('|');
        const std::string head = before + now.substr(0, (bar == std::string::npos ? equals : bar) + 1);
        for (const auto& value : values) out.push_back({head + value, ""});
    }
    return out;
}

Completion values(CLI::App& command, CLI::Option& option, const std::vector<std::string>& words, const std::string& begun) {
    Completion out;
    for (const auto& choice : choices(option)) out.words.push_back({choice, ""});
    if (!out.words.empty()) return out;
    switch (kind_of(command, option)) {
        case Kind::kernels: out.words = kernels(); break;
        case Kind::suites: out.words = suites(); break;
        case Kind::cells: {
            std::vector<std::string> ids;
            for (const auto& cell : cells_of(command, words)) ids.push_back(cell.id());
            out.words = next_parts(ids, begun);
            break;
        }
        case Kind::conditions: out.words = conditions(cells_of(command, words), begun); break;
        case Kind::cases: {
            std::vector<std::string> names;
            if (auto cases = select_cases({}))
                for (const Case* one : *cases) names.push_back(one->name);
            out.words = next_parts(names, begun);
            break;
        }
        case Kind::metrics:
            for (const auto& metric : metric_table()) out.words.push_back({std::string(metric.name), std::string(metric.help)});
            break;
        case Kind::files: out.files = Completion::Files::files; break;
        case Kind::folders: out.files = Completion::Files::folders; break;
        case Kind::anything: break;
    }
    return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// Where a command line is, word by word.
class Reader {
public:
    explicit Reader(CLI::App& app) : at_(&app) {}

    void read(const std::string& word) {
        if (waiting_ != nullptr) {
            waiting_ = nullptr;
            return;
        }
        if (word.starts_with("-")) {
            several_ = nullptr;
            CLI::Option* option = at_->get_option_no_throw(word.substr(0, word.find('=')));
            if (option == nullptr || !takes_value(*option)) return;
            if (word.find('=') == std::string::npos) waiting_ = option;
            if (takes_several(*option)) several_ = option;
            return;
        }
        for (CLI::App* command : at_->get_subcommands([](const CLI::App*) { return true; }))
            if (command->get_name() == word) {
                *this = Reader(*command);
                return;
            }
        if (several_ == nullptr) ++positionals_;
    }

    [[nodiscard]] CLI::App& command() { return *at_; }
    /// Whose value comes next; nullptr: no option's.
    [[nodiscard]] CLI::Option* waiting() { return waiting_; }
    /// An option that may have more values here.
    [[nodiscard]] CLI::Option* several() { return several_; }
    /// The argument that comes next; nullptr: there are no more.
    [[nodiscard]] CLI::Option* positional() {
        size_t count = 0;
        for (CLI::Option* option : at_->get_options())
            if (option->get_positional() && (count++ == positionals_ || (takes_several(*option) && count <= positionals_))) return option;
        return nullptr;
    }

private:
    CLI::App* at_;
    CLI::Option* waiting_ = nullptr;
    CLI::Option* several_ = nullptr;
    size_t positionals_ = 0;
};

std::vector<NextWord> options_of(CLI::App& command) {
    std::vector<NextWord> out;
    for (CLI::Option* option : command.get_options())
        if (!option->get_lnames().empty()) out.push_back({"--" + option->get_lnames().front(), first_line(option->get_description())});
    return out;
}

void append(Completion& out, Completion more) {
    out.words.insert(out.words.end(), more.words.begin(), more.words.end());
    if (out.files == Completion::Files::none) out.files = more.files;
}

Completion next(CLI::App& app, const std::vector<std::string>& words, const std::string& begun) {
    Reader reader(app);
    for (size_t i = 0; i + 1 < words.size(); ++i) reader.read(words[i]);
    CLI::App& command = reader.command();
    if (CLI::Option* option = reader.waiting(); option != nullptr) return values(command, *option, words, begun);
    if (const size_t equals = begun.find('='); begun.starts_with("--") && equals != std::string::npos) {
        CLI::Option* option = command.get_option_no_throw(begun.substr(0, equals));
        Completion out = option == nullptr ? Completion() : values(command, *option, words, begun.substr(equals + 1));
        for (auto& candidate : out.words) candidate.word.insert(0, begun.substr(0, equals + 1));
        return out;
    }
    Completion out;
    if (begun.starts_with("-")) {
        out.words = options_of(command);
        return out;
    }
    if (reader.several() != nullptr) append(out, values(command, *reader.several(), words, begun));
    if (CLI::Option* option = reader.positional(); option != nullptr) append(out, values(command, *option, words, begun));
    for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) out.words.push_back({one->get_name(), first_line(one->get_description())});
    if (out.words.empty() && out.files == Completion::Files::none) out.words = options_of(command);
    return out;
}

}  // namespace

Completion complete(CLI::App& app, const std::vector<std::string>& words) {
    const std::string begun = words.empty() ? "" : words.back();
    Completion out = next(app, words, begun);
    std::erase_if(out.words, [&](const NextWord& candidate) { return !candidate.word.starts_with(begun); });
    return out;
}

std::string completion_text(const Completion& completion) {
    std::string out;
    for (const auto& [word, about] : completion.words) out += about.empty() ? word + "\n" : fmt::format("{}\t{}\n", word, about);
    if (completion.files == Completion::Files::files) out += ":files\n";
    if (completion.files == Completion::Files::folders) out += ":folders\n";
    return out;
}

bool has_completion(const CLI::App& command, CLI::Option& option) {
    if (!takes_value(option) || !choices(option).empty()) return true;
    const std::string name = name_of(option);
    if (std::any_of(kNamed.begin(), kNamed.end(), [&](const Named& row) { return row.name == name; })) return true;
    const std::string type = option.get_type_name();
    const auto has = [&](std::string_view word) { return type.find(word) != std::string::npos; };
    return has("INT") || has("FLOAT") || kind_of(command, option) != Kind::anything;
}

}  // namespace diobench
