// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/series_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// Reads the keys of one table and refuses what is left over.  All that is
/// wrong is asked for once, at the end.
class TableReader {
public:
    TableReader(const toml::table& table, std::string file, std::string prefix = {})
        : table_(table), file_(std::move(file)), prefix_(std::move(prefix)) {}

    std::string text(const char* key, bool required) {
        const toml::node* node = take(key, required);
        if (node == nullptr) return {};
        if (auto value = node->value_exact<std::string>(); value && !trim(*value).empty()) return *value;
        refuse(*node, key, "a text such as \"...\" that is not empty");
        return {};
    }

    std::vector<std::string> texts(const char* key, bool required, const char* example) {
        const toml::node* node = take(key, required);
        std::vector<std::string> out;
        if (node == nullptr) return out;
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            refuse(*node, key, example);
            return out;
        }
        for (const auto& element : *array) {
            if (auto value = element.value_exact<std::string>(); value && !value->empty())
                out.push_back(*value);
            else
                refuse(element, key, example);
        }
        return out;
    }

    const toml::table* table(const char* key, const char* example) {
        const toml::node* node = take(key, true);
        if (node == nullptr) return nullptr;
        if (node->is_table()) return node->as_table();
        refuse(*node, key, example);
        return nullptr;
    }

    const toml::array* tables(const char* key, const std::string& prefix = {}) {
        const toml::node* node = take(key, false);
        if (node == nullptr) return nullptr;
        if (const toml::array* array = node->as_array();
            array != nullptr && (array->empty() || array->is_homogeneous<toml::table>()))
            return array;
        refuse(*node, key, ("tables that begin with [[" + prefix + key + "]]").c_str());
        return nullptr;
    }

    /// Says that the value of `key` is wrong and what would be right.
    void refuse_value(const char* key, const std::string& got, const std::string& right) {
        const toml::node* node = table_.get(key);
        set(line_of(node != nullptr ? *node : table_), fmt::format("{}{} = \"{}\" is wrong: expected {}", prefix_, key, got, right));
    }

    Status done() {
        for (const auto& [key, node] : table_)
            if (std::find(known_.begin(), known_.end(), key.str()) == known_.end())
                set(key.source().begin.line,
                    fmt::format("unknown key {}{}; known are {}", prefix_, key.str(), fmt::join(known_, ", ")));
        return faults_.status();
    }
    void add(const Status& other) { faults_.add(other); }

private:
    static uint32_t line_of(const toml::node& node) { return node.source().begin.line; }
    const toml::node* take(const char* key, bool required) {
        known_.emplace_back(key);
        const toml::node* node = table_.get(key);
        if (node == nullptr && required) set(std::max(1u, line_of(table_)), fmt::format("{}{} is missing", prefix_, key));
        return node;
    }
    void refuse(const toml::node& node, const char* key, const char* right) {
        set(line_of(node), fmt::format("{}{} is wrong: expected {}", prefix_, key, right));
    }
    void set(uint32_t line, const std::string& text) { faults_.add(fail("read", fmt::format("{}:{}", file_, line), text)); }

    const toml::table& table_;
    std::string file_;
    std::string prefix_;
    std::vector<std::string> known_;
    Faults faults_;
};

constexpr const char* kBaseExample = "{ min = \"6.12.7\", max = \"6.12.999\" }";

/// A table `base` of two versions.
void read_base(TableReader& top, const std::string& file, const std::string& prefix, std::string& base_min, std::string& base_max) {
    const toml::table* table = top.table("base", kBaseExample);
    if (table == nullptr) return;
    TableReader base(*table, file, prefix + "base.");
    base_min = base.text("min", true);
    base_max = base.text("max", true);
    auto min = parse_kernel_version(base_min);
    auto max = parse_kernel_version(base_max);
    if (!base_min.empty() && !min) base.refuse_value("min", base_min, "a kernel version such as 6.12.7");
    if (!base_max.empty() && !max) base.refuse_value("max", base_max, "a kernel version such as 6.12.999");
    if (min && max && *max < *min) base.refuse_value("max", base_max, "a version not before base.min, " + base_min);
    top.add(base.done());
}

void read_known_failures(TableReader& top, const std::string& file, const std::string& prefix, std::vector<KnownFailure>& out) {
    const toml::array* tables = top.tables("known_failures", prefix);
    if (tables == nullptr) return;
    for (const auto& node : *tables) {
        TableReader one(*node.as_table(), file, prefix + "known_failures.");
        const std::string only = one.text("only", false);
        if (!only.empty() && only != "smp") one.refuse_value("only", only, "\"smp\" (verify --smp), or no such key");
        out.push_back({one.text("case", true), one.text("reason", true), only == "smp"});
        top.add(one.done());
    }
}

void read_direct_io(TableReader& top, const char* key, std::string& out) {
    out = top.text(key, false);
    if (!out.empty() && out != "refused" && out != "buffered" && out != "direct")
        top.refuse_value(key, out, "\"refused\", \"buffered\" (read through the page cache) or \"direct\"");
}

void read_patches(TableReader& table, const fs::path& folder, std::vector<fs::path>& out) {
    for (const auto& name : table.texts("patches", true, "file names such as [\"0001-erofs-....patch\"]")) {
        fs::path path(name);
        bool inside = path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
        std::error_code ec;
        if (!inside || !fs::is_regular_file(folder / path, ec))
            table.refuse_value("patches", name, "a file in the folder of series.toml");
        out.push_back(folder / path);
    }
}

