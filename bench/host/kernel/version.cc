// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/version.h"

#include <charconv>
#include <map>

#include "bench/common/base/text.h"

namespace diobench {

Result<KernelVersion> parse_kernel_version(std::string_view text) {
    KernelVersion out;
    std::string_view numbers = text.substr(0, text.find('-'));
    auto parts = split(numbers, '.');
    bool good = parts.size() == 2 || parts.size() == 3;
    for (size_t i = 0; good && i < parts.size(); ++i) {
        const char* end = parts[i].data() + parts[i].size();
        auto [at, ec] = std::from_chars(parts[i].data(), end, out.number[i]);
        good = ec == std::errc() && at == end && out.number[i] >= 0;
    }
    if (!good) return fail("read kernel version", "\"" + std::string(text) + "\"", "expected something like 6.12.117");
    return out;
}

Result<std::string> makefile_version(std::string_view makefile, const std::string& name) {
    std::map<std::string, std::string> value;
    for (const auto& line : split(makefile.substr(0, 4096), '\n'))
        if (size_t equals = line.find('='); equals != std::string::npos)
            value.emplace(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    std::string out = value["VERSION"] + "." + value["PATCHLEVEL"] + "." + value["SUBLEVEL"] + value["EXTRAVERSION"];
    if (!parse_kernel_version(out))
        return fail("read kernel version of", name, "its Makefile has no VERSION, PATCHLEVEL and SUBLEVEL: is this a kernel tree?");
    return out;
}

bool is_version_of(std::string_view name, std::string_view version) {
    return version.starts_with(name) && (version.size() == name.size() || version[name.size()] == '.' || version[name.size()] == '-');
}

}  // namespace diobench
