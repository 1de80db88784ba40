// SPDX-License-Identifier: GPL-2.0-only
// The one program of a guest, and of machine host.  As process 1 it is the init that
// the kernel command line asks for (diobench.role=...), else the reader.
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/fio/meeting.h"
#include "bench/guest/cell/init.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/conformance/conform_init.h"
#include "bench/guest/conformance/plan.h"
#include "bench/guest/engine/reader.h"
#include "bench/guest/record/probe_init.h"

int main(int argc, char** argv) {
    if (std::string_view(argv[0]).ends_with("sh")) return diobench::meeting_shell_main(argc, argv);
    if (argc == 4 && std::string_view(argv[1]) == "--host-plan") return diobench::host_main(argv[2], argv[3]);
    if (::getpid() != 1) return diobench::reader_main(argc, argv);
    if (auto s = diobench::mount_system(); !s) std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
    const std::string command_line = diobench::read_file("/proc/cmdline").value_or("");
    if (command_line.find("diobench.role=probe") != std::string::npos) return diobench::run_probe_init();
    if (command_line.find(diobench::kConformanceRole) != std::string::npos) diobench::conform_main();
    diobench::init_main();
}
