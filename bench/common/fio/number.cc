// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/number.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr auto kMost = std::numeric_limits<int64_t>::max();

/// What a unit counts; nothing for what is none.
using Units = std::optional<int64_t> (*)(std::string_view unit, int64_t of_the_call);

std::optional<int64_t> byte_unit(std::string_view unit, int64_t base) {
    if (unit.empty() || unit == "b") return 1;
    constexpr std::string_view kLetters = "kmgtp";
    const size_t power = kLetters.find(unit.front());
    const std::string_view rest = unit.substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "i" && rest != "ib")) return std::nullopt;
    const int64_t factor = rest == "ib" ? 2024 - base : base;  // 1000 for 1024, and the other way
    int64_t out = 1;
    for (size_t i = 0; i <= power; ++i) out *= factor;
    return out;
}

std::optional<int64_t> time_unit(std::string_view unit, int64_t bare_ns) {
    struct TimeUnit {
        std::string_view name;
        int64_t ns;
    };
    constexpr int64_t kSecond = 1'000'000'000;
    constexpr auto kUnits = std::to_array<TimeUnit>({{"us", 1'000}, {"usec", 1'000}, {"ms", 1'000'000}, {"msec", 1'000'000}, {"s", kSecond},
                                                     {"m", 60 * kSecond}, {"h", 3600 * kSecond}, {"d", 86400 * kSecond}});
    if (unit.empty()) return bare_ns;
    for (const auto& known : kUnits)
        if (known.name == unit) return known.ns;
    return std::nullopt;
}

/// A number, or an expression of numbers in brackets.
class Expression {
public:
    Expression(std::string_view text, Units units, int64_t of_the_call) : text_(text), units_(units), of_the_call_(of_the_call) {}

    std::optional<int64_t> whole() {
        auto value = sum();
        skip_blanks();
        return at_ == text_.size() ? value : std::nullopt;
    }

private:
    using Value = std::optional<int64_t>;
    static constexpr unsigned kDeepest = 16;

    Value sum() {
        Value left = product();
        for (char sign = 0; left && (sign = take_one_of("+-")) != 0;) {
            const Value right = product();
            int64_t out = 0;
            if (!right || (sign == '+' ? __builtin_add_overflow(*left, *right, &out) : __builtin_sub_overflow(*left, *right, &out))) return std::nullopt;
            left = out;
        }
        return left;
    }

    Value product() {
        Value left = factor();
        for (char sign = 0; left && (sign = take_one_of("*/")) != 0;) {
            const Value right = factor();
            int64_t out = 0;
            if (!right || (sign == '/' && *right == 0)) return std::nullopt;
            if (sign == '/') out = *left / *right;
            else if (__builtin_mul_overflow(*left, *right, &out)) return std::nullopt;
            left = out;
        }
        return left;
    }

    Value factor() {
        if (take_one_of("(") != 0) {
            if (++depth_ > kDeepest) return std::nullopt;
            Value inner = sum();
            --depth_;
            return take_one_of(")") != 0 ? inner : std::nullopt;
        }
        const bool negative = take_one_of("+-") == '-';
        skip_blanks();
        uint64_t digits = 0;
        const bool hex = text_.substr(at_).starts_with("0x") || text_.substr(at_).starts_with("0X");
        if (hex) at_ += 2;
        auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), digits, hex ? 16 : 10);
        if (error != std::errc() || digits > static_cast<uint64_t>(kMost)) return std::nullopt;
        at_ = static_cast<size_t>(end - text_.data());
        const size_t from = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
        const auto unit = units_(lower_case(text_.substr(from, at_ - from)), of_the_call_);
        int64_t out = 0;
        if (!unit || __builtin_mul_overflow(static_cast<int64_t>(digits), *unit, &out)) return std::nullopt;
        return negative ? -out : out;
    }

    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    char take_one_of(std::string_view signs) {
        skip_blanks();
        return at_ < text_.size() && signs.find(text_[at_]) != std::string_view::npos ? text_[at_++] : '\0';
    }

    std::string_view text_;
    Units units_;
    int64_t of_the_call_;
    size_t at_ = 0;
    unsigned depth_ = 0;
};

}  // namespace

Result<int64_t> parse_fio_bytes(std::string_view text, KbBase base) {
    if (auto value = Expression(text, byte_unit, static_cast<int64_t>(base)).whole()) return *value;
    if (text.find('.') != std::string_view::npos) return fail("read size", text, "fio reads no fractions (it would take 1.5g for 1 byte): write it in a smaller unit");
    return fail("read size", text, "must be a number such as 64, 4k, 10mb or 1gi");
}

Result<uint64_t> parse_fio_time_ns(std::string_view text, BareTime bare) {
    auto value = Expression(text, time_unit, bare == BareTime::seconds ? 1'000'000'000 : 1'000).whole();
    if (value && *value >= 0) return static_cast<uint64_t>(*value);
    return fail("read time", text, "must be a time such as 500ms or 10s, in whole us, ms, s, m, h or d");
}

Result<uint64_t> parse_fio_percent(std::string_view text) {
    uint64_t percent = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (error != std::errc() || std::string_view(end, static_cast<size_t>(text.data() + text.size() - end)) != "%" || percent > 100)
        return fail("read share", text, "must be 0% to 100%");
    return percent;
}

std::string fio_time_text(uint64_t ns) {
    if (ns % 1'000'000'000 == 0) return std::to_string(ns / 1'000'000'000) + "s";
    if (ns % 1'000'000 == 0) return std::to_string(ns / 1'000'000) + "ms";
    return std::to_string(ns / 1'000) + "us";
}

}  // namespace diobench
