// SPDX-License-Identifier: GPL-2.0-only
// A TOML table that is read strictly: errors carry file, line and key, a key
// that nobody asked for is one, and all of a table are told at once.
#pragma once

#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <string>
#include <toml++/toml.h>
#include <vector>

#include "bench/common/base/edit_distance.h"
#include "bench/common/base/error.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"

namespace diobench {

template <class T>
std::string list_of(const T& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

/// "dir/w.toml:12", as in every error.
inline std::string toml_place(const std::string& file, int64_t line) { return fmt::format("{}:{}", file, line); }

inline Result<toml::table> parse_toml(const std::string& text, const std::string& file, std::string_view operation) {
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& e) {
        return fail(operation, toml_place(file, e.source().begin.line), e.description());
    }
}

/// A TOML table that knows its file, and which of its keys were asked for.
class Section {
public:
    /// `what` is read: "a workload", "[[gate]]"; `operation` stands in errors.
    Section(const toml::table& table, std::string file, std::string what, std::string operation)
        : table_(table), file_(std::move(file)), what_(std::move(what)), operation_(std::move(operation)) {}

    [[nodiscard]] int64_t line() const { return table_.source().begin.line; }
    [[nodiscard]] tl::unexpected<Error> bad(const toml::node& node, std::string_view key, std::string_view text) const {
        return fail(operation_, toml_place(file_, node.source().begin.line), fmt::format("{}: {}", key, text));
    }
    [[nodiscard]] tl::unexpected<Error> missing(std::string_view key, std::string_view example) {
        for (const auto& [written, node] : table_)
            if (edit_distance(written.str(), key) <= kMistypedAtMost && known_.insert(std::string(written.str())).second)
                return bad(node, written.str(), fmt::format("{} has no \"{}\": is this meant to be it?", what_, key));
        return fail(operation_, toml_place(file_, line()),
                    fmt::format("{} has no \"{}\"; for instance {} = {}", what_, key, key, example));
    }
    const toml::node* find(std::string_view key) {
        known_.insert(std::string(key));
        return table_.get(key);
    }
    Result<std::string> text(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        auto value = node->value<std::string>();
        if (!node->is_string() || trim(*value).empty()) return bad(*node, key, fmt::format("expected a text like {}", example));
        return *value;
    }
    /// One text or a list of texts.
    Result<std::vector<std::string>> texts(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        std::vector<std::string> out;
        if (node->is_string()) {
            out.push_back(*node->value<std::string>());
        } else if (const auto* array = node->as_array(); array != nullptr && !array->empty()) {
            for (const auto& element : *array) {
                if (!element.is_string()) return bad(element, key, fmt::format("expected texts like {}", example));
                out.push_back(*element.value<std::string>());
            }
        } else {
            return bad(*node, key, fmt::format("expected a text or a list of texts like {}", example));
        }
        return out;
    }
    Result<uint64_t> number(std::string_view key, std::string_view example) {
        const toml::node* node = find(key);
        if (node == nullptr) return missing(key, example);
        auto value = node->value<int64_t>();
        if (!node->is_integer() || *value <= 0) return bad(*node, key, fmt::format("expected a positive number like {}", example));
        return static_cast<uint64_t>(*value);
    }
    /// Every element of `key` through `parse`, whose error gets file and line.
    template <class T, class Parse>
    Result<std::vector<T>> parsed(std::string_view key, std::string_view example, Parse parse) {
        auto words = texts(key, example);
        if (!words) return forward(words);
        std::vector<T> out;
        Faults faults;
        for (const auto& word : *words) {
            auto value = parse(word);
            if (value) out.push_back(*value);
            else faults.add(bad(*table_.get(key), key, value.error().message()));
        }
        if (auto s = faults.status(); !s) return forward(s);
        return out;
    }
    /// Into `into` if it is a value; else its error is a fault of this table. Whether it was a value.
    template <class T, class Into>
    bool keep(Result<T> value, Into& into) {
        return faults_.keep(std::move(value), into);
    }
    template <class Fault>
    void fault(const Fault& fault) { faults_.add(fault); }
    [[nodiscard]] bool is_right_so_far() const { return faults_.status().has_value(); }
    /// Call last: every fault, and every key that nobody asked for.
    Status done() {
        for (const auto& [key, node] : table_)
            if (!known_.contains(std::string(key.str())))
                faults_.add(bad(node, key.str(), fmt::format("unknown key in {}; known are {}{}", what_, list_of(known_), did_you_mean(key.str(), {known_.begin(), known_.end()}))));
        return faults_.status();
    }

protected:
    const toml::table& table_;

private:
    std::string file_;
    std::string what_;
    std::string operation_;
    std::set<std::string> known_;
    Faults faults_;
};

/// A table of a file of settings: every key may be left out, and then its default stays; relative paths are taken from the file's folder.
class FileSection : public Section {
public:
    FileSection(const toml::table& table, const std::filesystem::path& file, std::string what, std::string operation)
        : Section(table, file.string(), std::move(what), std::move(operation)), folder_(std::filesystem::absolute(file).parent_path()) {}

    void take_text(std::string_view key, std::string_view example, std::string& into) {
        if (find(key) != nullptr) keep(text(key, example), into);
    }
    void take_texts(std::string_view key, std::string_view example, std::vector<std::string>& into) {
        if (find(key) != nullptr) keep(texts(key, example), into);
    }
    void take_number(std::string_view key, std::string_view example, uint64_t& into) {
        if (find(key) != nullptr) keep(number(key, example), into);
    }
    void take_flag(std::string_view key, bool& into) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        if (node->is_boolean()) into = *node->value<bool>();
        else fault(bad(*node, key, "expected true or false"));
    }
    void take_path(std::string_view key, std::string_view example, std::filesystem::path& into) {
        std::string given;
        take_text(key, example, given);
        if (!given.empty()) into = absolute(given);
    }
    [[nodiscard]] std::filesystem::path absolute(const std::filesystem::path& given) const { return (folder_ / given).lexically_normal(); }
    void bad_value(std::string_view key, std::string_view text) { fault(bad(*table_.get(key), key, text)); }

private:
    std::filesystem::path folder_;
};

}  // namespace diobench
