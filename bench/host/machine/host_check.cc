// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/host_check.h"

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <regex>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/image/mkfs.h"
#include "bench/host/machine/probe.h"

namespace diobench {

namespace {

// A kernel tree with its objects is about 2 GiB, the unpacked source 1.5 GiB.
constexpr uint64_t kNeededDiskBytes = uint64_t{4} << 30;
// A gate's logs and results are some 50 MiB; the compiler keeps what it hands on in the folder of temporary files.
constexpr uint64_t kNeededOutputBytes = uint64_t{256} << 20;
constexpr uint64_t kNeededTemporaryBytes = uint64_t{256} << 20;
// One machine of 512 MiB, the compiler, and room for the host.
constexpr uint64_t kNeededMemoryBytes = uint64_t{3} << 29;
constexpr auto kVersionTimeLimit = std::chrono::seconds(10);

// Reads the versions without importing, which would take a second.
constexpr const char* kPythonCheck = "import sys, importlib.metadata as m\n"
                                     "v = [n + ' ' + m.version(n) for n in ('matplotlib', 'jinja2')]\n"
                                     "print(sys.version.split()[0], *v)";

struct Program {
    const char* group;
    const char* name;
    const char* version_option;  ///< empty: it takes too long to start, its path is enough
    const char* package;
    CheckState if_missing;
};

// A row here has its package in scripts/setup; tests/host/machine/setup_test.cc compares.
constexpr std::array kPrograms = {
    Program{"build", "gcc", "-dumpfullversion", "gcc", CheckState::missing},
    Program{"build", "make", "--version", "make", CheckState::missing},
    Program{"build", "flex", "--version", "flex", CheckState::missing},
    Program{"build", "bison", "--version", "bison", CheckState::missing},
    Program{"build", "bc", "--version", "bc", CheckState::missing},
    Program{"build", "lz4", "--version", "lz4", CheckState::missing},
    Program{"build", "xz", "--version", "xz-utils", CheckState::missing},
    Program{"build", "git", "--version", "git", CheckState::missing},
    Program{"measure", "qemu-system-x86_64", "--version", "qemu-system-x86", CheckState::missing},
    Program{"measure", "mkfs.erofs", "--version", "erofs-utils", CheckState::missing},
    Program{"measure", "mke2fs", "-V", "e2fsprogs", CheckState::missing},
    Program{"measure", "fio", "--version", "fio", CheckState::optional},
    Program{"tests", "promtool", "--version", "prometheus", CheckState::optional},
    Program{"tests", "chromium", "", "chromium", CheckState::optional},
};

struct File {
    const char* group;
    const char* name;
    const char* path;
    const char* package;
};

constexpr std::array kFiles = {
    File{"build", "libelf", "/usr/include/gelf.h", "libelf-dev"},
    File{"build", "kernel source", "/usr/src/linux-source-6.12.tar.xz", "linux-source-6.12"},
};

std::string advice_for(const Program& program) {
    return std::string_view(program.group) == "tests" ? "only for the tests: scripts/setup --tests"
                                                      : how_to_install(program.package);
}

/// The first word that looks like a version ("v1.9.4", "fio-3.33", "4.3,"), without what is around the
/// number; the first line if there is none.
std::string version_in(std::string_view text) {
    static const std::regex pattern(R"([0-9]+(\.[0-9]+)+\S*)");
    std::cmatch match;
    if (!std::regex_search(text.data(), text.data() + text.size(), match, pattern)) return std::string(trim(text.substr(0, text.find('\n'))));
    std::string version = match.str();
    while (version.back() == ',' || version.back() == ')') version.pop_back();
    return version;
}

/// What is called: of mkfs.erofs the one that images are made with, not a later one on PATH.
Result<fs::path> program_of(const Program& program) {
    if (std::string_view(program.name) == "mkfs.erofs")
        if (auto mkfs = Mkfs::find()) return mkfs->program;
    return find_program(program.name, program.package);
}

HostCheck check_program(const Program& program) {
    HostCheck check{program.group, program.name, CheckState::ok, "", ""};
    auto path = program_of(program);
    if (!path) {
        check.state = program.if_missing;
        check.found = "not installed";
        check.advice = advice_for(program);
        return check;
    }
    check.found = path->string();
    if (std::string_view(program.version_option).empty()) return check;
    CommandOptions options;
    options.time_limit = kVersionTimeLimit;
    auto ran = run_command({path->string(), program.version_option}, options);
    // mkfs.erofs 1.5 prints its version as part of a complaint; what cannot be
    // executed or dies has these statuses.
    if (!ran || ran->timed_out || ran->exit_status >= 126) {
        check.state = program.if_missing;
        check.found = fmt::format("{} does not run: {}", path->string(), ran ? last_lines(ran->output, 1) : ran.error().message());
        check.advice = fmt::format("apt install --reinstall {}", program.package);
        return check;
    }
    check.found = version_in(ran->output);
    return check;
}

HostCheck check_file(const File& file) {
    HostCheck check{file.group, file.name, CheckState::ok, file.path, ""};
    const char* other = std::getenv("DIOBENCH_KERNEL_SOURCE");
    if (std::string_view(file.name) == "kernel source" && other != nullptr) check.found = other;
    if (::access(check.found.c_str(), R_OK) == 0) return check;
    check.state = CheckState::missing;
    check.found += " is not there";
    check.advice = how_to_install(file.package);
    return check;
}

/// Debian's own python3: one found earlier on PATH may lack the modules.
HostCheck check_python() {
    HostCheck check{"report", "python3", CheckState::ok, "", ""};
    std::string tried;
    for (const char* candidate : {"/usr/bin/python3", "python3"}) {
        auto ran = run_command({candidate, "-c", kPythonCheck});
        if (ran && ran->exit_status == 0) {
            check.found = fmt::format("{} {}", candidate, trim(ran->output));
            return check;
        }
        tried = ran ? last_lines(ran->output, 1) : ran.error().message();
    }
    check.state = CheckState::missing;
    check.found = tried;
    check.advice = how_to_install("python3 python3-matplotlib python3-jinja2");
    return check;
}

uint64_t memory_field_bytes(std::string_view name) {
    for (const auto& line : split(read_file("/proc/meminfo").value_or(""), '\n'))
        if (line.starts_with(name)) return std::strtoull(line.c_str() + name.size(), nullptr, 10) * 1024;
    return 0;
}

HostCheck check_memory() {
    const uint64_t available = memory_field_bytes("MemAvailable:");
    HostCheck check{"host", "memory", CheckState::ok,
                    fmt::format("{} of {} available", human_bytes(static_cast<double>(available)),
                                human_bytes(static_cast<double>(memory_field_bytes("MemTotal:")))), ""};
    if (available >= kNeededMemoryBytes) return check;
    check.state = CheckState::missing;
    check.advice = fmt::format("a build and a machine need about {}", human_bytes(static_cast<double>(kNeededMemoryBytes)));
    return check;
}

/// A folder that is needed: it can be written and has room.
struct Room {
    const char* name;
    fs::path folder;
    uint64_t needed_bytes;
    const char* what;     ///< what needs it
    const char* instead;  ///< how to take another folder
};

/// `folder`, or what there is of it: it may be made later.
fs::path existing_part(fs::path folder) {
    std::error_code none;
    folder = fs::absolute(folder, none);
    while (!fs::exists(folder, none) && folder.has_relative_path()) folder = folder.parent_path();
    return folder;
}

HostCheck check_room(const Room& room) {
    HostCheck check{"host", room.name, CheckState::ok, "", ""};
    const fs::path place = existing_part(room.folder);
    struct statvfs st {};
    if (::access(place.c_str(), W_OK) != 0 || ::statvfs(place.c_str(), &st) != 0) {
        check.state = CheckState::missing;
        check.found = fail_errno("write to", place.string()).value().message();
        check.advice = room.instead;
        return check;
    }
    const uint64_t free_bytes = uint64_t{st.f_bavail} * st.f_frsize;
    check.found = fmt::format("{} free in {}", human_bytes(static_cast<double>(free_bytes)), room.folder.string());
    if (free_bytes >= room.needed_bytes) return check;
    check.state = CheckState::missing;
    check.advice = fmt::format("{} about {}: free some, or {}", room.what, human_bytes(static_cast<double>(room.needed_bytes)), room.instead);
    return check;
}

std::vector<HostCheck> check_rooms() {
    std::error_code none;
    return {check_room({"cache", cache_root(), kNeededDiskBytes, "building kernels needs", "set DIOBENCH_CACHE to a folder of yours with room"}),
            check_room({"output", "out", kNeededOutputBytes, "logs and results of runs need", "take another folder with --out DIR"}),
            check_room({"temporary files", fs::temp_directory_path(none), kNeededTemporaryBytes, "compilers need", "set TMPDIR to a folder with room"})};
}

HostCheck check_cpu() {
    HostCheck check{"host", "cpu", CheckState::ok, fmt::format("{} x {}", ::sysconf(_SC_NPROCESSORS_ONLN), host_cpu_model()), ""};
#ifndef __x86_64__
    check.state = CheckState::missing;
    check.advice = "kernels are built and run for x86-64";
#endif
    return check;
}

}  // namespace

std::vector<HostCheck> check_host() {
    std::vector<HostCheck> checks = {check_cpu(), check_memory()};
    for (auto& room : check_rooms()) checks.push_back(std::move(room));
    for (const auto& program : kPrograms)
        if (!is_installed() || std::string_view(program.group) != "tests") checks.push_back(check_program(program));
    for (const auto& file : kFiles) checks.push_back(check_file(file));
    checks.push_back(check_python());
    return checks;
}

}  // namespace diobench
