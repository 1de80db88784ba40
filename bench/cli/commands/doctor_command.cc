// SPDX-License-Identifier: GPL-2.0-only
// diobench doctor: can this host do the job, and if not, what is missing?
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/command.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/host/machine/host_check.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/probe.h"
#include "bench/host/machine/uml_probe.h"
#include "bench/host/run/kernels_of_machine.h"

namespace diobench {

namespace {

struct DoctorArguments {
    bool json = false;
    bool probe = false;
    std::string kernel_image;
};

/// The image to probe KVM with: the one given, else the newest one built.
Result<fs::path> probe_image(const std::string& given) {
    if (!given.empty()) return fs::path(given);
    const auto images = kernels_of_machine(MachineKind::kvm);
    if (images.empty()) return fail("find a kernel to boot", "", "build one (diobench kernel build base) or name one with --kernel-image FILE");
    return images.front();
}

Result<ProbeAnswer> boot_to_probe(MachineKind kind, const fs::path& image) {
    Progress progress(fmt::format("probe {}", machine_name(kind)));
    progress.update(0, 0, "booting " + image.string());
    return probe_machine({kind, image, installed_guest_program()});
}

/// Without --probe what is known already.  Errors: a probe that was asked for and could not be made.
Result<MachineCheck> kvm_state(const DoctorArguments& arguments) {
    MachineCheck out = check_machine({MachineKind::kvm, Accelerator::kvm});
    if (out.runs == Runs::no) return out;
    std::optional<ProbeAnswer> answer = newest_probe(MachineKind::kvm);
    if (arguments.probe) {
        auto image = probe_image(arguments.kernel_image);
        if (!image) return forward(image);
        auto booted = boot_to_probe(MachineKind::kvm, *image);
        if (!booted) return forward(booted);
        answer = *booted;
    }
    if (!answer) return out;
    out.runs = answer->usable ? Runs::yes : Runs::no;
    out.what = fmt::format("probed {}: {}", answer->probed_at, answer->usable ? fmt::format("a kernel booted in {:.1f} s", answer->elapsed_s) : answer->reason);
    out.advice = answer->usable ? "" : arguments.probe ? "machines exact and uml do without KVM" : "diobench doctor --probe asks again";
    return out;
}

/// Where processes can be traced a kernel of the cache is booted, once for each: that is the proof.
MachineCheck uml_state() {
    MachineCheck out = check_machine({MachineKind::uml});
    if (out.runs != Runs::yes) return out;
    const auto images = kernels_of_machine(MachineKind::uml);
    if (images.empty()) {
        out.what += "; no kernel built yet to prove it";
        return out;
    }
    auto known = remembered_probe(MachineKind::uml, images.front());
    auto answer = known && *known ? Result<ProbeAnswer>(**known) : boot_to_probe(MachineKind::uml, images.front());
    if (answer && answer->usable) {
        out.what += fmt::format("; a kernel booted in {:.1f} s ({})", answer->elapsed_s, answer->probed_at);
        return out;
    }
    // One kernel that does not run may be a broken one.
    out.runs = Runs::unknown;
    out.what += fmt::format("; but kernel {} did not boot: {}", images.front().string(), answer ? answer->reason : answer.error().message());
    out.advice = "try another kernel: diobench verify base --case 'data/flat*'";
    if (answer && lacks_room_for_registers(answer->console_log))
        out.advice = fmt::format("it has no room for this processor's registers, {} bytes of them (AMX): have it built again with diobench verify; a kernel of another tree needs an ARCH=um that sizes them", out.xsave_bytes);
    return out;
}

std::string mark(CheckState state) {
    switch (state) {
        case CheckState::ok: return coloured("ok     ", Colour::green);
        case CheckState::missing: return coloured("MISSING", Colour::red);
        case CheckState::optional: return coloured("absent ", Colour::yellow);
    }
    return "";
}

std::string mark(Runs runs) {
    switch (runs) {
        case Runs::yes: return coloured("ok     ", Colour::green);
        case Runs::no: return coloured("no     ", Colour::yellow);
        case Runs::unknown: return coloured("?      ", Colour::yellow);
    }
    return "";
}

void print_line(const std::string& marked, std::string_view name, std::string_view what, std::string_view advice) {
    fmt::print("  {} {:<19} {}\n", marked, name, what);
    if (!advice.empty()) fmt::print("  {:<7} {:<19} {}\n", "", "", coloured(fmt::format("-> {}", advice), Colour::dim));
}

void print_table(const std::vector<HostCheck>& checks, const std::vector<MachineCheck>& machines) {
    std::string group;
    for (const auto& check : checks) {
        if (check.group != group) fmt::print("{}\n", coloured(check.group, Colour::bold));
        group = check.group;
        print_line(mark(check.state), check.name, check.found, check.advice);
    }
    fmt::print("{}\n", coloured("machines", Colour::bold));
    for (const auto& machine : machines) print_line(mark(machine.runs), machine_name(machine.kind), machine.what, machine.advice);
}

nlohmann::json to_json(const std::vector<HostCheck>& checks, const std::vector<MachineCheck>& machines, bool can_run) {
    static constexpr const char* kStates[] = {"ok", "missing", "optional-missing"};
    static constexpr const char* kUsable[] = {"yes", "no", "unknown"};
    nlohmann::json out = {{"can_run", can_run}, {"checks", nlohmann::json::array()}, {"machines", nlohmann::json::array()}};
    for (const auto& c : checks)
        out["checks"].push_back({{"group", c.group}, {"name", c.name}, {"state", kStates[static_cast<int>(c.state)]}, {"found", c.found}, {"advice", c.advice}});
    for (const auto& m : machines) {
        out["machines"].push_back({{"name", machine_name(m.kind)}, {"usable", kUsable[static_cast<int>(m.runs)]}, {"what", m.what}, {"advice", m.advice}});
        if (m.xsave_bytes != 0) out["machines"].back()["xsave_bytes"] = m.xsave_bytes;
    }
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
    auto kvm = kvm_state(arguments);
    const std::vector<MachineCheck> machines = {check_machine({MachineKind::exact}), kvm ? *kvm : MachineCheck{MachineKind::kvm, Runs::unknown, "not probed: " + kvm.error().message(), "", 0},
                                                uml_state(), check_machine({MachineKind::host})};
    if (interrupted()) return interrupted_error("doctor");
    const auto missing = std::count_if(checks.begin(), checks.end(), [](const auto& c) { return c.state == CheckState::missing; });
    const bool can_run = missing == 0 && machines.front().runs == Runs::yes;
    if (arguments.json) {
        fmt::print("{}\n", to_json(checks, machines, can_run).dump(1));
    } else {
        print_table(checks, machines);
        fmt::print("\n{}\n", can_run ? "This host can build, measure and report on the exact machine."
                              : missing > 0 ? fmt::format("{} missing: {} what Debian has.", missing, is_installed() ? "apt installs" : "scripts/setup installs") : machines.front().sentence());
    }
    // A probe that was asked for and could not be made is a failure as well.
    return can_run && kvm ? ExitCode::ok : ExitCode::usage;
}

}  // namespace

void register_doctor_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<DoctorArguments>();
    auto* command = app.add_subcommand("doctor", "Say what this host has, what is missing and how to get it");
    command->add_flag("--json", arguments->json, "Print as JSON");
    command->add_flag("--probe", arguments->probe, "Boot a kernel under KVM (at most 40 s) and remember whether it works");
    command->add_option("--kernel-image", arguments->kernel_image, "bzImage for --probe (default: the newest kernel built)")->check(CLI::ExistingFile);
    command->footer("Examples:\n"
                    "  diobench doctor\n"
                    "  diobench doctor --probe                              does KVM work here?\n"
                    "Programs, room, and each machine (docs/machines.md), tried and not guessed:\n"
                    "  exact   QEMU emulates a machine that runs seven bytes, with our plugin in it\n"
                    "  uml     a process is traced as a User Mode Linux kernel traces its own, with this processor's registers (XSAVE);\n"
                    "          if such a kernel is built already, it boots\n"
                    "  kvm     /dev/kvm, and what a probe boot said; --probe makes one\n"
                    "  host    whether this is root\n"
                    "A machine that cannot run here is said so in one sentence with what to do; run, verify and gate say the same and end with 2.\n"
                    "Exit codes: 0 the main job (machine exact) can run, 2 something is missing for it.");
    command->callback([&context, arguments] { context.body = [arguments] { return doctor(*arguments); }; });
}

}  // namespace diobench
