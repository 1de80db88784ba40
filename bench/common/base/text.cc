// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <fnmatch.h>

namespace diobench {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> out;
    size_t from = 0;
    for (size_t at; (at = text.find(separator, from)) != std::string_view::npos; from = at + 1)
        out.emplace_back(text.substr(from, at - from));
    out.emplace_back(text.substr(from));
    return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
    return text;
}

namespace {

struct Unit {
    std::string_view name;
    uint64_t factor;
};

Result<uint64_t> parse_with_units(std::string_view text, const std::vector<Unit>& units, std::string_view what,
                                  std::string_view example) {
    text = trim(text);
    uint64_t number = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit;
    if (ec == std::errc()) {
        for (const char* p = end; p != text.data() + text.size(); ++p)
            unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*p)));
        for (const auto& u : units) {
            uint64_t value = 0;
            if (u.name == unit && !__builtin_mul_overflow(number, u.factor, &value)) return value;
        }
    }
    return fail(fmt::format("read {}", what), fmt::format("\"{}\"", text), fmt::format("expected something like {}", example));
}

}  // namespace

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) text.replace(at, what.size(), by);
    return text;
}

Result<uint64_t> parse_size_bytes(std::string_view text) {
    static const std::vector<Unit> units = {{"", 1},         {"b", 1},         {"k", 1024},      {"kib", 1024},
                                            {"m", 1 << 20},  {"mib", 1 << 20}, {"g", 1 << 30},   {"gib", 1 << 30}};
    return parse_with_units(text, units, "size", "4k, 128k or 1m");
}

Result<uint64_t> parse_duration_ns(std::string_view text) {
    static const std::vector<Unit> units = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    if (trim(text) == "0") return uint64_t{0};
    return parse_with_units(text, units, "duration", "80us, 1ms or 2s");
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string size_name(uint64_t bytes) {
    for (auto [factor, letter] : {std::pair{uint64_t{1} << 30, "g"}, {uint64_t{1} << 20, "m"}, {uint64_t{1} << 10, "k"}})
        if (bytes != 0 && bytes % factor == 0) return std::to_string(bytes / factor) + letter;
    return std::to_string(bytes);
}

std::string human_bytes(double bytes) {
    static constexpr std::array names = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;
    for (; bytes >= 1024 && i + 1 < names.size(); ++i) bytes /= 1024;
    return i == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.2f} {}", bytes, names[i]);
}

std::string human_ns(double ns) {
    if (ns < 1000) return fmt::format("{:.0f} ns", ns);
    if (ns < 1e6) return fmt::format("{:.2f} us", ns / 1e3);
    if (ns < 1e9) return fmt::format("{:.2f} ms", ns / 1e6);
    return fmt::format("{:.2f} s", ns / 1e9);
}

bool match_glob(std::string_view pattern, std::string_view text) {
    return ::fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), 0) == 0;
}

uint32_t crc32c(std::string_view data) {
    static const auto table = [] {
        std::array<uint32_t, 256> t{};
        for (uint32_t i = 0; i < 256; ++i) {
            uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? (c >> 1) ^ 0x82F63B78U : c >> 1;
            t[i] = c;
        }
        return t;
    }();
    uint32_t crc = ~0U;
    for (unsigned char byte : data) crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8);
    return ~crc;
}

std::string shell_text(const std::vector<std::string>& argv) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
    std::string out;
    for (const auto& word : argv) {
        if (!out.empty()) out += ' ';
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
            out += word;
            continue;
        }
        out += '\'';
        for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
        out += '\'';
    }
    return out;
}

}  // namespace diobench
