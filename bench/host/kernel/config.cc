// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/config.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr std::string_view kNotSet = " is not set";

/// "CONFIG_X" with letters, digits and '_' only.
bool is_symbol_name(std::string_view name) {
    constexpr std::string_view prefix = "CONFIG_";
    return name.size() > prefix.size() && name.starts_with(prefix) &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// Takes "CONFIG_X=v" or "# CONFIG_X is not set"; false for every other line.
bool parse_line(std::string_view line, ConfigSymbol& out) {
    line = trim(line);
    if (line.starts_with("# ") && line.ends_with(kNotSet)) {
        std::string_view name = line.substr(2, line.size() - 2 - kNotSet.size());
        if (!is_symbol_name(name)) return false;
        out.name = name;
        out.value = "n";
        return true;
    }
    size_t equals = line.find('=');
    if (equals == std::string_view::npos || !is_symbol_name(line.substr(0, equals))) return false;
    out.name = line.substr(0, equals);
    out.value = line.substr(equals + 1);
    return !out.value.empty();
}

std::string place(const ConfigSymbol& symbol) { return symbol.file + ":" + std::to_string(symbol.line); }

constexpr std::string_view kDirective = "#:";

/// "CONFIG_X since 7.0 or CONFIG_Y=v: reason"; false for anything else.
bool parse_history(std::string_view text, std::string& symbol, SymbolHistory& out) {
    const size_t colon = text.find(": ");
    if (colon == std::string_view::npos) return false;
    out.reason = trim(text.substr(colon + 2));
    const auto words = split(trim(text.substr(0, colon)), ' ');
    if ((words.size() != 3 && words.size() != 5) || !is_symbol_name(words[0]) || out.reason.empty()) return false;
    if (words[1] != "since" && words[1] != "before") return false;
    auto version = parse_kernel_version(words[2]);
    if (!version) return false;
    symbol = words[0];
    out.since = words[1] == "since";
    out.version = *version;
    if (words.size() == 3) return true;
    ConfigSymbol instead;
    if (words[3] != "or" || !parse_line(words[4], instead)) return false;
    out.instead_name = instead.name;
    out.instead_value = instead.value;
    return true;
}

/// Reads a fragment, group by group.
class FragmentReader {
public:
    explicit FragmentReader(std::string file) : file_(std::move(file)) {}

    Status take(std::string_view line) {
        ++line_;
        line = trim(line);
        ConfigSymbol symbol{{}, {}, file_, line_, feature_, {}};
        if (line.empty()) return end_group();
        if (line.starts_with(kDirective)) return take_directive(trim(line.substr(kDirective.size())));
        if (parse_line(line, symbol))
            symbols_.push_back(std::move(symbol));
        else if (line.front() != '#')
            return fail("read", here(), "\"" + std::string(line) + "\" is neither CONFIG_X=value nor \"# CONFIG_X is not set\"");
        return {};
    }
    Status end_group() {
        for (auto& [name, history] : history_) {
            auto at = std::find_if(symbols_.begin() + static_cast<long>(group_), symbols_.end(), [&](const ConfigSymbol& one) { return one.name == name; });
            if (at == symbols_.end()) return fail("read", here(), "a line \"#: " + name + "\" stands in a group above that has no such symbol");
            at->history.push_back(std::move(history));
        }
        history_.clear();
        feature_.clear();
        group_ = symbols_.size();
        return {};
    }
    std::vector<ConfigSymbol> symbols() { return std::move(symbols_); }

private:
    [[nodiscard]] std::string here() const { return file_ + ":" + std::to_string(line_); }
    Status take_directive(std::string_view text) {
        constexpr std::string_view kFeature = "feature ";
        std::string symbol;
        SymbolHistory history;
        if (text.starts_with(kFeature) && feature_.empty() && group_ == symbols_.size()) {
            feature_ = trim(text.substr(kFeature.size()));
            return {};
        }
        if (!parse_history(text, symbol, history))
            return fail("read", here(), "\"#: " + std::string(text) + "\" is wrong: expected \"#: feature NAME\", once and first in its group, or \"#: CONFIG_X since|before "
                        "VERSION [or CONFIG_Y=value]: reason\"");
        history_.emplace_back(std::move(symbol), std::move(history));
        return {};
    }

    std::string file_;
    int line_ = 0;
    size_t group_ = 0;  ///< its first symbol
    std::string feature_;
    std::vector<std::pair<std::string, SymbolHistory>> history_;
    std::vector<ConfigSymbol> symbols_;
};

}  // namespace

std::string ConfigSymbol::text() const { return value == "n" ? "# " + name + std::string(kNotSet) : name + "=" + value; }

std::string MissingSymbol::message() const {
    return wanted.name + " (" + place(wanted) + "): wanted " + wanted.value + ", got " + got;
}

Result<std::vector<ConfigSymbol>> parse_fragment(std::string_view text, const std::string& file) {
    FragmentReader reader(file);
    for (const auto& line : split(text, '\n'))
        if (auto s = reader.take(line); !s) return forward(s);
    if (auto s = reader.end_group(); !s) return forward(s);
    return reader.symbols();
}

namespace {

/// Adds the fragments of one folder; true if it has subfolders.
Result<bool> list_fragments(const fs::path& folder, std::vector<fs::path>& fragments) {
    std::error_code ec;
    bool has_folders = false;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        if (entry.path().extension() == ".config") fragments.push_back(entry.path());
        has_folders = has_folders || entry.is_directory();
    }
    if (ec) return fail_errno("list", folder.string(), ec.value());
    return has_folders;
}

}  // namespace

