// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/request.h"

#include <algorithm>
#include <array>

#include "bench/host/kernel/base.h"
#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kReadRequest = "read request";
constexpr std::array<std::pair<FleetCommand, std::string_view>, 4> kCommands = {{{FleetCommand::run, "run"}, {FleetCommand::verify, "verify"}, {FleetCommand::gate, "gate"}, {FleetCommand::nightly, "nightly"}}};
constexpr uint64_t kLeastLease_s = 4;
constexpr const char* kKeysOfCommands[] = {"kernels", "baseline", "candidate", "config", "suite", "filter", "where", "machine", "seed", "seeds", "policy",
                                           "cases", "backends", "tree", "revision", "allow_missing"};

/// Of kernels that are named by a folder, the folder's whole path.
void take_kernel(FileSection& root, std::string_view key, std::string& into) {
    if (root.keep(root.text(key, "\"dio\""), into)) into = absolute_kernel_name(into);
}

void take_kernels(FileSection& root, std::vector<std::string>& into) {
    root.keep(root.texts("kernels", "[\"fallback\", \"dio\"]"), into);
    for (auto& name : into) name = absolute_kernel_name(name);
}

void take_command(FileSection& root, FleetCommand& into) {
    std::string name;
    if (!root.keep(root.text("command", "\"run\""), name)) return;
    const auto* const found = std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& one) { return one.second == name; });
    if (found != kCommands.end()) into = found->first;
    else root.bad_value("command", fmt::format("'{}': expected \"run\", \"verify\", \"gate\" or \"nightly\"", name));
}

void take_machine(FileSection& root, FleetRequest& request) {
    std::string name = "exact";
    root.take_text("machine", "\"exact\"", name);
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml})
        if (name == machine_name(kind)) {
            request.machine = kind;
            return;
        }
    root.bad_value("machine", "expected \"exact\", \"uml\" or \"kvm\"");
}

void take_cells(FileSection& root, FleetRequest& request) {
    root.take_text("suite", "\"nightly\"", request.suite);
    root.take_text("filter", "\"rand-read/*\"", request.filter.glob);
    root.take_text("where", "\"io=direct,block_size=4k\"", request.filter.where);
    root.take_number("seeds", "3", request.seeds);
    take_machine(root, request);
}

void take_source(FileSection& root, FleetRequest& request) {
    root.take_number("seed", "1", request.seed);
    root.take_path("tree", "\"/srv/linux\"", request.tree);
    root.take_text("revision", "\"v6.12.117\"", request.revision);
    root.take_texts("allow_missing", "[\"CONFIG_KASAN\"]", request.allow_missing);
    if (!request.revision.empty() && request.tree.empty()) root.bad_value("revision", "it needs tree, the kernel tree it is a revision of");
}

void take_what(FileSection& root, FleetRequest& request) {
    switch (request.command) {
    case FleetCommand::run:
        take_kernels(root, request.kernels);
        take_cells(root, request);
        take_source(root, request);
        break;
    case FleetCommand::verify:
        take_kernels(root, request.kernels);
        root.take_texts("cases", "[\"data/*\"]", request.cases);
        root.take_texts("backends", "[\"fscache\"]", request.backends);
        take_source(root, request);
        break;
    case FleetCommand::gate:
        request.seeds = 3;
        take_kernel(root, "baseline", request.baseline);
        take_kernel(root, "candidate", request.candidate);
        root.take_path("policy", "\"gate.toml\"", request.policy);
        take_cells(root, request);
        take_source(root, request);
        break;
    case FleetCommand::nightly: {
        std::string config;
        if (root.keep(root.text("config", "\"nightly.toml\""), config)) request.config = root.absolute(config);
        break;
    }
    }
}

}  // namespace

std::string_view command_name(FleetCommand command) {
    return std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& one) { return one.first == command; })->second;
}

Result<FleetRequest> parse_fleet_request(const std::string& text, const fs::path& file) {
    auto table = parse_toml(text, file.string(), kReadRequest);
    if (!table) return forward(table);
    FileSection root(*table, file, "a request", kReadRequest);
    FleetRequest request;
    request.file = file;
    take_command(root, request.command);
    if (root.is_right_so_far()) {
        take_what(root, request);
    } else {
        for (const char* key : kKeysOfCommands) (void)root.find(key);  // which of them are right, only the command tells
    }
    root.take_number("shards", "8", request.shards);
    root.take_number("tries", "3", request.tries);
    root.take_number("lease_s", "60", request.lease_s);
    if (request.lease_s < kLeastLease_s) root.bad_value("lease_s", fmt::format("expected at least {}: it is renewed four times in that", kLeastLease_s));
    if (auto s = root.done(); !s) return forward(s);
    return request;
}

Result<FleetRequest> read_fleet_request(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    return parse_fleet_request(*text, file);
}

std::vector<std::string> command_words(const FleetRequest& request, const fs::path& output) {
    std::vector<std::string> out{std::string(command_name(request.command))};
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) out.insert(out.end(), {option, value});
    };
    if (request.command == FleetCommand::nightly) {
        add("--config", request.config.string());
        return out;
    }
    if (request.command == FleetCommand::verify) out.insert(out.end(), request.kernels.begin(), request.kernels.end());
    else for (const auto& kernel : request.kernels) add("--kernel", kernel);
    for (const auto& glob : request.cases) add("--case", glob);
    add("--backend", join(request.backends, ","));
    add("--baseline", request.baseline);
    add("--candidate", request.candidate);
    add("--policy", request.policy.string());
    if (request.command != FleetCommand::verify) {
        add("--suite", request.suite);
        const auto filter = request.filter.words();
        out.insert(out.end(), filter.begin(), filter.end());
        add("--seeds", std::to_string(request.seeds));
        add("--machine", std::string(machine_name(request.machine)));
    }
    add("--seed", std::to_string(request.seed));
    add("--tree", request.tree.string());
    add("--rev", request.revision);
    for (const auto& symbol : request.allow_missing) add("--allow-missing", symbol);
    add("--out", output.string());
    return out;
}

}  // namespace diobench
