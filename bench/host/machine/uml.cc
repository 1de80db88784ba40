// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/uml.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

Result<std::vector<std::string>> uml_parameters(const BootRequest& request, const BootFiles& files) {
    if (request.cpus != 1)
        return fail("boot", request.label, fmt::format("User Mode Linux has one CPU, {} were asked for", request.cpus));
    if (!request.cache_device.empty() || request.cache_disk_bytes != 0)
        return fail("boot", request.label, "the uml machine has no disk of the host's: its cache lies on a RAM disk or null_blk");
    std::vector<std::string> out = {
        fmt::format("mem={}M", request.memory_mib), "initrd=" + request.initramfs.string(), "uml_dir=" + files.scratch.string(),
        // User space's console and the kernel's are both the process's output.
        "con0=null,fd:1", "con=null", "ssl0=null,fd:3", "ssl=null", "diobench.records=/dev/ttyS0",
        "rdinit=/init", "loglevel=7", "panic=-1", "norandmaps"};
    for (const auto& word : split(request.extra_command_line, ' '))
        if (!word.empty()) out.push_back(word);
    return out;
}

}  // namespace diobench
