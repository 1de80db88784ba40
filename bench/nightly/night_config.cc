// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_config.h"

#include <algorithm>

#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kOperation = "read nightly";

/// A table of nightly.toml; every key may be left out, and then its default stays.
class NightSection : public Section {
public:
    NightSection(const toml::table& table, const fs::path& file, std::string what)
        : Section(table, file.string(), std::move(what), kOperation), folder_(fs::absolute(file).parent_path()) {}

    Status take_text(std::string_view key, std::string_view example, std::string& into) {
        if (find(key) == nullptr) return {};
        auto value = text(key, example);
        if (!value) return forward(value);
        into = std::move(*value);
        return {};
    }
    Status take_number(std::string_view key, std::string_view example, uint64_t& into) {
        if (find(key) == nullptr) return {};
        auto value = number(key, example);
        if (!value) return forward(value);
        into = *value;
        return {};
    }
    Status take_flag(std::string_view key, bool& into) {
        const toml::node* node = find(key);
        if (node == nullptr) return {};
        if (!node->is_boolean()) return bad(*node, key, "expected true or false");
        into = *node->value<bool>();
        return {};
    }
    Status take_path(std::string_view key, std::string_view example, fs::path& into) {
        std::string given;
        if (auto s = take_text(key, example, given); !s) return s;
        if (!given.empty()) into = absolute(given);
        return {};
    }
    [[nodiscard]] fs::path absolute(const fs::path& given) const { return (folder_ / given).lexically_normal(); }
    [[nodiscard]] tl::unexpected<Error> bad_value(std::string_view key, std::string_view text) const { return bad(*table_.get(key), key, text); }

private:
    fs::path folder_;
};

/// What is at `key` of `root`: a table, or nothing.
Result<const toml::table*> table_at(NightSection& root, std::string_view key) {
    const toml::node* node = root.find(key);
    if (node == nullptr) return nullptr;
    if (const auto* table = node->as_table()) return table;
    return root.bad(*node, key, fmt::format("expected a table: [{}]", key));
}

Result<NightKernel> read_kernel(const toml::table& table, const fs::path& file) {
    NightSection section(table, file, "[[kernel]]");
    NightKernel out;
    out.line = section.line();
    auto series = section.text("series", "\"dio\"");
    if (!series) return forward(series);
    out.series = series->find('/') == std::string::npos ? *series : section.absolute(*series).string();
    if (auto s = section.take_text("against", "\"last-good\"", out.against); !s) return forward(s);
    if (auto s = section.take_flag("verify", out.verify); !s) return forward(s);
    if (auto s = section.refuse_unknown(); !s) return forward(s);
    return out;
}

Status read_kernels(NightSection& root, const fs::path& file, NightConfig& config) {
    const toml::node* node = root.find("kernel");
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || array->empty()) return fail(kOperation, file.string(), "it names no kernel; for instance [[kernel]] series = \"dio\"");
    for (const auto& element : *array) {
        if (!element.is_table()) return root.bad(element, "kernel", "expected tables: [[kernel]]");
        auto kernel = read_kernel(*element.as_table(), file);
        if (!kernel) return forward(kernel);
        config.kernels.push_back(std::move(*kernel));
    }
    return {};
}

Status read_source(NightSection& root, const fs::path& file, NightConfig& config) {
    auto table = table_at(root, "source");
    if (!table) return forward(table);
    if (*table == nullptr) return {};
    NightSection section(**table, file, "[source]");
    if (auto s = section.take_path("tree", "\"/srv/linux\"", config.tree); !s) return s;
    if (auto s = section.take_text("revision", "\"origin/linux-6.12.y\"", config.revision); !s) return s;
    if (auto s = section.take_text("fetch", "\"origin\"", config.fetch); !s) return s;
    if (config.tree.empty()) return section.missing("tree", "\"/srv/linux\"");
    return section.refuse_unknown();
}

Status read_export(NightSection& root, const fs::path& file, NightConfig& config) {
    auto table = table_at(root, "export");
    if (!table) return forward(table);
    if (*table == nullptr) return {};
    NightSection section(**table, file, "[export]");
    if (auto s = section.take_path("textfile", "\"/var/lib/prometheus/node-exporter/diobench.prom\"", config.textfile); !s) return s;
    if (auto s = section.take_text("push", "\"http://gateway:9091\"", config.push); !s) return s;
    if (auto s = section.take_text("instance", "\"lab-3\"", config.instance); !s) return s;
    if (!config.textfile.empty() && config.textfile.extension() != ".prom") return section.bad_value("textfile", "the collector reads only files that end in .prom");
    return section.refuse_unknown();
}

