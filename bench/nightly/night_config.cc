// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/base.h"
#include "bench/nightly/night_config.h"

#include <algorithm>

#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kOperation = "read nightly";

using NightSection = FileSection;

/// What is at `key` of `root`: a table, or nothing.
Result<const toml::table*> table_at(NightSection& root, std::string_view key) {
    const toml::node* node = root.find(key);
    if (node == nullptr) return nullptr;
    if (const auto* table = node->as_table()) return table;
    return root.bad(*node, key, fmt::format("expected a table: [{}]", key));
}

Result<NightKernel> read_kernel(const toml::table& table, const fs::path& file) {
    NightSection section(table, file, "[[kernel]]", kOperation);
    NightKernel out;
    out.line = section.line();
    if (section.keep(section.text("series", "\"dio\""), out.series) && out.series.find('/') != std::string::npos) out.series = section.absolute(out.series).string();
    section.take_text("against", "\"last-good\"", out.against);
    section.take_flag("verify", out.verify);
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Status read_kernels(NightSection& root, const fs::path& file, NightConfig& config) {
    const toml::node* node = root.find("kernel");
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || array->empty()) return fail(kOperation, file.string(), "it names no kernel; for instance [[kernel]] series = \"dio\"");
    Faults faults;
    for (const auto& element : *array) {
        if (!element.is_table()) return root.bad(element, "kernel", "expected tables: [[kernel]]");
        faults.append(read_kernel(*element.as_table(), file), config.kernels);
    }
    return faults.status();
}

/// The table at `key`, if there is one, through `read`; all that is wrong in it.
template <class Read>
Status read_table(NightSection& root, const fs::path& file, std::string_view key, Read read) {
    auto table = table_at(root, key);
    if (!table) return forward(table);
    if (*table == nullptr) return {};
    NightSection section(**table, file, fmt::format("[{}]", key), kOperation);
    read(section);
    return section.done();
}

Status read_source(NightSection& root, const fs::path& file, NightConfig& config) {
    return read_table(root, file, "source", [&](NightSection& section) {
        section.take_text("debian", "\"6.12\"", config.debian);
        section.take_path("tree", "\"/srv/linux\"", config.tree);
        section.take_text("revision", "\"origin/linux-6.12.y\"", config.revision);
        section.take_text("fetch", "\"origin\"", config.fetch);
        if (section.find("debian") == nullptr && section.find("tree") == nullptr) section.fault(section.missing("tree", "\"/srv/linux\""));
        for (const char* other : {"tree", "revision", "fetch"})
            if (section.find("debian") != nullptr && section.find(other) != nullptr) section.bad_value(other, "debian is a source of its own: leave one of them out");
    });
}

Status read_export(NightSection& root, const fs::path& file, NightConfig& config) {
    return read_table(root, file, "export", [&](NightSection& section) {
        section.take_path("textfile", "\"/var/lib/prometheus/node-exporter/diobench.prom\"", config.textfile);
        section.take_text("push", "\"http://gateway:9091\"", config.push);
        section.take_text("instance", "\"lab-3\"", config.instance);
        if (!config.textfile.empty() && config.textfile.extension() != ".prom") section.bad_value("textfile", "the collector reads only files that end in .prom");
    });
}

Status read_follow(NightSection& root, const fs::path& file, NightConfig& config) {
    return read_table(root, file, "follow", [&](NightSection& section) {
        std::vector<std::string> given;
        if (section.keep(section.texts("archives", "[\"/srv/lists/linux-erofs.git\"]"), given) && given.empty()) section.bad_value("archives", "it names none");
        for (const auto& archive : given) config.lists.push_back(section.absolute(archive).string());
        section.take_path("interest", "\"follow.toml\"", config.interest);
    });
}

