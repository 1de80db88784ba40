// SPDX-License-Identifier: GPL-2.0-only
// Two or three hosts without a scheduler: workers on each, begun by ssh.
#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/fleet/depot.h"
#include "bench/fleet/engine.h"
#include "bench/host/workload/toml_section.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

constexpr const char* kSsh = "fleet by ssh";

/// [[host]] of hosts.toml.
struct FleetHost {
    std::string name;
    std::string user;             ///< empty: ssh's own choice
    uint64_t port = 22;
    fs::path folder;              ///< of what diobench keeps there; empty: its usual cache
    std::string program = "diobench";
    uint64_t workers = 1;
    bool builds = true;           ///< and judges: it has the kernels' source and a compiler

    [[nodiscard]] std::string label() const { return user.empty() ? name : user + "@" + name; }
};

Result<FleetHost> read_host(const toml::table& table, const fs::path& file) {
    FileSection section(table, file, "[[host]]", kSsh);
    FleetHost out;
    section.keep(section.text("name", "\"lab-1\""), out.name);
    section.take_text("user", "\"bench\"", out.user);
    section.take_number("port", "22", out.port);
    std::string folder;
    section.take_text("folder", "\"/srv/diobench\"", folder);
    out.folder = folder;
    if (!folder.empty() && !out.folder.is_absolute()) section.bad_value("folder", "expected a whole path, on that host");
    section.take_text("program", "\"/usr/bin/diobench\"", out.program);
    section.take_number("workers", "1", out.workers);
    section.take_flag("builds", out.builds);
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Result<std::vector<FleetHost>> read_hosts(const fs::path& file) {
    auto text = read_file(file);
    if (!text) return forward(text);
    auto table = parse_toml(*text, file.string(), kSsh);
    if (!table) return forward(table);
    FileSection root(*table, file, "a file of hosts", kSsh);
    const toml::node* node = root.find("host");
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    std::vector<FleetHost> out;
    if (array == nullptr || array->empty()) root.fault(fail(kSsh, file.string(), "it names no host; for instance [[host]] name = \"lab-1\""));
    else
        for (const auto& element : *array) {
            if (!element.is_table()) root.fault(root.bad(element, "host", "expected tables: [[host]]"));
            else if (auto host = read_host(*element.as_table(), file)) out.push_back(std::move(*host));
            else root.fault(host);
        }
    if (!out.empty() && std::none_of(out.begin(), out.end(), [](const FleetHost& host) { return host.builds; }))
        root.fault(fail(kSsh, file.string(), "no host builds and judges: leave builds = false out of one"));
    if (auto s = root.done(); !s) return forward(s);
    return out;
}

class SshEngine : public FleetEngine {
public:
    explicit SshEngine(std::vector<FleetHost> hosts) : hosts_(std::move(hosts)) {}

    /// Each host answers, and has a diobench.
    Result<size_t> slots() override {
        Faults faults;
        size_t out = 0;
        for (const FleetHost& host : hosts_) {
            faults.add(on_host(host, shell_text({host.program, "--version"})));
            out += host.workers;
        }
        const bool all_here = std::all_of(hosts_.begin(), hosts_.end(), [](const FleetHost& host) { return host.name == "localhost" || host.name.starts_with("127."); });
        if (!all_here) faults.add(require_common_store("ssh"));
        if (auto s = faults.status(); !s) return forward(s);
        return out;
    }

    Result<std::map<int64_t, std::string>> start(const FleetRequestRow& request, const std::vector<FleetJobRow>&) override {
        Faults faults;
        for (const FleetHost& host : hosts_)
            for (uint64_t i = 1; i <= host.workers; ++i) {
                std::vector<std::string> variables = {fmt::format("DIOBENCH_NODE={}{}", host.label(), host.workers > 1 ? fmt::format("/{}", i) : ""), std::string(kStoreVariable) + "=" + store_for_others()};
                if (!host.folder.empty()) variables.push_back("DIOBENCH_CACHE=" + host.folder.string());
                // Several accounts of one host have one /tmp.
                const std::string log = fmt::format("/tmp/diobench-{}-{}-{}.txt", request.id, host.label(), i);
                auto words = detached("env", {}, log);
                words.insert(words.end(), variables.begin(), variables.end());
                words.insert(words.end(), {host.program, "fleet", "work", request.id});
                if (!host.builds) words.emplace_back("--only-shards");
                faults.add(on_host(host, "umask 002; " + shell_text(words)));
            }
        if (auto s = faults.status(); !s) return forward(s);
        return std::map<int64_t, std::string>();
    }

    Result<std::map<std::string, std::string>> states(const std::vector<std::string>&) override { return std::map<std::string, std::string>(); }
    Status cancel(const std::vector<std::string>&) override { return {}; }  // workers ask the store

private:
    /// With its password, which goes over ssh and into the environment of the worker.
    static std::string store_for_others() {
        const StoreAddress store = default_store();
        return store.is_postgresql() ? store.url() : fs::absolute(store.file()).string();
    }

    static Result<CommandResult> on_host(const FleetHost& host, const std::string& command) {
        std::vector<std::string> argv = split(ssh_command(), ' ');
        argv.insert(argv.end(), {"-p", std::to_string(host.port), host.label(), command});
        return run_checked(argv);
    }

    std::vector<FleetHost> hosts_;
};

}  // namespace

Result<std::unique_ptr<FleetEngine>> make_ssh_engine(const EngineSettings& settings) {
    if (settings.hosts.empty()) return fail(kSsh, "--hosts", "which hosts? Name a file of them: [[host]] name = \"lab-1\" (docs/fleet.md)");
    auto hosts = read_hosts(settings.hosts);
    if (!hosts) return forward(hosts);
    return std::make_unique<SshEngine>(std::move(*hosts));
}

}  // namespace diobench
