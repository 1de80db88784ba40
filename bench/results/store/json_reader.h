// SPDX-License-Identifier: GPL-2.0-only
// Strict reading of a JSON document: the first thing that is not as it must be
// is kept with its place, and everything read after it is a default value.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// One object of the document. Each getter asks for a key that must be there.
/// `finish()` complains about keys nobody asked for; readers of nested
/// objects share the error of the outermost one.
class JsonReader {
public:
    using Json = nlohmann::ordered_json;

    /// `json` and `error` must outlive the reader; `path` is a JSON pointer ("" for the document).
    JsonReader(const Json& json, std::string path, std::optional<Error>& error);

    std::string text(std::string_view key);
    int64_t integer(std::string_view key);
    /// A whole number that is not negative.
    uint64_t count(std::string_view key);
    double number(std::string_view key);
    std::optional<double> number_or_null(std::string_view key);
    bool boolean(std::string_view key);
    std::vector<std::string> texts(std::string_view key);
    std::map<std::string, std::string> text_map(std::string_view key);
    /// Index of the key's text among `words`; 0 and an error when it is none of them.
    size_t word(std::string_view key, std::span<const std::string_view> words);
    std::optional<size_t> word_or_null(std::string_view key, std::span<const std::string_view> words);
    /// Whether the key is there; it is not asked for by that.
    [[nodiscard]] bool has(std::string_view key) const { return json_->contains(key); }
    /// The object below `key`.
    JsonReader object(std::string_view key);
    /// The value below `key`, which may be of any type; nullptr when it is not there.
    const Json* value(std::string_view key);
    /// Calls `each(reader of the object, index)` for the objects of an array.
    template <class F>
    void objects(std::string_view key, F each) {
        const Json* array = typed(key, Json::value_t::array, "an array");
        for (size_t i = 0; array != nullptr && !failed() && i < array->size(); ++i) {
            JsonReader reader((*array)[i], path_of(key) + "/" + std::to_string(i), error_);
            each(reader, i);
            reader.finish();
        }
    }
    /// Complains about keys that were not read.
    void finish();
    void complain(const std::string& path, std::string_view what);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool failed() const { return error_.has_value(); }

private:
    const Json* typed(std::string_view key, Json::value_t type, std::string_view what);
    const Json* json_;
    std::string path_;
    std::optional<Error>& error_;
    std::set<std::string, std::less<>> seen_;
};

}  // namespace diobench
