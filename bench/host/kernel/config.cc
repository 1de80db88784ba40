// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/config.h"

#include <algorithm>
#include <map>

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

}  // namespace

std::string MissingSymbol::message() const {
    return wanted.name + " (" + place(wanted) + "): wanted " + wanted.value + ", got " + got;
}

Result<std::vector<ConfigSymbol>> parse_fragment(std::string_view text, const std::string& file) {
    std::vector<ConfigSymbol> out;
    int number = 0;
    for (const auto& line : split(text, '\n')) {
        ++number;
        ConfigSymbol symbol{{}, {}, file, number};
        std::string_view content = trim(line);
        if (parse_line(content, symbol))
            out.push_back(std::move(symbol));
        else if (!content.empty() && content.front() != '#')
            return fail("read", file + ":" + std::to_string(number),
                        "\"" + std::string(content) + "\" is neither CONFIG_X=value nor \"# CONFIG_X is not set\"");
    }
    return out;
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
    for (const auto& s : symbols)
        out += s.value == "n" ? "# " + s.name + std::string(kNotSet) + "\n" : s.name + "=" + s.value + "\n";
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

}  // namespace diobench
