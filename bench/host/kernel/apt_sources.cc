// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/apt_sources.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr const char* kKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
constexpr const char* kArchive = "http://deb.debian.org/debian";
constexpr const char* kSecurity = "http://deb.debian.org/debian-security";

/// Releases whose kernels people run, beside the system's own; the next one is one word more.
constexpr std::array kReleases = {"bookworm", "trixie"};
/// Where the newest kernel is.
constexpr const char* kUnstable = "sid";

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    std::string word;
    for (char c : std::string(text) + " ") {
        if (c != ' ' && c != '\t') {
            word += c;
            continue;
        }
        if (!word.empty()) out.push_back(std::move(word));
        word.clear();
    }
    return out;
}

bool contains(const std::vector<std::string>& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

/// "[arch=amd64 signed-by=/x.gpg]" -> "/x.gpg".
std::string signed_by_of(std::string_view options) {
    for (const auto& option : words_of(options))
        if (option.starts_with("signed-by=")) return option.substr(10);
    return {};
}

/// "Key: value" lines, continued ones joined; keys in small letters.
std::map<std::string, std::string> fields_of(const std::vector<std::string>& lines) {
    std::map<std::string, std::string> out;
    std::string last;
    for (const auto& line : lines) {
        if (line.starts_with('#')) continue;
        if (!last.empty() && (line.starts_with(' ') || line.starts_with('\t'))) {
            out[last] += " " + std::string(trim(line));
            continue;
        }
        const size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        last = lower_case(trim(std::string_view(line).substr(0, colon)));
        out[last] = trim(std::string_view(line).substr(colon + 1));
    }
    return out;
}

void add_stanza(const std::vector<std::string>& lines, std::vector<AptEntry>& out) {
    auto fields = fields_of(lines);
    const std::string enabled = lower_case(fields["enabled"]);
    const auto uris = words_of(fields["uris"]);
    if (enabled == "no" || enabled == "false" || uris.empty() || !contains(words_of(fields["types"]), "deb")) return;
    std::string key = fields["signed-by"];
    if (!key.starts_with('/')) key.clear();  // a key written out, which a line cannot hold
    out.push_back({uris.front(), words_of(fields["suites"]), words_of(fields["components"]), key});
}

struct Mirror {
    std::string uri;
    std::string key;
};

Mirror mirror_of(const std::vector<AptEntry>& entries, const std::string& suite, const std::string& otherwise) {
    for (const auto& entry : entries)
        if (contains(entry.suites, suite) && contains(entry.components, "main")) return {entry.uri, entry.signed_by.empty() ? kKeyring : entry.signed_by};
    return {otherwise, kKeyring};
}

std::string line_of(const Mirror& mirror, const std::string& suite) { return fmt::format("deb [signed-by={}] {} {} main\n", mirror.key, mirror.uri, suite); }

}  // namespace

std::vector<AptEntry> parse_sources_list(std::string_view text) {
    std::vector<AptEntry> out;
    for (const auto& whole : split(text, '\n')) {
        std::string_view line = trim(std::string_view(whole).substr(0, whole.find('#')));
        if (!line.starts_with("deb ") && !line.starts_with("deb\t")) continue;
        line = trim(line.substr(4));
        AptEntry entry;
        if (line.starts_with('[')) {
            const size_t end = line.find(']');
            if (end == std::string_view::npos) continue;
            entry.signed_by = signed_by_of(line.substr(1, end - 1));
            line = trim(line.substr(end + 1));
        }
        const auto words = words_of(line);
        if (words.size() < 3) continue;
        entry.uri = words[0];
        entry.suites = {words[1]};
        entry.components.assign(words.begin() + 2, words.end());
        out.push_back(std::move(entry));
    }
    return out;
}

std::vector<AptEntry> parse_deb822_sources(std::string_view text) {
    std::vector<AptEntry> out;
    std::vector<std::string> stanza;
    for (auto& line : split(text, '\n')) {
        if (!trim(line).empty()) {
            stanza.push_back(std::move(line));
            continue;
        }
        add_stanza(stanza, out);
        stanza.clear();
    }
    add_stanza(stanza, out);
    return out;
}

std::vector<AptEntry> read_apt_sources(const fs::path& dir) {
    std::vector<fs::path> files = {dir / "sources.list"};
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(dir / "sources.list.d", ec)) files.push_back(entry.path());
    std::sort(files.begin() + 1, files.end());
    std::vector<AptEntry> out;
    for (const auto& file : files) {
        if (file.extension() != ".list" && file.extension() != ".sources") continue;
        auto text = read_file(file);
        if (!text) continue;
        auto entries = file.extension() == ".sources" ? parse_deb822_sources(*text) : parse_sources_list(*text);
        std::move(entries.begin(), entries.end(), std::back_inserter(out));
    }
    return out;
}

std::string kernel_sources_list(const std::vector<AptEntry>& entries, const std::string& codename) {
    const Mirror archive = mirror_of(entries, codename, kArchive);
    const Mirror security = mirror_of(entries, codename + "-security", kSecurity);
    std::vector<std::string> releases = {codename};
    for (const char* release : kReleases)
        if (!contains(releases, release)) releases.emplace_back(release);
    std::string out;
    for (const auto& release : releases) {
        if (release == kUnstable) continue;
        for (const char* part : {"", "-updates", "-backports"}) out += line_of(archive, release + part);
        out += line_of(security, release + "-security");
    }
    return out + line_of(archive, kUnstable);
}

}  // namespace diobench
