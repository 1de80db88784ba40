// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/features.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr std::array kKeys = {"name", "what", "file", "text", "since", "until"};

fs::path features_file() { return project_root() / "kernel-patches" / "features.toml"; }

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

Result<Feature> read_feature(const toml::table& table, const std::string& file) {
    const std::string place = fmt::format("{}:{}", file, table.source().begin.line);
    Faults faults;
    for (const auto& [key, node] : table)
        if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end() || !node.is_string())
            faults.add(fail("read", place, fmt::format("{} is no key with a text; known are {}", key.str(), fmt::join(kKeys, ", "))));
    auto text = [&](const char* key) { return table[key].value_or(std::string()); };
    Feature out{text("name"), text("what"), text("file"), text("text"), text("since"), text("until")};
    for (const auto& [key, value] : {std::pair("name", out.name), {"what", out.what}, {"file", out.file}, {"text", out.text}})
        if (value.empty()) faults.add(fail("read", place, fmt::format("{} is missing", key)));
    if (!parse_kernel_version(out.since)) faults.add(fail("read", place, "since is wrong: expected a minor version such as \"6.12\""));
    if (!out.until.empty() && !parse_kernel_version(out.until)) faults.add(fail("read", place, "until is wrong: expected a minor version such as \"7.1\""));
    if (auto s = faults.status(); !s) return forward(s);
    return out;
}

/// The minor version behind this one, as far as a number says it: none of the rows ends with a major version.
std::string next_minor(const std::string& version) {
    auto number = parse_kernel_version(version).value_or(KernelVersion{});
    return fmt::format("{}.{}", number.number[0], number.number[1] + 1);
}

KernelVersion minor_of(const std::string& version) {
    auto number = parse_kernel_version(version).value_or(KernelVersion{});
    number.number[2] = 0;
    return number;
}

AbsentFeatures probe(const KernelSource& source, const std::vector<Feature>& features) {
    AbsentFeatures out;
    for (const auto& feature : features) {
        auto text = read_file(source.tree / feature.file);
        if (!text || !has_words(*text, feature.text)) out[feature.name] = absence_reason(feature, source.version);
    }
    return out;
}

}  // namespace

Result<std::vector<Feature>> known_features(const fs::path& file) {
    const std::string name = (file.empty() ? features_file() : file).string();
    auto text = read_file(name);
    if (!text) return forward(text);
    toml::table table;
    try {
        table = toml::parse(*text, name);
    } catch (const toml::parse_error& e) {
        return fail("read", fmt::format("{}:{}", name, e.source().begin.line), std::string(e.description()));
    }
    std::vector<Feature> out;
    Faults faults;
    const toml::array* rows = table["feature"].as_array();
    if (rows == nullptr || !rows->is_homogeneous<toml::table>() || table.size() != 1) return fail("read", name, "expected tables that begin with [[feature]], and nothing else");
    for (const auto& row : *rows) faults.append(read_feature(*row.as_table(), name), out);
    if (auto s = faults.status(); !s) return forward(s);
    return out;
}

bool has_words(std::string_view text, std::string_view words) {
    for (size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
        const size_t end = at + words.size();
        const bool begins = at == 0 || !is_word_character(text[at - 1]) || !is_word_character(words.front());
        const bool ends = end == text.size() || !is_word_character(text[end]) || !is_word_character(words.back());
        if (begins && ends) return true;
    }
    return false;
}

std::string absence_reason(const Feature& feature, const std::string& version) {
    const KernelVersion have = minor_of(version);
    if (have < minor_of(feature.since)) return fmt::format("{} came with Linux {}", feature.what, feature.since);
    if (!feature.until.empty() && have > minor_of(feature.until)) return fmt::format("{} was removed in Linux {}", feature.what, next_minor(feature.until));
    return fmt::format("{} is not in this tree: {} has no \"{}\"", feature.what, feature.file, feature.text);
}

Result<AbsentFeatures> absent_features(const KernelSource& source) {
    auto features = known_features();
    if (!features) return forward(features);
    std::string identity = source.version;
    for (const auto& one : *features) identity += "\n" + join({one.name, one.what, one.file, one.text, one.since, one.until}, "\t");
    identity = sha256_hex(identity);
    const fs::path memo = source.tree.string() + ".features.json";
    if (auto text = read_file(memo)) {
        const auto json = nlohmann::json::parse(*text, nullptr, false);
        if (json.is_object() && json.value("identity", "") == identity && json.contains("absent")) return json.at("absent").get<AbsentFeatures>();
    }
    AbsentFeatures out = probe(source, *features);
    const nlohmann::json json = {{"identity", identity}, {"version", source.version}, {"absent", out}};
    if (auto s = write_file_atomic(memo, json.dump(1) + "\n"); !s) return forward(s);
    return out;
}

}  // namespace diobench
