// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/measure_overhead.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/host/overhead/cached_file.h"
#include "bench/host/overhead/instructions.h"
#include "bench/host/overhead/t_io_uring.h"

namespace diobench {

namespace {

constexpr unsigned kIodepths[] = {1, 32};
constexpr unsigned kTIoUringIodepths[] = {1, 32, 128};
/// 256 MiB: each block is read once a run, which takes up to a second.
constexpr uint64_t kBlocks = 65'536;
constexpr uint64_t kBlockBytes = 4096;
/// Reads of ours beside t/io_uring, of which a run takes two seconds.
constexpr uint64_t kReadsBesideTIoUring = 4 * kBlocks;

using Clock = std::chrono::steady_clock;

Status check_programs(const Programs& programs) {
    if (::access(programs.reader.c_str(), X_OK) < 0) return fail("find the reader", programs.reader.string(), "build it: cmake --build build --target diobench-guest");
    if (::access(programs.fio.c_str(), X_OK) < 0) return fail("find fio", programs.fio.string(), "run scripts/setup");
    if (::access(programs.t_io_uring.c_str(), X_OK) < 0) return fail("find t/io_uring", programs.t_io_uring.string(), "run scripts/setup");
    auto valgrind = find_program("valgrind", "valgrind");
    return valgrind ? Status() : Status(forward(valgrind));
}

/// First line of what `program --version` prints.
Result<std::string> version_of(const fs::path& program) {
    auto ran = run_checked({program.string(), "--version"});
    if (!ran) return forward(ran);
    return std::string(trim(std::string_view(ran->output).substr(0, ran->output.find('\n'))));
}

Status describe(const OverheadOptions& options, Overhead& out) {
    out.measured_at = utc_text();
    auto fio = version_of(options.programs.fio);
    if (!fio) return forward(fio);
    out.fio_version = *fio;
    auto valgrind = version_of("valgrind");
    if (!valgrind) return forward(valgrind);
    out.valgrind_version = *valgrind;
    utsname name{};
    if (::uname(&name) == 0) out.host_kernel = name.release;
    out.block_size_bytes = kBlockBytes;
    out.file_bytes = kBlocks * kBlockBytes;
    return {};
}

Status count_instructions(const OverheadOptions& options, const fs::path& scratch, Progress& progress, Overhead& out) {
    size_t done = 0;
    for (unsigned iodepth : kIodepths) {
        InstructionRow row{.iodepth = iodepth};
        for (Side side : {Side::ours, Side::fio}) {
            progress.update(done++, 2 * std::size(kIodepths), fmt::format("{}, iodepth {}", name_of(side), iodepth));
            auto counted = instructions_per_read(side, options.programs, iodepth, scratch);
            if (!counted) return forward(counted);
            (side == Side::ours ? row.ours : row.fio) = *counted;
        }
        out.instructions.push_back(row);
    }
    return {};
}

/// Blocks of 512 bytes that programs which ended had to fetch from a disk (getrusage(2), ru_inblock).
uint64_t fetched_blocks() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return static_cast<uint64_t>(usage.ru_inblock);
}

/// Ours, theirs, theirs, ours: what drifts slowly hits both alike.
Result<IopsRow> run_row(Side them, const OverheadOptions& options, const SideLoad& load, const fs::path& scratch) {
    IopsRow out{.iodepth = load.iodepth, .ours = {}, .theirs = {}};
    for (Side side : {Side::ours, them, them, Side::ours}) {
        auto rate = run_side(side, options.programs, load, scratch, std::chrono::minutes(2));
        if (!rate) return forward(rate);
        (side == Side::ours ? out.ours : out.theirs).push_back(*rate);
    }
    return out;
}

/// Adds a row of reads that all found the file in the page cache.
Status run_cached_row(Side them, const OverheadOptions& options, const SideLoad& load, const CachedFile& file, const fs::path& scratch, IopsRow& row) {
    const uint64_t before = fetched_blocks();
    auto ran = run_row(them, options, load, scratch);
    if (!ran) return forward(ran);
    const uint64_t fetched_bytes = (fetched_blocks() - before) * 512;
    // Programs and libraries are fetched as well, some KiB at a time; a file that does not stay is by the MiB.
    if (!file.is_locked() && fetched_bytes > file.bytes() / 256)
        return fail("measure in the page cache", file.path().string(),
                    fmt::format("it did not stay there: {} was fetched from disk meanwhile; free some memory, or let {} be locked (ulimit -l {})",
                                human_bytes(static_cast<double>(fetched_bytes)), human_bytes(static_cast<double>(file.bytes())), file.bytes() >> 10));
    row.ours.insert(row.ours.end(), ran->ours.begin(), ran->ours.end());
    row.theirs.insert(row.theirs.end(), ran->theirs.begin(), ran->theirs.end());
    return {};
}

Status run_round(const OverheadOptions& options, const CachedFile& file, const fs::path& scratch, Overhead& out) {
    for (auto& row : out.iops) {
        const SideLoad load{.ioengine = "io_uring", .iodepth = row.iodepth, .block_size_bytes = kBlockBytes, .number_ios = kBlocks, .file = file.path()};
        if (auto s = run_cached_row(Side::fio, options, load, file, scratch, row); !s) return s;
    }
    for (auto& row : out.t_io_uring) {
        const SideLoad load{.rw = "read", .noatime = true, .ioengine = std::string(kSameFeaturesEngine), .iodepth = row.iodepth, .block_size_bytes = kBlockBytes, .number_ios = kReadsBesideTIoUring, .file = file.path()};
        if (auto s = run_cached_row(Side::t_io_uring, options, load, file, scratch, row); !s) return s;
    }
    return {};
}

Status compare_iops(const OverheadOptions& options, const fs::path& scratch, Clock::time_point started, Progress& progress, Overhead& out) {
    auto file = CachedFile::make(scratch / "cached", out.file_bytes);
    if (!file) return forward(file);
    for (unsigned iodepth : kIodepths) out.iops.push_back({iodepth, {}, {}});
    for (unsigned iodepth : kTIoUringIodepths) out.t_io_uring.push_back({iodepth, {}, {}});
    Clock::duration longest{};
    for (unsigned round = 0; round < options.rounds; ++round) {
        const auto began = Clock::now();
        if (round >= kFewestRounds && began + longest > started + options.time_limit) break;
        progress.update(round, options.rounds, "ours, theirs, theirs, ours");
        if (auto s = run_round(options, *file, scratch, out); !s) return s;
        longest = std::max(longest, Clock::now() - began);
    }
    return {};
}

}  // namespace