Status read_notify(NightSection& root, const fs::path& file, NightConfig& config) {
    return read_table(root, file, "notify", [&](NightSection& section) {
        std::string when = "news";
        section.take_text("when", "\"news\"", when);
        if (when == "always") config.notice.when = NightNotice::When::always;
        else if (when == "red") config.notice.when = NightNotice::When::red;
        else if (when != "news") section.bad_value("when", "expected \"always\", \"news\" or \"red\"");
        section.keep(section.texts("command", "[\"mail\", \"-s\", \"{subject}\", \"you@example.org\"]"), config.notice.command);
    });
}

Status read_keep(NightSection& root, const fs::path& file, NightConfig& config) {
    return read_table(root, file, "keep", [&](NightSection& section) {
        section.take_number("nights", "30", config.keep_nights);
        section.take_number("days", "400", config.keep_days);
        section.take_number("least_free_mib", "4096", config.least_free_mib);
    });
}

void read_machine(NightSection& root, NightConfig& config) {
    std::string machine = "exact";
    root.take_text("machine", "\"exact\"", machine);
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml})
        if (machine == machine_name(kind)) {
            config.machine = kind;
            return;
        }
    root.bad_value("machine", "expected \"exact\", \"uml\" or \"kvm\"");
}

std::string last_part(const std::string& series) { return shown_name(series); }

/// What is wrong with what a kernel is held against; empty if nothing is.
std::string wrong_against(const NightKernel& kernel, const NightConfig& config) {
    if (std::count_if(config.kernels.begin(), config.kernels.end(), [&](const NightKernel& other) { return last_part(other.series) == last_part(kernel.series); }) > 1)
        return fmt::format("kernel {} is there twice", last_part(kernel.series));
    const bool earlier = kernel.against == kLastGood || kernel.against.starts_with(kPinPrefix);
    if (earlier && config.machine != MachineKind::exact)
        return fmt::format("against: {} needs machine \"exact\"; boots by wall clock are compared with boots of the same hour: name a kernel of the night", kernel.against);
    if (earlier || kernel.against.empty()) return "";
    const bool known = kernel.against != last_part(kernel.series) &&
                       std::any_of(config.kernels.begin(), config.kernels.end(), [&](const NightKernel& other) { return last_part(other.series) == kernel.against; });
    if (known) return "";
    return fmt::format("against: '{}' is no other kernel of this night; right is \"{}\", \"{}NAME\" or one of the night's kernels", kernel.against, kLastGood, kPinPrefix);
}

/// Every `against` means something.
Status check_against(const NightConfig& config) {
    Faults faults;
    for (const auto& kernel : config.kernels)
        if (const std::string wrong = wrong_against(kernel, config); !wrong.empty()) faults.add(fail(kOperation, toml_place(config.file.string(), kernel.line), wrong));
    return faults.status();
}

}  // namespace

Result<NightConfig> parse_night_config(const std::string& text, const fs::path& file) {
    auto table = parse_toml(text, file.string(), kOperation);
    if (!table) return forward(table);
    NightSection root(*table, file, kOperation, kOperation);
    NightConfig config;
    config.file = file;
    config.output = root.absolute("nights");
    root.take_text("suite", "\"nightly\"", config.suite);
    root.take_text("filter", "\"rand-read/*\"", config.filter.glob);
    root.take_text("where", "\"io=direct,block_size=4k\"", config.filter.where);
    read_machine(root, config);
    root.take_number("seed", "1", config.seed);
    root.take_number("seeds", "5", config.seeds);
    root.take_path("policy", "\"gate.toml\"", config.policy);
    root.take_path("output", "\"nights\"", config.output);
    for (auto* read : {read_source, read_export, read_follow, read_notify, read_keep, read_kernels}) root.fault(read(root, file, config));
    if (auto s = root.done(); !s) return forward(s);
    if (auto s = check_against(config); !s) return forward(s);
    return config;
}

Result<NightConfig> read_night_config(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    return parse_night_config(*text, file);
}

}  // namespace diobench
