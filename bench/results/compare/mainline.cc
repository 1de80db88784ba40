// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/mainline.h"

#include <fmt/format.h>
#include <set>
#include <sstream>
#include <toml++/toml.h>

#include "bench/common/base/paths.h"

namespace diobench {

namespace {

const std::set<std::string_view> kKeys = {"date", "version", "text", "source"};

Error wrong(const fs::path& file, std::string why) { return Error{"read", file.string(), 0, std::move(why), ExitCode::invalid}; }

Result<MainlineEvent> event_of(const toml::table& table, const fs::path& file) {
    for (const auto& [key, value] : table)
        if (!kKeys.contains(key.str())) return tl::unexpected(wrong(file, fmt::format("an event has the key \"{}\", which no event has", key.str())));
    MainlineEvent out{table["date"].value_or(""), table["version"].value_or(""), table["text"].value_or(""), table["source"].value_or("")};
    if (out.date.empty() || out.text.empty() || out.source.empty() || !table.contains("version"))
        return tl::unexpected(wrong(file, fmt::format("event \"{}\" needs date, version (may be empty), text and source", out.text)));
    return out;
}

}  // namespace

Result<std::vector<MainlineEvent>> mainline_events(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    std::vector<MainlineEvent> out;
    try {
        const auto document = toml::parse(*text);
        const auto* events = document["event"].as_array();
        for (size_t i = 0; events != nullptr && i < events->size(); ++i) {
            const auto* table = events->get(i)->as_table();
            if (table == nullptr) return tl::unexpected(wrong(file, "an event is no table"));
            auto event = event_of(*table, file);
            if (!event) return forward(event);
            out.push_back(std::move(*event));
        }
    } catch (const toml::parse_error& e) {
        std::ostringstream where;
        where << e.description() << " at " << e.source().begin;
        return tl::unexpected(wrong(file, where.str()));
    }
    if (out.empty()) return tl::unexpected(wrong(file, "it has no [[event]]"));
    return out;
}

Result<std::vector<MainlineEvent>> mainline_events() { return mainline_events(project_root() / "kernel-patches" / "mainline.toml"); }

std::string mainline_line(const std::vector<MainlineEvent>& events) {
    const MainlineEvent& newest = events.back();
    return fmt::format("Mainline: {} ({}{}).", newest.text, newest.version.empty() ? "" : newest.version + ", ", newest.date);
}

}  // namespace diobench
