// SPDX-License-Identifier: GPL-2.0-only
// diobench doctor: can this host do the job, and if not, what is missing?
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/command.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/cache.h"
#include "bench/host/machine/host_check.h"
#include "bench/host/machine/probe.h"
#include "bench/host/machine/qemu.h"

namespace diobench {

namespace {

struct DoctorArguments {
    bool json = false;
    bool probe = false;
    std::string kernel_image;
};

/// What is known about one machine.
struct MachineState {
    std::string name;
    enum class Usable { yes, no, unknown } usable = Usable::unknown;
    std::string what;
    std::string advice;
};

/// The image to probe with: the one given, else the newest one built.
Result<fs::path> probe_image(const std::string& given) {
    if (!given.empty()) return fs::path(given);
    auto kernels = list_kernels();
    if (!kernels) return forward(kernels);
    if (kernels->empty())
        return fail("find a kernel to boot", "", "build one (diobench kernel build base) or name one with --kernel-image FILE");
    return std::max_element(kernels->begin(), kernels->end(), [](const auto& a, const auto& b) { return a.built_at < b.built_at; })->kernel.image;
}

Result<std::optional<ProbeAnswer>> kvm_answer(const DoctorArguments& arguments) {
    if (!arguments.probe) return newest_probe();
    auto image = probe_image(arguments.kernel_image);
    if (!image) return forward(image);
    Progress progress("probe kvm");
    progress.update(0, 0, "booting " + image->string());
    auto answer = probe_kvm({*image, installed_guest_program()});
    if (!answer) return forward(answer);
    return *answer;
}

MachineState exact_state(const std::vector<HostCheck>& checks) {
    for (const auto& check : checks)
        if (check.name == "qemu-system-x86_64" && check.state != CheckState::ok)
            return {"exact", MachineState::Usable::no, "no QEMU", check.advice};
    return {"exact", MachineState::Usable::yes, "emulated, virtual clock: runs on every host", ""};
}

MachineState kvm_state(const Result<std::optional<ProbeAnswer>>& asked) {
    if (!fs::exists("/dev/kvm")) return {"kvm", MachineState::Usable::no, "no /dev/kvm", "run on bare metal, or allow nested virtualisation"};
    if (!asked) return {"kvm", MachineState::Usable::unknown, "not probed: " + asked.error().message(), ""};
    const auto& answer = *asked;
    if (!answer)
        return {"kvm", MachineState::Usable::unknown, "/dev/kvm is there, which proves nothing: not probed yet", "diobench doctor --probe"};
    if (!answer->usable)
        return {"kvm", MachineState::Usable::no, fmt::format("probed {}: {}", answer->probed_at, answer->reason), ""};
    return {"kvm", MachineState::Usable::yes, fmt::format("probed {}: a kernel booted in {:.1f} s", answer->probed_at, answer->elapsed_s), ""};
}

std::string mark(CheckState state) {
    switch (state) {
        case CheckState::ok: return coloured("ok     ", Colour::green);
        case CheckState::missing: return coloured("MISSING", Colour::red);
        case CheckState::optional: return coloured("absent ", Colour::yellow);
    }
    return "";
}

std::string mark(MachineState::Usable usable) {
    switch (usable) {
        case MachineState::Usable::yes: return coloured("ok     ", Colour::green);
        case MachineState::Usable::no: return coloured("no     ", Colour::yellow);
        case MachineState::Usable::unknown: return coloured("?      ", Colour::yellow);
    }
    return "";
}

void print_line(const std::string& marked, std::string_view name, std::string_view what, std::string_view advice) {
    fmt::print("  {} {:<19} {}\n", marked, name, what);
    if (!advice.empty()) fmt::print("  {:<7} {:<19} {}\n", "", "", coloured(fmt::format("-> {}", advice), Colour::dim));
}

void print_table(const std::vector<HostCheck>& checks, const std::vector<MachineState>& machines) {
    std::string group;
    for (const auto& check : checks) {
        if (check.group != group) fmt::print("{}\n", coloured(check.group, Colour::bold));
        group = check.group;
        print_line(mark(check.state), check.name, check.found, check.advice);
    }
    fmt::print("{}\n", coloured("machines", Colour::bold));
    for (const auto& machine : machines) print_line(mark(machine.usable), machine.name, machine.what, machine.advice);
}

nlohmann::json to_json(const std::vector<HostCheck>& checks, const std::vector<MachineState>& machines, bool can_run) {
    static constexpr const char* kStates[] = {"ok", "missing", "optional-missing"};
    static constexpr const char* kUsable[] = {"yes", "no", "unknown"};
    nlohmann::json out = {{"can_run", can_run}, {"checks", nlohmann::json::array()}, {"machines", nlohmann::json::array()}};
    for (const auto& c : checks)
        out["checks"].push_back({{"group", c.group}, {"name", c.name}, {"state", kStates[static_cast<int>(c.state)]}, {"found", c.found}, {"advice", c.advice}});
    for (const auto& m : machines)
        out["machines"].push_back({{"name", m.name}, {"usable", kUsable[static_cast<int>(m.usable)]}, {"what", m.what}, {"advice", m.advice}});
    return out;
}

Result<ExitCode> doctor(const DoctorArguments& arguments) {
    if (!arguments.kernel_image.empty() && !arguments.probe)
        return fail("doctor", "--kernel-image " + arguments.kernel_image, "it is what --probe boots: give both");
    auto checks = check_host();
    if (interrupted()) return interrupted_error("doctor");
    std::stable_sort(checks.begin(), checks.end(), [](const auto& a, const auto& b) {
        static const std::vector<std::string> order = {"host", "build", "measure", "report", "tests"};
        return std::find(order.begin(), order.end(), a.group) < std::find(order.begin(), order.end(), b.group);
    });
    auto answer = kvm_answer(arguments);
    if (interrupted()) return interrupted_error("doctor");
    const std::vector<MachineState> machines = {exact_state(checks), kvm_state(answer)};
    const auto missing = std::count_if(checks.begin(), checks.end(), [](const auto& c) { return c.state == CheckState::missing; });
    if (arguments.json) {
        fmt::print("{}\n", to_json(checks, machines, missing == 0).dump(1));
    } else {
        print_table(checks, machines);
        fmt::print("\n{}\n", missing == 0 ? "This host can build, measure and report on the exact machine."
                                          : fmt::format("{} missing: scripts/setup installs what Debian has.", missing));
    }
    // A probe that was asked for and could not be made is a failure as well.
    return missing == 0 && answer ? ExitCode::ok : ExitCode::usage;
}

}  // namespace

void register_doctor_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<DoctorArguments>();
    auto* command = app.add_subcommand("doctor", "Say what this host has, what is missing and how to get it");
    command->add_flag("--json", arguments->json, "Print as JSON");
    command->add_flag("--probe", arguments->probe, "Boot a kernel under KVM (at most 40 s) and remember whether it works");
    command->add_option("--kernel-image", arguments->kernel_image, "bzImage for --probe (default: the newest kernel built)");
    command->footer("Exit codes: 0 the main job can run, 2 something is missing.");
    command->callback([&context, arguments] { context.body = [arguments] { return doctor(*arguments); }; });
}

}  // namespace diobench
