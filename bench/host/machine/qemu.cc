// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/qemu.h"

#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/guest/record/leave.h"
#include "bench/guest/record/record_wire.h"

namespace diobench {

namespace {

// It answers in 50 ms; a host may be busy.
constexpr auto kAnswerLimit = std::chrono::seconds(60);
constexpr const char* kSandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

std::string version_of(std::string_view output) {
    constexpr std::string_view kBefore = "version ";
    size_t at = output.find(kBefore);
    if (at == std::string_view::npos) return std::string(trim(output));
    std::string_view rest = output.substr(at + kBefore.size());
    return std::string(trim(rest.substr(0, rest.find('\n'))));
}

Result<Qemu> ask_qemu() {
    auto program = find_program("qemu-system-x86_64", "qemu-system-x86");
    if (!program) return forward(program);
    CommandOptions options;
    options.time_limit = kAnswerLimit;
    auto version = run_checked({program->string(), "-version"}, options);
    if (!version) return forward(version);
    // A QEMU without seccomp refuses the option while it reads it.
    auto sandbox = run_command({program->string(), "-sandbox", kSandbox, "-version"}, options);
    if (!sandbox) return forward(sandbox);
    return Qemu{*program, version_of(version->output), sandbox->exit_status == 0};
}

std::vector<std::string> common_arguments(const Qemu& qemu, const BootRequest& request) {
    std::vector<std::string> out = {"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "none"};
    if (qemu.sandbox) out.insert(out.end(), {"-sandbox", kSandbox});
    out.insert(out.end(), {"-m", fmt::format("{}M", request.memory_mib), "-smp",
                           // The MP table, all that a kernel without ACPI has, lists one CPU a socket.
                           request.cpus == 1 ? "1" : fmt::format("{0},sockets={0}", request.cpus)});
    return out;
}

std::vector<std::string> port_arguments(const BootFiles& files) {
    return {"-chardev", "file,id=console,path=" + option_value(files.console.string()),
            "-serial", "chardev:console",
            "-chardev", "file,id=records,path=" + option_value(files.records.string()),
            "-device", fmt::format("isa-debugcon,iobase={:#x},readback={:#x},chardev=records", kRecordPort, kRecordPort),
            "-device", fmt::format("isa-debug-exit,iobase={:#x},iosize=1", kExitPort)};
}

}  // namespace

Result<Qemu> find_qemu() {
    static const Result<Qemu> found = ask_qemu();
    return found;
}

std::string option_value(std::string_view value) {
    std::string out;
    for (char c : value) {
        out += c;
        if (c == ',') out += c;
    }
    return out;
}

std::string kernel_command_line(const BootRequest& request, const MachineParts& parts) {
    // loglevel=6 hides the chatter of drivers and keeps the banner and every
    // warning; earlycon makes a panic before the console's own start visible.
    std::vector<std::string> out = {"console=ttyS0", "earlycon=uart8250,io,0x3f8", "loglevel=6", "panic=-1", "oops=panic"};
    out.insert(out.end(), parts.kernel_parameters.begin(), parts.kernel_parameters.end());
    if (!request.extra_command_line.empty()) out.push_back(request.extra_command_line);
    return join(out, " ");
}

std::vector<std::string> qemu_machine_command(const Qemu& qemu, const BootRequest& request, const BootFiles& files, const MachineParts& parts) {
    std::vector<std::string> out;
    if (!parts.preload.empty()) out = {"env", "LD_PRELOAD=" + parts.preload.string()};
    out.push_back(qemu.program.string());
    auto append = [&](const std::vector<std::string>& more) { out.insert(out.end(), more.begin(), more.end()); };
    append(parts.qemu_arguments);
    append(common_arguments(qemu, request));
    append(port_arguments(files));
    return out;
}

std::vector<std::string> qemu_command(const Qemu& qemu, const BootRequest& request, const BootFiles& files,
                                      const MachineParts& parts) {
    std::vector<std::string> out = qemu_machine_command(qemu, request, files, parts);
    out.insert(out.end(), {"-kernel", request.kernel_image.string(), "-initrd", request.initramfs.string(), "-append",
                           kernel_command_line(request, parts)});
    return out;
}

}  // namespace diobench
