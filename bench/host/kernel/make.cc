// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/make.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>
#include <thread>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/disk_space.h"

namespace diobench {

const TargetTraits& traits(Target target) {
    static const TargetTraits bzimage{"bzimage", "x86_64", "x86", "bzImage", "arch/x86/boot/bzImage", "exact", {"x86"}, {}};
    static const TargetTraits uml{"uml", "um", "um", "linux", "linux", "uml", {"uml"}, {}};
    // The stub is mapped into each user process, where there is no shadow memory.
    static const TargetTraits uml_checked{"uml-checked", "um", "um", "linux", "linux", "uml", {"uml", "checked"},
                                          {"KASAN_SANITIZE_stub.o=n", "KASAN_SANITIZE_stub_segv.o=n"}};
    static const TargetTraits smp_checked{"smp-checked", "x86_64", "x86", "bzImage", "arch/x86/boot/bzImage", "exact", {"x86", "checked"}, {}};
    switch (target) {
        case Target::bzimage: return bzimage;
        case Target::uml: return uml;
        case Target::uml_checked: return uml_checked;
        case Target::smp_checked: return smp_checked;
    }
    return bzimage;
}

std::vector<std::string> make_variables(Target target) {
    std::vector<std::string> out = {
        fmt::format("ARCH={}", traits(target).arch), "CROSS_COMPILE=", "LOCALVERSION=", "KCFLAGS=-pipe", "KAFLAGS=", "KCPPFLAGS=",
        "KBUILD_BUILD_TIMESTAMP=2020-01-01 00:00:00 UTC", "KBUILD_BUILD_VERSION=1", "KBUILD_BUILD_USER=diobench",
        "KBUILD_BUILD_HOST=diobench", "KBUILD_VERBOSE=0"};
    const auto& own = traits(target).make_variables;
    out.insert(out.end(), own.begin(), own.end());
    return out;
}

namespace {

Result<std::string> ask_toolchain() {
    std::string out;
    for (const char* tool : {"gcc", "as", "ld"}) {
        auto r = run_checked({tool, "--version"});
        if (!r) {
            r.error().text += ": " + how_to_install("gcc binutils");
            return forward(r);
        }
        out += r->output.substr(0, r->output.find('\n')) + "\n";
    }
    return out;
}

}  // namespace

Result<std::string> toolchain_version() {
    static const Result<std::string> version = ask_toolchain();
    return version;
}

std::string_view object_of_line(std::string_view line) {
    if (!line.starts_with("  ") || line.size() < 3 || line[2] < 'A' || line[2] > 'Z' || !line.ends_with(".o")) return {};
    return line.substr(line.rfind(' ') + 1);
}

std::string first_build_error(std::string_view output, const fs::path& source) {
    static const std::regex said(R"((^\S+?:\d+:(\d+:)? (fatal )?error: .*)|(^.*: undefined reference to .*)|(^(gcc|cc1|ld|as|objtool|collect2|make(\[\d+\])?): .*(error|failed|No rule).*)|(^ERROR: .*)|(^.*: (error|not found|command not found)(:.*|$)))");
    std::string last_resort;
    for (const auto& line : split(output, '\n')) {
        std::smatch m;
        if (!std::regex_search(line, m, said)) {
            if (line.find(" *** ") != std::string::npos && last_resort.empty()) last_resort = line;
            continue;
        }
        std::string found = line;
        const std::string prefix = source.string() + "/";
        for (size_t at; (at = found.find(prefix)) != std::string::npos;) found.erase(at, prefix.size());
        return found;
    }
    return last_resort.empty() ? std::string(trim(last_lines(output, 1))) : last_resort;
}

Result<MakeResult> run_make(const fs::path& source, const fs::path& objects, Target target, const std::vector<std::string>& goals,
                            const fs::path& log, const fs::path& lock, const std::function<void(std::string_view)>& on_object) {
    // An outer make's job server, and variables that kbuild would take from the environment.
    std::vector<std::string> argv = {"env"};
    for (const char* name : {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES", "KBUILD_OUTPUT", "KCONFIG_CONFIG", "KBUILD_EXTMOD",
                             "KBUILD_DEFCONFIG", "KBUILD_EXTRA_WARN", "INSTALL_MOD_PATH", "HOSTCFLAGS", "CC", "LD", "LLVM", "V", "W", "C", "O"})
        argv.insert(argv.end(), {"-u", name});
    // flock(1) leaves its descriptor open in make and all that make starts.  If
    // we are killed, make dies with us and what it started at the next line it prints.
    argv.insert(argv.end(), {"flock", "--no-fork", lock.string(), "make", "-C", source.string(), "O=" + objects.string(),
                             fmt::format("-j{}", std::max(1u, std::thread::hardware_concurrency()))});
    for (auto& variable : make_variables(target)) argv.push_back(std::move(variable));
    argv.insert(argv.end(), goals.begin(), goals.end());

    CommandOptions options;
    options.environment = {{"LC_ALL", "C"}, {"TZ", "UTC"}};
    options.log = log;
    if (on_object)
        options.on_line = [&](std::string_view line) {
            if (auto object = object_of_line(line); !object.empty()) on_object(object);
        };
    auto r = run_command(argv, options);
    if (!r && interrupted()) return interrupted_error("make " + goals.back());
    if (!r) return forward(r);
    MakeResult out;
    out.ok = r->exit_status == 0;
    if (!out.ok) {
        out.disk_full = says_disk_full(r->output);
        out.failure = first_build_error(r->output, source);
    }
    return out;
}

}  // namespace diobench
