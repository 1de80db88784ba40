// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/record/probe_init.h"

#include <cstdio>
#include <cstring>

#include "bench/guest/record/leave.h"
#include "bench/guest/record/record_writer.h"

namespace diobench {

namespace {

Status send_probe_record() {
    auto writer = RecordWriter::open_machine();
    if (!writer) return forward(writer);
    if (auto s = writer->write(kProbePayload); !s) return s;
    return writer->finish();
}

}  // namespace

int run_probe_init() {
    if (auto s = send_probe_record(); !s) {
        std::fprintf(stderr, "diobench probe: %s\n", s.error().message().c_str());
        return 1;
    }
    std::fprintf(stderr, "diobench probe: end the machine: %s\n", std::strerror(leave_machine()));
    return 1;
}

}  // namespace diobench
