// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/identity.h"

#include <fmt/format.h>

#include "bench/common/base/faults.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/environment.h"

namespace diobench {

namespace {

constexpr std::pair<std::string_view, std::string_view> kTools[] = {
    {"qemu", "QEMU"}, {"guest", "guest program"}, {kCountingTool, "way to count by function"}, {"mkfs_erofs", "mkfs.erofs"}};

FleetIdentity of_tools(const std::map<std::string, std::string>& tools) {
    FleetIdentity out;
    for (const auto& [tool, name] : kTools)
        if (const auto found = tools.find(std::string(tool)); found != tools.end()) out[std::string(name)] = found->second;
    return out;
}

}  // namespace

FleetIdentity identity_of_this_machine() {
    const auto tools = tool_versions();
    FleetIdentity out = of_tools(tools);
    out["compiler"] = tools.at("compiler");  // it names the kernels' builds
    auto order = exact_order_library().and_then([](const fs::path& file) { return sha256_of_file(file); });
    out["order of QEMU's threads"] = order ? order->substr(0, 16) : "unknown";
    return out;
}

FleetIdentity identity_of(const Run& run) { return of_tools(run.tool); }

Status check_identity(const FleetIdentity& asked, const FleetIdentity& found, const std::string& request, const std::string& node) {
    Faults faults;
    for (const auto& [what, value] : found) {
        const auto there = asked.find(what);
        if (there == asked.end() || there->second != value)
            faults.add(fail("fleet", node, fmt::format("another {}: {}; request {} is of {}", what, value, request, there == asked.end() ? "none" : there->second)));
    }
    return faults.status();
}

}  // namespace diobench
