// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/boot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/machine/blame.h"
#include "bench/host/machine/disk_file.h"
#include "bench/host/machine/host_cpu.h"
#include "bench/host/machine/probe.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/machine/uml.h"
#include "bench/host/machine/verdict.h"
#include "bench/host/machine/watch.h"

namespace diobench {

namespace {

constexpr size_t kLastLines = 25;

Status check_request(const BootRequest& request) {
    if (request.label.empty() || request.label.find('/') != std::string::npos)
        return fail("boot", "\"" + request.label + "\"", "a label names a file: not empty and without '/'");
    if (request.memory_mib < 64)
        return fail("boot", request.label, fmt::format("{} MiB of memory is not enough, at least 64", request.memory_mib));
    if (!request.cache_device.empty() && request.cache_disk_bytes != 0)
        return fail("boot", request.label, "either a cache device or the size of a disk file, not both");
    if (!request.profile.empty() && request.kind != MachineKind::exact)
        return fail("boot", request.label, "instructions are counted on machine exact only");
    return make_directories(request.log_dir);
}

/// Refuses what is in use: the guest overwrites it.
Status check_cache_device(const fs::path& device) {
    std::error_code none;
    const int exclusive = fs::is_block_file(device, none) ? O_EXCL : 0;
    auto fd = UniqueFd::open(device.string(), O_RDWR | exclusive);
    if (fd) return {};
    Error error = fd.error();
    error.operation = "use as cache device (its content is lost)";
    if (error.errno_value == EBUSY) error.text = "it is mounted or otherwise in use";
    return tl::unexpected<Error>(error);
}

BootFiles file_names(const BootRequest& request) {
    auto name = [&](const char* what) { return fs::absolute(request.log_dir / fmt::format("{}.{}.txt", request.label, what)); };
    return {name("console"), name("records"), name("qemu"), "", ""};
}

/// What is started for a boot.
struct MachineCommand {
    std::vector<std::string> argv;
    std::string kernel_command_line;
    Streams streams = Streams::opened_by_machine;
};

Result<MachineCommand> qemu_machine(const BootRequest& request, const BootFiles& files) {
    auto parts = request.kind == MachineKind::exact ? exact_machine(request) : kvm_machine(request, files);
    if (!parts) return forward(parts);
    auto qemu = find_qemu();
    // Not an error: what a machine cannot do is the outcome of its boot.
    if (!qemu) return MachineCommand{};
    return MachineCommand{qemu_command(*qemu, request, files, *parts), kernel_command_line(request, *parts), Streams::opened_by_machine};
}

/// The guest program beside us, in a namespace of its own.
Result<MachineCommand> host_machine(const BootRequest& request, const BootFiles& files) {
    return MachineCommand{{installed_guest_program().string(), "--host-plan", request.initramfs.string(), files.scratch.string()}, "", Streams::inherited};
}

Result<MachineCommand> machine_command(const BootRequest& request, const BootFiles& files) {
    if (request.kind == MachineKind::host) return host_machine(request, files);
    if (request.kind != MachineKind::uml) return qemu_machine(request, files);
    auto parameters = uml_parameters(request, files);
    if (!parameters) return forward(parameters);
    MachineCommand out{{request.kernel_image.string()}, join(*parameters, " "), Streams::inherited};
    out.argv.insert(out.argv.end(), parameters->begin(), parameters->end());
    return out;
}

/// What the host lacks, found before the machine is started; empty if nothing.
std::string missing_on_host(const BootRequest& request) {
    if (request.kind == MachineKind::host)
        return ::geteuid() == 0 ? "" : "machine host mounts, attaches loop devices and drops the page cache: run it as root";
    if (request.kind != MachineKind::uml)
        if (auto qemu = find_qemu(); !qemu) return qemu.error().message();
    for (const auto& path : {request.kernel_image, request.initramfs})
        if (::access(path.c_str(), R_OK) != 0) return fail_errno("read", path.string()).value().message();
    if (request.accelerator == Accelerator::kvm && ::access("/dev/kvm", R_OK | W_OK) != 0)
        return fail_errno("open", "/dev/kvm").value().message();
    if (disk_is_full(request.log_dir)) return fmt::format("no space is left in {} for console and results", request.log_dir.string());
    return {};
}

void finish_result(BootResult& out, const Watched& watched, const BootRequest& request, const BootFiles& files) {
    const std::string qemu_output = files.qemu_output.empty() || request.kind == MachineKind::uml ? "" : read_file(files.qemu_output).value_or("");
    BootVerdict verdict = judge_boot(watched, request, qemu_output);
    out.outcome = verdict.outcome;
    out.reason = std::move(verdict.reason);
    out.host_lacks = verdict.host_lacks;
    out.last_lines = last_lines(watched.console_rest.empty() ? qemu_output : watched.console_rest, kLastLines);
    out.complete = watched.records.complete();
    out.records = watched.records.records();
    out.elapsed_s = watched.elapsed_s;
}

}  // namespace

std::string_view machine_name(MachineKind kind) {
    switch (kind) {
        case MachineKind::exact: return "exact";
        case MachineKind::kvm: return "kvm";
        case MachineKind::host: return "host";
        case MachineKind::uml: return "uml";
    }
    return "";
}
std::string_view accelerator_name(Accelerator accelerator) { return accelerator == Accelerator::tcg ? "tcg" : "kvm"; }

Result<BootResult> boot(const BootRequest& request) {
    if (auto s = check_request(request); !s) return forward(s);
    BootFiles files = file_names(request);
    BootResult out;
    out.console_log = files.console;

    if (!request.cache_device.empty()) {
        if (auto s = check_cache_device(request.cache_device); !s) return forward(s);
        files.cache_disk = fs::absolute(request.cache_device).string();
    }
    std::optional<DiskFile> disk;
    if (request.kind == MachineKind::kvm && request.cache_disk_bytes != 0) {
        auto made = DiskFile::create(cache_root() / "tmp", request.cache_disk_bytes);
        if (!made) {
            out.reason = made.error().message();
            out.host_lacks = true;
            return out;
        }
        disk.emplace(std::move(*made));
        files.cache_disk = disk->path();
    }
    std::optional<TempDirectory> scratch;
    if (request.kind == MachineKind::uml || request.kind == MachineKind::host) {
        auto made = TempDirectory::create(cache_root() / "tmp", std::string(machine_name(request.kind)));
        if (!made) return forward(made);
        scratch.emplace(std::move(*made));
        files.scratch = scratch->path();
    }
    auto command = machine_command(request, files);
    if (!command) return forward(command);
    out.reason = missing_on_host(request);
    // QEMU was asked for its version and had no time to answer: that is no outcome of this boot.
    if (interrupted()) return interrupted_error("boot");
    out.host_lacks = !out.reason.empty();
    if (out.host_lacks) return out;

    out.machine_command = shell_text(command->argv);
    out.kernel_command_line = command->kernel_command_line;
    std::optional<HostCpu> cpu;
    if (request.kind == MachineKind::exact) {
        auto taken = HostCpu::wait(request.expected_s);
        if (!taken) return forward(taken);
        if (*taken) cpu.emplace(std::move(**taken));
    }
    if (cpu) command->argv = cpu->command(command->argv);
    auto watched = watch_machine(command->argv, request, files, command->streams);
    if (!watched) return forward(watched);
    finish_result(out, *watched, request, files);
    if (out.records > 0) note_heard(request.kind, request.accelerator);
    return out;
}

}  // namespace diobench
