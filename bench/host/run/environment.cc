// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/environment.h"

#include <ctime>
#include <fmt/chrono.h>
#include <random>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/common/digest/sha256.h"
#include "bench/common/image/mkfs.h"
#include "bench/host/machine/probe.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/profile/function_rules.h"
#include "bench/host/profile/read_profiles.h"

namespace diobench {

namespace {

/// Value behind `separator` of the first line that starts with `key`.
std::string value_of(const std::string& text, std::string_view key, char separator) {
    for (const auto& line : split(text, '\n'))
        if (line.starts_with(key))
            if (auto at = line.find(separator); at != std::string::npos) {
                std::string value(trim(std::string_view(line).substr(at + 1)));
                std::erase(value, '"');
                return value;
            }
    return {};
}

std::string first_line(const std::vector<std::string>& argv) {
    auto result = run_command(argv);
    if (!result || result->exit_status != 0) return "unknown";
    return std::string(trim(result->output.substr(0, result->output.find('\n'))));
}

/// "mkfs.erofs 1.5", said before it complains of --version; "mkfs.erofs (erofs-utils) 1.8.6".
std::string mkfs_version() {
    auto mkfs = Mkfs::find();
    std::string version = mkfs ? value_of(mkfs->version, "mkfs.erofs ", ' ') : "";
    version.erase(0, version.rfind(' ') + 1);
    return version.empty() ? "unknown" : version;
}

/// Of the program that measures: another one executes other instructions.
std::string guest_id() {
    auto digest = sha256_of_file(installed_guest_program());
    return digest ? digest->substr(0, 16) : "unknown";
}

/// What counts by function, and by which rules metrics follow from that.
std::string counting_id() {
    auto content = exact_plugin().and_then([](const fs::path& plugin) { return read_file(plugin); });
    return content ? sha256_hex(*content + function_rules_text()).substr(0, 12) : "unknown";
}

/// An installed diobench has its revision in a file.
std::string revision() {
    if (auto written = read_file(project_root() / "revision")) return std::string(trim(*written));
    return first_line({"git", "-C", project_root().string(), "describe", "--always", "--dirty", "--abbrev=12"});
}

}  // namespace

Run begin_run(const std::string& suite, std::string_view machine, uint64_t seed, const std::vector<std::string>& argv) {
    std::random_device random;
    const std::time_t now = std::time(nullptr);
    Run run;
    run.id = fmt::format("{:%Y%m%dT%H%M%S}-{}-{}-{:04x}", fmt::gmtime(now), suite, machine, random() & 0xFFFF);
    run.started_at = utc_text(now);
    run.suite = suite;
    run.machine = machine;
    run.seed = static_cast<int64_t>(seed);
    run.host = describe_host();
    run.tool = tool_versions();
    run.argv = argv;
    return run;
}

HostInfo describe_host() {
    HostInfo host;
    host.cpu = value_of(read_file("/proc/cpuinfo").value_or(""), "model name", ':');
    host.cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
    host.memory_bytes = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    utsname name{};
    ::uname(&name);
    host.kernel = name.release;
    host.os = value_of(read_file("/etc/os-release").value_or(""), "PRETTY_NAME", '=');
    return host;
}

std::map<std::string, std::string> tool_versions() {
    return {{"version", DIOBENCH_VERSION},
            {"git", revision()},
            {"qemu", first_line({"qemu-system-x86_64", "--version"})},
            {"compiler", first_line({"gcc", "--version"})},
            {"guest", guest_id()},
            {kCountingTool, counting_id()},
            {"mkfs_erofs", mkfs_version()}};
}

ClockInfo clock_of(MachineKind machine, Accelerator accelerator) {
    if (machine == MachineKind::exact)
        return {"virtual", "1 guest instruction = 1 ns; idle time is skipped to the next timer", true,
                "An instruction count, not the speed of any real machine: caches, memory bandwidth, branch prediction and "
                "contention are not in it. Equal runs give equal bytes."};
    if (machine == MachineKind::uml)
        return {"real", "1 ns of the host", true,
                "User Mode Linux: the kernel is a process of the host, its system calls cost about 15 us more than on a machine."};
    if (machine == MachineKind::host)
        return {"real", "1 ns", true, "Wall clock of this host's own kernel; it has the noise of everything else that runs here."};
    if (accelerator == Accelerator::tcg)
        return {"real", "1 ns of an emulated machine", false,
                "The machine was emulated: its clock means nothing. Only bytes, counts and page cache may be read from this run."};
    return {"real", "1 ns", true, "Wall clock of a virtual machine with KVM; it has the noise of its host."};
}

}  // namespace diobench
