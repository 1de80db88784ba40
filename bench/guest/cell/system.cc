// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/system.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/record/leave.h"

namespace diobench {

Status mount_system() {
    struct Mount {
        const char* type;
        const char* path;
    };
    for (auto [type, path] : {Mount{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"configfs", "/sys/kernel/config"}}) {
        ::mkdir(path, 0755);
        if (::mount("none", path, type, 0, nullptr) < 0 && errno != EBUSY) return fail_errno(std::string("mount ") + type, path);
    }
    return {};
}

Status seed_random(uint64_t seed) {
    struct {
        int entropy_count;
        int buffer_bytes;
        std::array<uint64_t, 8> buffer;
    } pool{512, 64, {}};
    for (size_t i = 0; i < pool.buffer.size(); ++i) pool.buffer[i] = (seed + i + 1) * 0x9E3779B97F4A7C15u;
    auto fd = UniqueFd::open("/dev/urandom", O_RDWR);
    if (!fd) return forward(fd);
    if (::ioctl(fd->get(), RNDADDENTROPY, &pool) < 0) return fail_errno("RNDADDENTROPY", "/dev/urandom");
    if (::ioctl(fd->get(), RNDRESEEDCRNG) < 0) return fail_errno("RNDRESEEDCRNG", "/dev/urandom");
    return {};
}

Result<std::vector<std::string>> missing_config(const std::vector<std::string>& wanted) {
    gzFile file = ::gzopen("/proc/config.gz", "rb");
    if (file == nullptr) return fail_errno("open", "/proc/config.gz");
    std::string text = "\n";
    std::array<char, 16384> buffer;
    for (int n; (n = ::gzread(file, buffer.data(), buffer.size())) > 0;) text.append(buffer.data(), static_cast<size_t>(n));
    ::gzclose(file);
    std::vector<std::string> missing;
    for (const auto& line : wanted)
        if (text.find("\n" + line + "\n") == std::string::npos) missing.push_back(line);
    return missing;
}

namespace {

void sleep_ns(long ns) {
    timespec left{0, ns};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

/// Value of the first "key : value" line.
std::string colon_value(const std::string& text, const std::string& key) {
    for (const auto& line : split(text, '\n'))
        if (line.starts_with(key))
            if (auto colon = line.find(':'); colon != std::string::npos) return std::string(trim(line.substr(colon + 1)));
    return {};
}

}  // namespace

Result<nlohmann::json> describe_machine() {
    auto cpu = read_file("/proc/cpuinfo");
    if (!cpu) return forward(cpu);
    auto memory = read_file("/proc/meminfo");
    if (!memory) return forward(memory);
    auto clock = read_file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (!clock) return forward(clock);
    auto command_line = read_file("/proc/cmdline");
    if (!command_line) return forward(command_line);
    utsname name{};
    ::uname(&name);
    return nlohmann::json{{"kernel_release", name.release},
                          {"kernel_version", name.version},
                          {"clocksource", trim(*clock)},
                          {"cpu", colon_value(*cpu, "model name")},
                          {"cpu_flags", colon_value(*cpu, "flags")},
                          {"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
                          {"memory", colon_value(*memory, "MemTotal")},
                          {"command_line", trim(*command_line)}};
}

std::string exact_machine_fault(const nlohmann::json& description) {
    std::string fault;
    if (std::string clock = description.at("clocksource"); clock != "tsc")
        fault += "the clock source is " + clock + ", not tsc; ";
    std::string flags = " " + description.at("cpu_flags").get<std::string>() + " ";
    for (const char* flag : {"erms", "fsrm", "rdrand", "rdseed"})
        if (flags.find(std::string(" ") + flag + " ") != std::string::npos) fault += std::string("the CPU has ") + flag + "; ";
    if (!fault.empty()) fault.resize(fault.size() - 2);
    return fault;
}

Status wait_for_clock() {
    // The kernel calibrates the time-stamp counter for about a second before it leaves "tsc-early".
    for (int i = 0; i < 100; ++i) {
        auto clock = read_file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        if (!clock) return forward(clock);
        if (trim(*clock) != "tsc-early") return {};
        sleep_ns(50'000'000);
    }
    return {};
}

void settle() {
    ::sync();
    ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
    sleep_ns(100'000'000);
    ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

void wait_for_tick() {
    constexpr int64_t kBehindTick_ns = 500'000;
    constexpr int64_t kSecond_ns = 1'000'000'000;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t now_ns = now.tv_sec * kSecond_ns + now.tv_nsec;
    const int64_t until_ns = (now_ns / kTickRaster_ns + 1) * kTickRaster_ns + kBehindTick_ns;
    const timespec until{until_ns / kSecond_ns, until_ns % kSecond_ns};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {}
}

Status drop_caches() {
    ::sync();
    // A dentry that was used lately survives once (DCACHE_REFERENCED), and with it its inode: whoever opens the file then reads less.
    if (auto s = write_knob("/proc/sys/vm/drop_caches", "3"); !s) return s;
    return write_knob("/proc/sys/vm/drop_caches", "3");
}

void power_off() {
    leave_machine();
    for (;;) ::pause();
}

}  // namespace diobench