Result<std::vector<ConfigSymbol>> requested_symbols(const fs::path& config_dir, const std::vector<std::string>& subfolders) {
    std::vector<fs::path> fragments;
    auto has_folders = list_fragments(config_dir, fragments);
    if (!has_folders) return forward(has_folders);
    if (*has_folders)
        for (const auto& name : subfolders)
            if (auto listed = list_fragments(config_dir / name, fragments); !listed) return forward(listed);
    if (fragments.empty()) return fail("read configuration in", config_dir.string(), "there is no *.config file");
    std::sort(fragments.begin(), fragments.end(),
              [](const fs::path& a, const fs::path& b) { return std::pair(a.filename(), a) < std::pair(b.filename(), b); });

    std::vector<ConfigSymbol> out;
    std::map<std::string, ConfigSymbol> seen;
    for (const auto& fragment : fragments) {
        auto text = read_file(fragment);
        if (!text) return forward(text);
        auto symbols = parse_fragment(*text, fragment.string());
        if (!symbols) return symbols;
        for (auto& symbol : *symbols) {
            auto [at, is_new] = seen.emplace(symbol.name, symbol);
            if (is_new)
                out.push_back(std::move(symbol));
            else if (at->second.value != symbol.value)
                return fail("read", place(symbol),
                            symbol.name + " is " + symbol.value + " here and " + at->second.value + " in " +
                                place(at->second) + ": keep one of them");
        }
    }
    return out;
}

std::string merged_config(const std::vector<ConfigSymbol>& symbols) {
    std::string out;
    for (const auto& s : symbols) out += s.text() + "\n";
    return out;
}

std::vector<MissingSymbol> missing_symbols(const std::vector<ConfigSymbol>& requested, std::string_view config_text) {
    std::map<std::string, std::string, std::less<>> have;
    for (const auto& line : split(config_text, '\n'))
        if (ConfigSymbol s; parse_line(line, s)) have[s.name] = s.value;
    std::vector<MissingSymbol> out;
    for (const auto& wanted : requested) {
        auto at = have.find(wanted.name);
        // A symbol whose dependencies are off is not written at all: that is n.
        std::string got = at == have.end() ? "n" : at->second;
        if (got != wanted.value) out.push_back({wanted, got});
    }
    return out;
}

Result<TreeConfig> config_for_tree(const std::vector<ConfigSymbol>& requested, const AbsentFeatures& absent, const std::string& version) {
    auto kernel = parse_kernel_version(version);
    if (!kernel) return forward(kernel);
    TreeConfig out;
    std::map<std::string, std::vector<std::string>> without;
    std::set<std::string> asked;
    for (const auto& symbol : requested) asked.insert(symbol.name);
    for (const auto& symbol : requested) {
        if (absent.contains(symbol.feature)) {
            without[symbol.feature].push_back(symbol.name);
            continue;
        }
        out.symbols.push_back(symbol);
        for (const auto& history : symbol.history)
            if (history.holds_for(*kernel) && !history.instead_name.empty() && asked.insert(history.instead_name).second)
                out.symbols.push_back({history.instead_name, history.instead_value, symbol.file, symbol.line, symbol.feature, {}});
    }
    for (const auto& [feature, names] : without)
        out.left_out.push_back(fmt::format("configured without feature {} ({}): {}", feature, absent.at(feature), join(names, ", ")));
    return out;
}

namespace {

/// Why a symbol needs not be there; empty: it must.  `missing`: all that are not there.
std::string excuse(const MissingSymbol& symbol, const KernelVersion& kernel, const std::set<std::string>& missing, const std::set<std::string>& allowed) {
    for (const auto& history : symbol.wanted.history) {
        if (!history.holds_for(kernel)) continue;
        if (history.instead_name.empty()) return history.reason;
        if (!missing.contains(history.instead_name)) return fmt::format("{}={} instead: {}", history.instead_name, history.instead_value, history.reason);
    }
    return allowed.contains(symbol.wanted.name) ? "allowed by --allow-missing" : "";
}

/// A symbol that only stands in for another may be missing where that one is there.
bool stands_in(const ConfigSymbol& symbol, const std::vector<ConfigSymbol>& all, const std::set<std::string>& missing) {
    return std::any_of(all.begin(), all.end(), [&](const ConfigSymbol& other) {
        return !missing.contains(other.name) && std::any_of(other.history.begin(), other.history.end(), [&](const SymbolHistory& h) { return h.instead_name == symbol.name; });
    });
}

}  // namespace

ConfigCheck check_config(const TreeConfig& asked, const std::string& version, const std::vector<std::string>& allowed, std::string_view config_text) {
    const KernelVersion kernel = parse_kernel_version(version).value_or(KernelVersion{});
    std::set<std::string> may_miss;
    for (const auto& name : allowed) may_miss.insert(name.starts_with("CONFIG_") ? name : "CONFIG_" + name);
    auto all = missing_symbols(asked.symbols, config_text);
    std::set<std::string> missing;
    for (const auto& one : all) missing.insert(one.wanted.name);
    ConfigCheck out;
    for (const auto& symbol : asked.symbols)
        if (!missing.contains(symbol.name)) out.lines.push_back(symbol.text());
    for (auto& one : all) {
        if (stands_in(one.wanted, asked.symbols, missing)) continue;
        if (const std::string why = excuse(one, kernel, missing, may_miss); !why.empty()) out.notes.push_back(fmt::format("configured without {}: {}", one.wanted.text(), why));
        else out.missing.push_back(std::move(one));
    }
    return out;
}

}  // namespace diobench
