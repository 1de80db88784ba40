// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/regions.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr std::string_view kUser = "[user]";

/// The next number of a line, and the line without it and one space.
template <class T>
bool take_number(std::string_view& line, T& out, int base = 10) {
    auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), out, base);
    if (error != std::errc{}) return false;
    line.remove_prefix(static_cast<size_t>(end - line.data()));
    if (line.empty()) return true;
    if (line.front() != ' ') return false;
    line.remove_prefix(1);
    return true;
}

bool take_word(std::string_view& line, std::string_view word) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
}

class RegionParser {
public:
    explicit RegionParser(const std::string& name) : name_(name) {}

    Status take(std::string_view line) {
        ++line_number_;
        if (take_word(line, "fault ")) return bad("the plugin met " + std::string(line));
        if (take_word(line, "region ")) return begin(line);
        if (take_word(line, "copied ")) return copied(line);
        if (take_word(line, "traffic ")) return traffic(line);
        if (take_word(line, "end ")) return end(line);
        return function(line);
    }
    Status finish() {
        if (!open_) return {};
        return bad("the last region has no end: the machine died in it or the disk is full");
    }
    std::vector<ProfileRegion> regions;

private:
    [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const {
        return fail("read profile", fmt::format("{}:{}", name_, line_number_), what, ExitCode::invalid);
    }
    Status begin(std::string_view line) {
        if (open_) return bad("a region begins before the one before it ended");
        open_.emplace();
        lines_ = 0;
        copied_ = false;
        if (!take_number(line, open_->tag, 16) || !line.empty()) return bad("not a region's tag");
        return {};
    }
    Status function(std::string_view line) {
        InstructionCounts counts;
        if (!open_) return bad("a line outside of a region");
        if (copied_) return bad("a line between the copied bytes and the end");
        for (uint64_t* value : {&counts.instructions, &counts.loads, &counts.stores, &counts.entries})
            if (!take_number(line, *value)) return bad("not four numbers and a function");
        if (line.empty()) return bad("a function without a name");
        ++lines_;
        if (line == kUser) open_->user += counts;
        else open_->functions[std::string(plain_function_name(line))] += counts;
        return {};
    }
    Status copied(std::string_view line) {
        if (!open_ || copied_) return bad("copied bytes outside of a region, or for the second time");
        if (!take_number(line, open_->copied.user) || !take_number(line, open_->copied.kernel) || !line.empty()) return bad("not two numbers of copied bytes");
        copied_ = true;
        return {};
    }
    Status traffic(std::string_view line) {
        if (!copied_ || open_->traffic) return bad("lines of memory without the copied bytes before, or for the second time");
        MemoryTraffic t;
        for (uint64_t* value : {&t.l1, &t.l2, &t.l3, &t.streamed, &t.missed, &t.string_steps})
            if (!take_number(line, *value)) return bad("not six numbers of lines of memory");
        if (!line.empty()) return bad("not six numbers of lines of memory");
        open_->traffic = t;
        return {};
    }
    Status end(std::string_view line) {
        size_t lines = 0;
        uint64_t total = 0;
        if (!open_ || !take_number(line, lines) || !take_number(line, total) || !line.empty()) return bad("not the end of a region");
        if (!copied_) return bad("a region without the bytes that were copied: the plugin is older than this program");
        InstructionCounts sum = open_->user;
        for (const auto& [function, counts] : open_->functions) sum += counts;
        if (lines != lines_ || total != sum.instructions)
            return bad(fmt::format("{} functions with {} instructions, and its end says {} with {}", lines_, sum.instructions, lines, total));
        regions.push_back(std::move(*open_));
        open_.reset();
        return {};
    }

    const std::string& name_;
    size_t line_number_ = 0;
    size_t lines_ = 0;      ///< of functions in the open region
    bool copied_ = false;   ///< its line of copied bytes was read
    std::optional<ProfileRegion> open_;
};

}  // namespace

uint32_t profile_tag(std::string_view cell_id) { return crc32c(cell_id); }

std::string_view plain_function_name(std::string_view symbol) {
    const size_t dot = symbol.find('.');
    return dot == 0 || dot == std::string_view::npos ? symbol : symbol.substr(0, dot);
}

Result<std::vector<ProfileRegion>> parse_regions(std::string_view text, const std::string& name) {
    RegionParser parser(name);
    while (!text.empty()) {
        const size_t end = text.find('\n');
        if (end == std::string_view::npos) return fail("read profile", name, "the last line is torn", ExitCode::invalid);
        if (auto s = parser.take(text.substr(0, end)); !s) return forward(s);
        text.remove_prefix(end + 1);
    }
    if (auto s = parser.finish(); !s) return forward(s);
    return std::move(parser.regions);
}

}  // namespace diobench
