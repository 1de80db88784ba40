// SPDX-License-Identifier: GPL-2.0-only
// The one program of a guest.  As process 1 it is init (or the probe, if the
// kernel command line says diobench.role=probe), else the reader.
#include <cstdio>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/base/files.h"
#include "bench/engine/reader.h"
#include "bench/guest/init.h"
#include "bench/machine/probe_init.h"

int main(int argc, char** argv) {
    if (::getpid() != 1) return diobench::reader_main(argc, argv);
    ::mkdir("/proc", 0755);
    ::mount("none", "/proc", "proc", 0, nullptr);
    auto command_line = diobench::read_file("/proc/cmdline");
    if (command_line && command_line->find("diobench.role=probe") != std::string::npos) return diobench::run_probe_init();
    diobench::init_main();
}
