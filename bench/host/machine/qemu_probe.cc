// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/qemu_probe.h"

#include <array>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/guest/record/leave.h"
#include "bench/host/machine/qemu.h"

namespace diobench {

namespace {

// The processor's first instruction is 16 bytes below the end of its firmware.
constexpr size_t kFirmwareBytes = size_t{64} << 10;
constexpr size_t kResetVector = kFirmwareBytes - 16;

/// mov al, kExitValue; out kExitPort, al; hlt; jmp to the hlt
std::string firmware() {
    static constexpr std::array<unsigned char, 7> kCode = {0xb0, kExitValue, 0xe6, static_cast<unsigned char>(kExitPort), 0xf4, 0xeb, 0xfd};
    std::string out(kFirmwareBytes, '\xf4');
    std::copy(kCode.begin(), kCode.end(), out.begin() + kResetVector);
    return out;
}

/// A file in memory that QEMU opens by name: the disk may be full.
class MemoryFile {
public:
    static Result<MemoryFile> create(std::string_view content) {
        UniqueFd fd(static_cast<int>(::memfd_create("diobench-probe", MFD_CLOEXEC)));
        if (!fd.valid()) return fail_errno("create", "a file in memory");
        if (auto s = write_all(fd.get(), content, "a file in memory"); !s) return forward(s);
        return MemoryFile(std::move(fd));
    }
    [[nodiscard]] std::string path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_.get()); }

private:
    explicit MemoryFile(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

/// What is known to help against what QEMU says.
std::string advice_against(std::string_view says) {
    auto has = [&](std::string_view text) { return says.find(text) != std::string_view::npos; };
    if (has("unsupported machine type")) return "this QEMU has no board of QEMU 7.2: install qemu-system-x86 of Debian 12 or 13";
    if (has("accelerator")) return "this QEMU is built without its emulator (TCG): install qemu-system-x86 of Debian 12 or 13";
    if (has("plugin")) return "install qemu-system-x86 of Debian 12 (7.2) or 13 (10.0), which has plugins of an interface that is known here";
    if (has("allocate memory")) return "free some memory";
    return "apt install --reinstall qemu-system-x86";
}

QemuProbe qemu_fails(QemuProbe probe, std::string reason, std::string advice) {
    probe.reason = std::move(reason);
    probe.advice = std::move(advice);
    return probe;
}

/// The advice of an error is in its text already.
QemuProbe qemu_fails(QemuProbe probe, const Error& error, std::string advice) { return qemu_fails(std::move(probe), error.message(), std::move(advice)); }

}  // namespace

QemuProbe probe_qemu(MachineKind kind, std::chrono::seconds time_limit) {
    QemuProbe out;
    if (auto program = find_program("qemu-system-x86_64", "qemu-system-x86"); !program) return qemu_fails(out, "QEMU (qemu-system-x86_64) is not installed", how_to_install("qemu-system-x86"));
    auto qemu = find_qemu();
    if (!qemu) return qemu_fails(out, qemu.error(), "apt install --reinstall qemu-system-x86");
    out.version = qemu->version;

    BootRequest request;
    request.label = "probe";
    request.kind = kind;
    const BootFiles files{"/dev/null", "/dev/null", "/dev/null", "", ""};
    auto parts = kind == MachineKind::exact ? exact_machine(request) : kvm_machine(request, files);
    if (!parts) return qemu_fails(out, parts.error(), "cmake --build build");
    auto code = MemoryFile::create(firmware());
    if (!code) return qemu_fails(out, code.error(), "free some memory");
    auto argv = qemu_machine_command(*qemu, request, files, *parts);
    argv.insert(argv.end(), {"-bios", code->path()});
    CommandOptions options;
    options.time_limit = time_limit;
    auto ran = run_command(argv, options);
    if (!ran) return qemu_fails(out, ran.error(), "apt install --reinstall qemu-system-x86");
    if (ran->timed_out) return qemu_fails(out, fmt::format("QEMU {} did not execute seven bytes within {} s", qemu->version, time_limit.count()), "try again when the host is less busy");
    out.usable = ran->exit_status == kExitStatus;
    if (out.usable) return out;
    const std::string says = last_lines(trim(ran->output), 1);
    return qemu_fails(out, fmt::format("QEMU {} does not start ({}){}{}", qemu->version, ran->exit_status > 128 ? fmt::format("killed by signal {}", ran->exit_status - 128) : fmt::format("exit status {}", ran->exit_status),
                               says.empty() ? "" : ": ", says),
              advice_against(says));
}

}  // namespace diobench
