// SPDX-License-Identifier: GPL-2.0-only
#include "bench/machine/record_writer.h"

#include <sys/io.h>

#include "bench/base/files.h"
#include "bench/machine/record_wire.h"

namespace diobench {

Result<RecordWriter> RecordWriter::open_port() {
    if (::ioperm(kRecordPort, 1, 1) < 0) return fail_errno("ask for I/O port", "0xe9");
    return RecordWriter(kPort);
}

// The device answers a read with its own port number (hw/char/debugcon.c, "readback").
bool RecordWriter::port_present() { return ::inb(kRecordPort) == kRecordPort; }

Status RecordWriter::put(std::string_view line) const {
    if (fd_ != kPort) return write_all(fd_, line, "record stream");
    // One REP OUTSB: under KVM the bytes of up to a page leave in one exit.
    ::outsb(kRecordPort, line.data(), line.size());
    return {};
}

Status RecordWriter::write(std::string_view payload) {
    if (finished_) return fail("write record", "", "the stream was finished already", ExitCode::invalid);
    if (payload.find('\n') != std::string_view::npos)
        return fail("write record", "", "the payload has a line end", ExitCode::invalid);
    if (auto s = put(record_line(payload)); !s) return s;
    ++count_;
    return {};
}

Status RecordWriter::finish() {
    if (finished_) return fail("finish records", "", "the stream was finished already", ExitCode::invalid);
    finished_ = true;
    return put(end_line(count_));
}

}  // namespace diobench
