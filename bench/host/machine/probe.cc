// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/probe.h"

#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/common/digest/sha256.h"
#include "bench/guest/record/probe_init.h"
#include "bench/host/machine/boot.h"
#include "bench/host/machine/initramfs.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/machine/uml_probe.h"

namespace diobench {

namespace {

// KASAN's own part of a checked kernel comes on top of what it needs to boot.
constexpr unsigned kUmlMemoryMib = 256;

fs::path memory_path() { return cache_root() / "probe.json"; }

/// What an answer depends on besides the kernel image.
Result<std::string> host_key(MachineKind kind) {
    if (kind == MachineKind::uml) return fmt::format("uml | {} | {} | XSAVE {}", host_kernel(), host_cpu_model(), probe_uml().xsave_bytes);
    auto qemu = find_qemu();
    if (!qemu) return forward(qemu);
    // Those of kvm had no name when it was the only machine to be probed.
    return fmt::format("{}{} | QEMU {} | {}", kind == MachineKind::kvm ? "" : std::string(machine_name(kind)) + " | ", host_kernel(), qemu->version, host_cpu_model());
}

/// Cheap to find out each time, and a matter of a group or a module: not remembered.
std::string forbidden_by_host(MachineKind kind) {
    return kind == MachineKind::kvm && ::access("/dev/kvm", R_OK | W_OK) != 0 ? fail_errno("open", "/dev/kvm").value().message() : std::string();
}

/// An array of answers, newest last; anything unreadable is forgotten: it is only a memory.
nlohmann::json read_memory() {
    auto text = read_file(memory_path());
    if (!text) return nlohmann::json::array();
    auto json = nlohmann::json::parse(*text, nullptr, false);
    return json.is_array() ? json : nlohmann::json::array();
}

ProbeAnswer answer_of(const nlohmann::json& entry) {
    return {entry.value("usable", false), entry.value("reason", ""), entry.value("elapsed_s", 0.0),
            entry.value("probed_at", ""), entry.value("kernel_image", ""), {}};
}

bool belongs_to(const nlohmann::json& entry, const std::string& host) {
    return entry.is_object() && entry.value("host", "") == host;
}

Status remember(const ProbeAnswer& answer, const std::string& host, const std::string& image) {
    auto lock = FileLock::acquire(cache_root() / "probe.lock");
    if (!lock) return forward(lock);
    nlohmann::json kept = nlohmann::json::array();
    for (const auto& entry : read_memory())
        if (!belongs_to(entry, host) || entry.value("image_sha256", "") != image) kept.push_back(entry);
    kept.push_back({{"host", host}, {"image_sha256", image}, {"usable", answer.usable}, {"reason", answer.reason},
                    {"elapsed_s", answer.elapsed_s}, {"probed_at", answer.probed_at}, {"kernel_image", answer.kernel_image}});
    return write_file_atomic(memory_path(), kept.dump(1) + "\n");
}

Result<BootResult> boot_probe(const ProbeRequest& request, const fs::path& scratch, bool& answered) {
    const fs::path initramfs = scratch / "probe.cpio";
    auto entries = base_entries();
    entries.push_back({"init", 0755, InitramfsFile{request.guest_program}});
    if (auto s = write_initramfs(initramfs, entries); !s) return forward(s);
    BootRequest boot_request;
    boot_request.label = "probe";
    boot_request.kind = request.kind;
    if (request.kind == MachineKind::kvm) boot_request.accelerator = Accelerator::kvm;
    if (request.kind == MachineKind::uml) boot_request.memory_mib = kUmlMemoryMib;
    boot_request.kernel_image = request.kernel_image;
    boot_request.initramfs = initramfs;
    boot_request.extra_command_line = "diobench.role=probe";
    boot_request.log_dir = cache_root() / "logs" / "probe";
    boot_request.silence_limit = boot_request.total_limit = request.time_limit;
    boot_request.on_record = [&answered](std::string_view payload) { answered = answered || payload == kProbePayload; };
    return boot(boot_request);
}

}  // namespace

fs::path installed_guest_program() {
    const char* given = std::getenv(kGuestVariable);
    return given != nullptr && *given != '\0' ? fs::path(given) : program_part("diobench-guest");
}

std::string host_cpu_model() {
    for (const auto& line : split(read_file("/proc/cpuinfo").value_or(""), '\n'))
        if (line.starts_with("model name"))
            if (size_t colon = line.find(':'); colon != std::string::npos) return std::string(trim(std::string_view(line).substr(colon + 1)));
    return "unknown";
}

std::string host_kernel() {
    utsname name{};
    ::uname(&name);
    return fmt::format("{} {}", name.release, name.version);
}

Result<ProbeAnswer> probe_machine(const ProbeRequest& request) {
    ProbeAnswer answer;
    answer.probed_at = utc_text();
    answer.kernel_image = request.kernel_image.string();
    answer.reason = forbidden_by_host(request.kind);
    if (!answer.reason.empty()) return answer;
    auto host = host_key(request.kind);
    if (!host) return forward(host);
    auto image = sha256_of_file(request.kernel_image);
    if (!image) return forward(image);
    auto scratch = TempDirectory::create(cache_root() / "tmp", "probe");
    if (!scratch) return forward(scratch);
    bool answered = false;
    auto booted = boot_probe(request, scratch->path(), answered);
    if (!booted) return forward(booted);
    answer.usable = booted->usable() && answered;
    answer.elapsed_s = booted->elapsed_s;
    answer.console_log = booted->console_log;
    if (!answer.usable) answer.reason = booted->reason.empty() ? "the guest did not send the probe's record" : booted->reason;
    // What keeps User Mode Linux from running may be a setting that is gone the next time.
    if (request.kind == MachineKind::uml && !answer.usable) return answer;
    if (auto s = remember(answer, *host, *image); !s) return forward(s);
    return answer;
}

Result<std::optional<ProbeAnswer>> remembered_probe(MachineKind kind, const fs::path& kernel_image) {
    auto host = host_key(kind);
    if (!host) return forward(host);
    auto image = sha256_of_file(kernel_image);
    if (!image) return forward(image);
    for (const auto& entry : read_memory())
        if (belongs_to(entry, *host) && entry.value("image_sha256", "") == *image) return answer_of(entry);
    return std::optional<ProbeAnswer>{};
}

Result<ProbeAnswer> machine_usable(const ProbeRequest& request) {
    auto known = remembered_probe(request.kind, request.kernel_image);
    if (!known) return forward(known);
    if (*known && forbidden_by_host(request.kind).empty()) return **known;
    return probe_machine(request);
}

std::optional<ProbeAnswer> newest_probe(MachineKind kind) {
    auto host = host_key(kind);
    if (!host) return std::nullopt;
    std::optional<ProbeAnswer> newest;
    for (const auto& entry : read_memory())
        if (belongs_to(entry, *host)) newest = answer_of(entry);
    return newest;
}

}  // namespace diobench
