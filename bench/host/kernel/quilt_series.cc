// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/quilt_series.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr const char* kReadSeries = "read series";
constexpr int kMostFolders = 20;

std::vector<std::string> words_of_line(std::string_view line) {
    std::vector<std::string> out;
    std::string text(line);
    std::replace_if(text.begin(), text.end(), [](char c) { return c == '\t' || c == '\r'; }, ' ');
    for (auto& word : split(text, ' ')) {
        if (word.starts_with('#')) break;
        if (!word.empty()) out.push_back(std::move(word));
    }
    return out;
}

/// "1" of "-p1", or "ab", whose diffs have a/ and b/.
bool read_strip(std::string_view text, int& out) {
    if (text == "ab") return out = 1, true;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return ec == std::errc() && end == text.data() + text.size() && out >= 0 && out <= kMostFolders;
}

bool leaves_folder(const std::string& name) {
    const std::filesystem::path path(name);
    return path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
}

}  // namespace

Result<std::vector<QuiltPatch>> parse_quilt_series(std::string_view text, const std::string& file) {
    std::vector<QuiltPatch> out;
    size_t number = 0;
    for (const auto& line : split(text, '\n')) {
        const std::string where = fmt::format("{}:{}", file, ++number);
        const auto words = words_of_line(line);
        if (words.empty()) continue;
        QuiltPatch patch{words[0], 1};
        if (leaves_folder(patch.name)) return fail(kReadSeries, where, fmt::format("\"{}\" lies outside of its folder, and a series names what lies in it", patch.name));
        for (size_t i = 1; i < words.size(); ++i) {
            // "-p 1" is two words.
            const std::string option = words[i] == "-p" && i + 1 < words.size() ? words[i] + words[i + 1] : words[i];
            i += option.size() != words[i].size();
            if (option == "-R") return fail(kReadSeries, where, fmt::format("{} is applied in reverse (-R), which is not done here: leave it out, or reverse it with `interdiff`", patch.name));
            if (!option.starts_with("-p") || !read_strip(std::string_view(option).substr(2), patch.strip))
                return fail(kReadSeries, where, fmt::format("\"{}\" is no option of a patch in a series: expected -pN or -pab", option));
        }
        out.push_back(std::move(patch));
    }
    if (out.empty()) return fail(kReadSeries, file, "it names no patch");
    return out;
}

}  // namespace diobench
