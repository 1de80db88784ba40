// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/record/record_writer.h"

#include <fcntl.h>
#include <sys/io.h>
#include <termios.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/record/record_wire.h"

namespace diobench {

namespace {

/// The terminal the kernel command line names; empty if it names none.
Result<std::string> records_terminal() {
    auto command_line = read_file("/proc/cmdline");
    if (!command_line) return forward(command_line);
    for (const auto& word : split(trim(*command_line), ' '))
        if (word.starts_with(kRecordsParameter)) return word.substr(kRecordsParameter.size());
    return std::string();
}

/// Bytes as they are: no echo, no "\n" to "\r\n".
Status make_raw(int fd, const std::string& path) {
    termios settings{};
    if (::tcgetattr(fd, &settings) < 0) return fail_errno("read settings of", path);
    ::cfmakeraw(&settings);
    if (::tcsetattr(fd, TCSANOW, &settings) < 0) return fail_errno("make raw", path);
    return {};
}

}  // namespace

Result<RecordWriter> RecordWriter::open_machine() {
    auto path = records_terminal();
    if (!path) return forward(path);
    if (path->empty()) return open_port();
    auto fd = UniqueFd::open(*path, O_RDWR | O_NOCTTY);
    if (!fd) return forward(fd);
    if (auto s = make_raw(fd->get(), *path); !s) return forward(s);
    // Open for as long as the machine lives: a terminal that is closed may be reset.
    return RecordWriter(fd->release());
}

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
