// SPDX-License-Identifier: GPL-2.0-only
// pressure/: while the kernel takes back memory no byte changes.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/proc_numbers.h"

namespace diobench::pressure_cases {

namespace {

constexpr size_t kRead = 256 << 10;
/// What is left to the page cache and everything else, MiB.
constexpr uint64_t kLeftMib = 32;

uint64_t number_of(const std::string& path, const std::string& name) { return number_in(read_file(path).value_or(""), name); }

uint64_t available_mib() { return number_of("/proc/meminfo", "MemAvailable:") >> 10; }
uint64_t stolen_pages() { return number_of("/proc/vmstat", "pgsteal_kswapd ") + number_of("/proc/vmstat", "pgsteal_direct "); }

/// A process that keeps memory the kernel cannot take back, and dies first if there is none left.
Result<ReaderProcess> eat_memory(World& world, int ready_fd) {
    return world.start_reader([ready_fd]() -> std::string {
        (void)write_knob("/proc/self/oom_score_adj", "1000");
        constexpr size_t kStep = 1 << 20;
        while (available_mib() > kLeftMib)
            if (::mmap(nullptr, kStep, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0) == MAP_FAILED) break;
        (void)write_all(ready_fd, ".", "ready");
        for (;;) ::pause();
    });
}

/// The whole file in order, then the next; every byte is checked.
std::string read_through(const OpenFile& file, int flags) {
    auto fd = file.open_again(flags);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kRead);
    if (!buffer) return buffer.error().message();
    for (uint64_t offset = 0; offset <= file.subject.size(); offset += kRead) {
        buffer->poison(kRead);
        const ssize_t n = ::pread(fd->get(), buffer->data(), kRead, static_cast<off_t>(offset));
        const ReadDone done{"pread", flags == 0 ? "buffered" : "direct", offset, n < 0 ? -errno : n};
        if (auto wrong = check_read(file.subject, done, buffer->first(kRead)); !wrong.empty()) return wrong;
    }
    return {};
}

/// Several mounts of the large image, together more than the page cache can hold.
Result<Finding> reads_under_reclaim(World& world) {
    std::vector<OpenFile> files;
    for (int i = 0; i < 4; ++i) {
        auto file = open_file(world, "large", "large", 0);
        if (!file) return forward(file);
        // Fetched before: the RAM disk below needs its memory now.
        if (auto wrong = read_through(*file, 0); !wrong.empty()) return failed("before there was pressure: " + wrong);
        ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_DONTNEED);
        files.push_back(std::move(*file));
    }
    int pipe_fds[2];
    if (::pipe2(pipe_fds, O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    UniqueFd ready(pipe_fds[0]), to(pipe_fds[1]);
    auto eater = eat_memory(world, to.get());
    if (!eater) return forward(eater);
    to.reset();
    char byte = 0;
    if (::read(ready.get(), &byte, 1) != 1) return fail("use up memory", "", "the process that does it died", ExitCode::invalid);
    const uint64_t stolen_before = stolen_pages();
    Complaints complaints;
    for (const auto& file : files) {
        complaints.add(read_through(file, 0));
        if (world.direct() != DirectSupport::refused) complaints.add(read_through(file, O_DIRECT));
    }
    const uint64_t stolen = stolen_pages() - stolen_before;
    auto finding = complaints.finding();
    if (finding.outcome == Outcome::pass && stolen == 0)
        return fail("make the kernel reclaim", "", "no page was taken back: the machine has too much memory for this case", ExitCode::invalid);
    return finding;
}

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"pressure/reclaim", "While memory is short and cached pages are taken back, buffered and direct reads return the right bytes.",
     "mm/vmscan.c; a folio that is taken back while it is read is read again", reads_under_reclaim},
}; }};

}  // namespace

}  // namespace diobench::pressure_cases