Status probe_io_uring() {
    // io_uring_setup(2) with no parameters: EFAULT if it is allowed at all.
    const long fd = ::syscall(SYS_io_uring_setup, 1, nullptr);
    if (fd >= 0) UniqueFd(static_cast<int>(fd)).reset();
    if (fd >= 0 || errno == EFAULT) return {};
    return fail("use io_uring on this host", "", std::string(std::strerror(errno)) +
                ": not allowed or not there (kernel.io_uring_disabled, a seccomp filter); compare on the exact machine with a workload of engine io_uring and one of engine fio");
}

Result<Overhead> measure_overhead(const OverheadOptions& options) {
    const auto started = Clock::now();
    if (auto s = check_programs(options.programs); !s) return forward(s);
    if (auto s = probe_io_uring(); !s) return forward(s);
    Overhead out;
    if (auto s = describe(options, out); !s) return forward(s);
    auto scratch = TempDirectory::create(cache_root() / "tmp", "overhead-");
    if (!scratch) return forward(scratch);
    Progress progress("instructions");
    if (auto s = count_instructions(options, scratch->path(), progress, out); !s) return forward(s);
    progress.stage("reads a second");
    if (auto s = compare_iops(options, scratch->path(), started, progress, out); !s) return forward(s);
    return out;
}

}  // namespace diobench
