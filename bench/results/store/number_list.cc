// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/number_list.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace diobench {

namespace {

constexpr std::string_view kMissing = "-";

/// A number that is not whole has a point, an exponent or letters, by which it is known again.
void append_number(std::string& out, const MetricValue& value) {
    if (const auto* whole = std::get_if<int64_t>(&value)) {
        fmt::format_to(std::back_inserter(out), "{}", *whole);
        return;
    }
    const size_t begin = out.size();
    fmt::format_to(std::back_inserter(out), "{}", std::get<double>(value));
    if (out.find_first_of(".en", begin) == std::string::npos) out += ".0";
}

std::optional<MetricValue> read_number(std::string_view text) {
    if (text.empty() || text == kMissing) return std::nullopt;
    const char* end = text.data() + text.size();
    if (text.find_first_of(".en") == std::string_view::npos) {
        int64_t whole = 0;
        std::from_chars(text.data(), end, whole);
        return whole;
    }
    double real = 0;
    std::from_chars(text.data(), end, real);
    return real;
}

/// The text up to the next space, which is taken away.
std::string_view next_field(std::string_view& rest) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view out = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
}

}  // namespace

std::string number_list(const std::vector<std::optional<MetricValue>>& numbers) {
    std::string out;
    for (const auto& number : numbers) {
        if (!out.empty()) out += ' ';
        if (number) append_number(out, *number);
        else out += kMissing;
    }
    return out;
}

std::vector<std::optional<MetricValue>> read_number_list(std::string_view list) {
    std::vector<std::optional<MetricValue>> out;
    while (!list.empty()) out.push_back(read_number(next_field(list)));
    return out;
}

std::vector<std::optional<MetricValue>> numbers_at(std::string_view list, const std::vector<size_t>& places) {
    std::vector<std::optional<MetricValue>> out;
    size_t at = 0;
    for (const size_t place : places) {
        for (; at < place && !list.empty(); ++at) (void)next_field(list);
        // A place may be asked for again.
        std::string_view rest = list;
        out.push_back(read_number(next_field(rest)));
    }
    return out;
}

}  // namespace diobench