bool overlap(const std::string& min_a, const std::string& max_a, const std::string& min_b, const std::string& max_b) {
    auto version = [](const std::string& text) { return parse_kernel_version(text).value_or(KernelVersion{}); };
    return version(min_a) <= version(max_b) && version(min_b) <= version(max_a);
}

void read_variants(TableReader& top, const std::string& file, Series& out) {
    const toml::array* tables = top.tables("variant");
    if (tables == nullptr) return;
    for (const auto& node : *tables) {
        TableReader one(*node.as_table(), file, "variant.");
        SeriesVariant variant;
        read_base(one, file, "variant.", variant.base_min, variant.base_max);
        read_patches(one, out.folder, variant.patches);
        variant.reason = one.text("reason", false);
        read_known_failures(one, file, "variant.", variant.known_failures);
        if (variant.patches.empty() && !out.patches.empty() && variant.reason.empty())
            one.refuse_value("patches", "[]", "patches, or a reason = \"...\" why this kernel needs none");
        bool clash = overlap(variant.base_min, variant.base_max, out.base_min, out.base_max);
        for (const auto& other : out.variants) clash = clash || overlap(variant.base_min, variant.base_max, other.base_min, other.base_max);
        if (clash) one.refuse_value("base", variant.base_min + " to " + variant.base_max, "versions that neither the series itself nor another variant is for");
        top.add(one.done());
        out.variants.push_back(std::move(variant));
    }
}

}  // namespace

bool is_series_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
}

Result<Series> read_series_file(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    const std::string name = file.string();
    toml::table table;
    try {
        table = toml::parse(*text, name);
    } catch (const toml::parse_error& e) {
        return fail("read", fmt::format("{}:{}", name, e.source().begin.line), std::string(e.description()));
    }
    Series out;
    out.folder = file.parent_path();
    TableReader top(table, name);
    out.name = top.text("name", true);
    if (!out.name.empty() && !is_series_name(out.name))
        top.refuse_value("name", out.name, "letters, digits, '-', '_' and '.' only");
    if (!out.name.empty() && out.name != out.folder.filename())
        top.refuse_value("name", out.name, "the folder's name, \"" + out.folder.filename().string() + "\"");
    out.purpose = top.text("purpose", true);
    read_base(top, name, "", out.base_min, out.base_max);
    out.requires_series = top.texts("requires", false, "names of series such as [\"fix-hole\"]");
    for (const auto& required : out.requires_series)
        if (!is_series_name(required)) top.refuse_value("requires", required, "the name of a series");
    read_patches(top, out.folder, out.patches);
    out.revises = top.text("revises", false);
    read_direct_io(top, "direct_io", out.direct_io);
    read_direct_io(top, "file_direct_io", out.file_direct_io);
    out.killed_by = top.texts("killed_by", false, "globs of cases such as [\"end-of-file/*\"]");
    read_known_failures(top, name, "", out.known_failures);
    read_variants(top, name, out);
    if (auto s = top.done(); !s) return forward(s);
    return out;
}

namespace {

// JSON's strings are TOML's basic strings.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

std::string patches_text(const std::vector<fs::path>& patches, const fs::path& folder) {
    std::string out = "patches = [\n";
    for (const auto& patch : patches) out += fmt::format("  {},\n", quoted((patch.parent_path() == folder ? patch.filename() : patch.lexically_relative(folder)).string()));
    return out + "]\n";
}

std::string known_text(const std::vector<KnownFailure>& known, std::string_view table) {
    std::string out;
    for (const auto& one : known) out += fmt::format("\n[[{}]]\ncase = {}\nreason = {}\n{}", table, quoted(one.case_glob), quoted(one.reason), one.smp_only ? "only = \"smp\"\n" : "");
    return out;
}

}  // namespace

std::string variant_text(const SeriesVariant& variant, const fs::path& folder) {
    std::string out = fmt::format("\n[[variant]]\nbase = {{ min = {}, max = {} }}\n", quoted(variant.base_min), quoted(variant.base_max));
    out += patches_text(variant.patches, folder);
    if (!variant.reason.empty()) out += fmt::format("reason = {}\n", quoted(variant.reason));
    return out + known_text(variant.known_failures, "variant.known_failures");
}

std::string series_file_text(const Series& series) {
    std::string out = "# SPDX-License-Identifier: GPL-2.0-only\n";
    out += fmt::format("name = {}\npurpose = {}\n", quoted(series.name), quoted(series.purpose));
    out += fmt::format("base = {{ min = {}, max = {} }}\n", quoted(series.base_min), quoted(series.base_max));
    std::vector<std::string> required;
    for (const auto& name : series.requires_series) required.push_back(quoted(name));
    if (!required.empty()) out += fmt::format("requires = [{}]\n", join(required, ", "));
    if (!series.revises.empty()) out += fmt::format("revises = {}\n", quoted(series.revises));
    out += patches_text(series.patches, series.folder);
    if (!series.direct_io.empty()) out += fmt::format("direct_io = {}\n", quoted(series.direct_io));
    if (!series.file_direct_io.empty()) out += fmt::format("file_direct_io = {}\n", quoted(series.file_direct_io));
    out += known_text(series.known_failures, "known_failures");
    for (const auto& variant : series.variants) out += variant_text(variant, series.folder);
    return out;
}

}  // namespace diobench
