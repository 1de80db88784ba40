// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/interest.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <toml++/toml.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"
#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kReadInterest = "read interest";

bool is_globs(std::string_view key) { return key == "paths" || key == "subjects"; }

Result<std::vector<std::string>> texts_of(const toml::table& table, const char* key, const fs::path& file) {
    std::vector<std::string> out;
    const auto* node = table.get(key);
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list != nullptr)
        for (const auto& element : *list)
            if (auto text = element.value<std::string>(); text && !text->empty()) out.push_back(*text);
    if (list == nullptr || out.size() != list->size())
        return fail(kReadInterest, toml_place(file.string(), node->source().begin.line), fmt::format("{}: expected a list of {}, such as [\"{}\"]", key, is_globs(key) ? "globs" : "words", is_globs(key) ? "fs/erofs/*" : "base"));
    return out;
}

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return match_glob(glob, text); });
}

}  // namespace

bool ListInterest::touches(const std::string& file) const { return matches_any(paths, file); }

bool ListInterest::in_text(std::string_view mail, std::string_view title) const {
    if (matches_any(subjects, title)) return true;
    for (std::string_view mark : {"\n+++ b/", "\n--- a/", "\nrename to "})
        for (size_t at = mail.find(mark); at != std::string_view::npos; at = mail.find(mark, at + 1)) {
            const std::string_view name = mail.substr(at + mark.size());
            if (touches(std::string(trim(name.substr(0, name.find_first_of("\n\t")))))) return true;
        }
    return false;
}

Result<FollowSettings> read_follow_settings(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    auto table = parse_toml(*text, file.string(), kReadInterest);
    if (!table) return forward(table);
    Faults faults;
    FollowSettings out;
    const std::map<std::string_view, std::vector<std::string>*> lists = {{"paths", &out.interest.paths}, {"subjects", &out.interest.subjects}, {"on", &out.on}, {"notify", &out.notify}};
    for (const auto& [key, value] : *table) {
        const auto list = lists.find(key.str());
        if (list != lists.end()) {
            faults.keep(texts_of(*table, std::string(key.str()).c_str(), file), *list->second);
        } else if (key.str() == "from" && value.is_string()) {
            out.from = *value.value<std::string>();
        } else {
            faults.add(fail(kReadInterest, toml_place(file.string(), value.source().begin.line),
                            key.str() == "from" ? std::string("from: expected one text, such as \"Name <address>\"") : fmt::format("unknown key {}: expected paths, subjects, on, from and notify", key.str())));
        }
    }
    if (auto s = faults.status(); !s) return forward(s);
    if (out.interest.paths.empty() && out.interest.subjects.empty()) return fail(kReadInterest, file.string(), "it names neither paths nor subjects, so that nothing is of interest");
    if (out.on.empty()) return fail(kReadInterest, file.string(), "on: name a series at least, such as [\"base\"]");
    return out;
}

}  // namespace diobench