Status read_notify(NightSection& root, const fs::path& file, NightConfig& config) {
    auto table = table_at(root, "notify");
    if (!table) return forward(table);
    if (*table == nullptr) return {};
    NightSection section(**table, file, "[notify]");
    std::string when = "news";
    if (auto s = section.take_text("when", "\"news\"", when); !s) return s;
    if (when == "always") config.notice.when = NightNotice::When::always;
    else if (when == "red") config.notice.when = NightNotice::When::red;
    else if (when != "news") return section.bad_value("when", "expected \"always\", \"news\" or \"red\"");
    auto command = section.texts("command", "[\"mail\", \"-s\", \"{subject}\", \"you@example.org\"]");
    if (!command) return forward(command);
    config.notice.command = std::move(*command);
    return section.refuse_unknown();
}

Status read_keep(NightSection& root, const fs::path& file, NightConfig& config) {
    auto table = table_at(root, "keep");
    if (!table) return forward(table);
    if (*table == nullptr) return {};
    NightSection section(**table, file, "[keep]");
    if (auto s = section.take_number("nights", "30", config.keep_nights); !s) return s;
    if (auto s = section.take_number("days", "400", config.keep_days); !s) return s;
    if (auto s = section.take_number("least_free_mib", "4096", config.least_free_mib); !s) return s;
    return section.refuse_unknown();
}

Status read_machine(NightSection& root, NightConfig& config) {
    std::string machine = "exact";
    if (auto s = root.take_text("machine", "\"exact\"", machine); !s) return s;
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml})
        if (machine == machine_name(kind)) {
            config.machine = kind;
            return {};
        }
    return root.bad_value("machine", "expected \"exact\", \"uml\" or \"kvm\"");
}

std::string last_part(const std::string& series) { return fs::path(series).filename().string(); }

/// Every `against` means something.
Status check_against(const NightConfig& config) {
    for (const auto& kernel : config.kernels) {
        const std::string place = toml_place(config.file.string(), kernel.line);
        if (std::count_if(config.kernels.begin(), config.kernels.end(), [&](const NightKernel& other) { return last_part(other.series) == last_part(kernel.series); }) > 1)
            return fail(kOperation, place, fmt::format("kernel {} is there twice", last_part(kernel.series)));
        const bool earlier = kernel.against == kLastGood || kernel.against.starts_with(kPinPrefix);
        if (earlier && config.machine != MachineKind::exact)
            return fail(kOperation, place, fmt::format("against: {} needs machine \"exact\"; boots by wall clock are compared with boots of the same hour: name a kernel of the night",
                                                       kernel.against));
        if (earlier || kernel.against.empty()) continue;
        const bool known = kernel.against != last_part(kernel.series) &&
                           std::any_of(config.kernels.begin(), config.kernels.end(), [&](const NightKernel& other) { return last_part(other.series) == kernel.against; });
        if (!known)
            return fail(kOperation, place, fmt::format("against: '{}' is no other kernel of this night; right is \"{}\", \"{}NAME\" or one of the night's kernels", kernel.against,
                                                       kLastGood, kPinPrefix));
    }
    return {};
}

}  // namespace

Result<NightConfig> parse_night_config(const std::string& text, const fs::path& file) {
    auto table = parse_toml(text, file.string(), kOperation);
    if (!table) return forward(table);
    NightSection root(*table, file, kOperation);
    NightConfig config;
    config.file = file;
    config.output = root.absolute("nights");
    if (auto s = root.take_text("suite", "\"nightly\"", config.suite); !s) return forward(s);
    if (auto s = root.take_text("filter", "\"rand-read/*\"", config.filter.glob); !s) return forward(s);
    if (auto s = root.take_text("where", "\"io=direct,block_size=4k\"", config.filter.where); !s) return forward(s);
    if (auto s = read_machine(root, config); !s) return forward(s);
    if (auto s = root.take_number("seed", "1", config.seed); !s) return forward(s);
    if (auto s = root.take_number("seeds", "5", config.seeds); !s) return forward(s);
    if (auto s = root.take_path("policy", "\"gate.toml\"", config.policy); !s) return forward(s);
    if (auto s = root.take_path("output", "\"nights\"", config.output); !s) return forward(s);
    for (auto* read : {read_source, read_export, read_notify, read_keep, read_kernels})
        if (auto s = read(root, file, config); !s) return forward(s);
    if (auto s = root.refuse_unknown(); !s) return forward(s);
    if (auto s = check_against(config); !s) return forward(s);
    return config;
}

Result<NightConfig> read_night_config(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    return parse_night_config(*text, file);
}

}  // namespace diobench
