// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/json_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace diobench {

namespace {

const JsonReader::Json kEmptyObject = JsonReader::Json::object();

std::string escaped(std::string_view key) {
    std::string out;
    for (char c : key) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else out += c;
    }
    return out;
}

}  // namespace

JsonReader::JsonReader(const Json& json, std::string path, std::optional<Error>& error)
    : json_(&json), path_(std::move(path)), error_(error) {
    if (json_->is_object()) return;
    complain(path_, "an object is expected here");
    json_ = &kEmptyObject;
}

std::string JsonReader::path_of(std::string_view key) const { return path_ + "/" + escaped(key); }

void JsonReader::complain(const std::string& path, std::string_view what) {
    if (!error_) error_ = Error{"read results at", path.empty() ? "/" : path, 0, std::string(what), ExitCode::invalid};
}

const JsonReader::Json* JsonReader::value(std::string_view key) {
    seen_.emplace(key);
    auto it = json_->find(key);
    if (it != json_->end()) return &*it;
    complain(path_of(key), "this key is missing");
    return nullptr;
}

const JsonReader::Json* JsonReader::typed(std::string_view key, Json::value_t type, std::string_view what) {
    const Json* found = value(key);
    if (found == nullptr || found->type() == type) return found;
    complain(path_of(key), fmt::format("{} is expected, this is {}", what, found->type_name()));
    return nullptr;
}

std::string JsonReader::text(std::string_view key) {
    const Json* found = typed(key, Json::value_t::string, "a string");
    return found != nullptr ? found->get<std::string>() : std::string();
}

int64_t JsonReader::integer(std::string_view key) {
    const Json* found = value(key);
    if (found == nullptr) return 0;
    if (found->is_number_integer()) return found->get<int64_t>();
    complain(path_of(key), fmt::format("a whole number is expected, this is {}", found->dump()));
    return 0;
}

uint64_t JsonReader::count(std::string_view key) {
    const int64_t found = integer(key);
    if (found >= 0) return static_cast<uint64_t>(found);
    complain(path_of(key), fmt::format("a number of at least 0 is expected, this is {}", found));
    return 0;
}

double JsonReader::number(std::string_view key) {
    const Json* found = value(key);
    if (found == nullptr) return 0;
    if (found->is_number()) return found->get<double>();
    complain(path_of(key), fmt::format("a number is expected, this is {}", found->type_name()));
    return 0;
}

std::optional<double> JsonReader::number_or_null(std::string_view key) {
    const Json* found = value(key);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return number(key);
}

bool JsonReader::boolean(std::string_view key) {
    const Json* found = typed(key, Json::value_t::boolean, "true or false");
    return found != nullptr && found->get<bool>();
}

std::vector<std::string> JsonReader::texts(std::string_view key) {
    std::vector<std::string> out;
    const Json* array = typed(key, Json::value_t::array, "an array");
    for (size_t i = 0; array != nullptr && i < array->size(); ++i) {
        if ((*array)[i].is_string()) out.push_back((*array)[i].get<std::string>());
        else complain(fmt::format("{}/{}", path_of(key), i), "a string is expected");
    }
    return out;
}

std::map<std::string, std::string> JsonReader::text_map(std::string_view key) {
    std::map<std::string, std::string> out;
    const Json* object = typed(key, Json::value_t::object, "an object");
    if (object == nullptr) return out;
    for (const auto& [name, item] : object->items()) {
        if (item.is_string()) out.emplace(name, item.get<std::string>());
        else complain(path_of(key) + "/" + escaped(name), "a string is expected");
    }
    return out;
}

size_t JsonReader::word(std::string_view key, std::span<const std::string_view> words) {
    std::string found = text(key);
    if (failed()) return 0;
    auto it = std::find(words.begin(), words.end(), found);
    if (it != words.end()) return static_cast<size_t>(it - words.begin());
    complain(path_of(key), fmt::format("\"{}\" is none of {}", found, fmt::join(words, ", ")));
    return 0;
}

std::optional<size_t> JsonReader::word_or_null(std::string_view key, std::span<const std::string_view> words) {
    const Json* found = value(key);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return word(key, words);
}

JsonReader JsonReader::object(std::string_view key) {
    const Json* found = typed(key, Json::value_t::object, "an object");
    return JsonReader(found != nullptr ? *found : kEmptyObject, path_of(key), error_);
}

void JsonReader::finish() {
    for (const auto& item : json_->items())
        if (seen_.find(item.key()) == seen_.end())
            complain(path_of(item.key()), "this key is not known to this version of diobench");
}

}  // namespace diobench
