// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/verify_queued.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/common/image/layout.h"
#include "bench/common/plan/requests.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

namespace {

/// All buffers of a batch together.
constexpr size_t kBatchBytes = 1 << 20;
constexpr int kLimitMs = 120'000;

struct QueuedStep {
    std::string_view engine;
    uint64_t block_size_bytes;
    unsigned iodepth;
    Pattern pattern;
};
constexpr std::array<QueuedStep, 2> kSteps = {{{"libaio", kBlockBytes, 32, Pattern::random}, {"io_uring", 128 << 10, 8, Pattern::sequential}}};
static_assert(std::ranges::all_of(kSteps, [](const QueuedStep& step) { return step.block_size_bytes * step.iodepth <= kBatchBytes; }));

std::vector<Request> requests_of(const QueuedStep& step, const KnownContent& content, uint64_t seed) {
    const uint64_t reads = (content.size_bytes() + step.block_size_bytes - 1) / step.block_size_bytes;
    std::vector<Request> out;
    for (uint64_t offset : make_offsets(step.pattern, step.block_size_bytes, reads, reads * step.block_size_bytes, seed))
        out.push_back({offset, static_cast<uint32_t>(step.block_size_bytes), static_cast<uint32_t>(std::min(step.block_size_bytes, content.size_bytes() - offset)), 0});
    return out;
}

/// The buffers of a batch that is done.
std::string check_batch(const ReadPlan& plan, const ReadStats& stats, const KnownContent& content) {
    if (stats.errors != 0)
        return fmt::format("{} of {} reads {}", stats.errors, stats.ops, stats.first_errno != 0 ? std::strerror(stats.first_errno) : "came back with another length than was right");
    for (size_t slot = 0; slot < plan.requests.size(); ++slot) {
        const Request& request = plan.requests[stats.last_request[slot]];
        auto wrong = content.first_mismatch(request.offset_bytes, {plan.buffer(static_cast<unsigned>(slot)), request.expected_bytes});
        if (wrong) return fmt::format("wrong bytes at offset {} (read of {} at {})", *wrong, request.length_bytes, request.offset_bytes);
    }
    return {};
}

/// Batch after batch, each read into a buffer of its own.
std::string check_file(const QueuedStep& step, int fd, const KnownContent& content, uint64_t seed, std::byte* buffers) {
    const auto requests = requests_of(step, content, seed);
    ReadPlan plan;
    plan.fds = {&fd, 1};
    plan.requests = requests;
    plan.slot_bytes = static_cast<uint32_t>(step.block_size_bytes);
    plan.iodepth = plan.slots = step.iodepth;
    plan.buffers = buffers;
    plan.direct = true;
    auto info = find_engine(step.engine);
    if (!info) return info.error().message();
    auto engine = (*info)->create();
    if (auto s = engine->prepare(plan); !s) return is_refusal(s.error()) ? "" : s.error().message();
    for (size_t begin = 0; begin < requests.size(); begin += step.iodepth) {
        plan.requests = std::span(requests).subspan(begin, std::min<size_t>(step.iodepth, requests.size() - begin));
        std::memset(buffers, 0xA5, plan.requests.size() * step.block_size_bytes);
        ReadStats stats;
        std::string wrong;
        if (auto s = engine->run(plan, stats); !s) wrong = s.error().message();
        else wrong = check_batch(plan, stats, content);
        if (!wrong.empty()) return fmt::format("{}, {} with {} reads of {} bytes under way", wrong, step.engine, plan.requests.size(), step.block_size_bytes);
    }
    return {};
}

std::string check_files(const std::vector<const TestFile*>& files, const std::string& directory, uint64_t seed, KnownContents& contents) {
    auto buffers = AlignedBuffer::create(kBatchBytes);
    if (!buffers) return buffers.error().message();
    for (const TestFile* file : files) {
        auto fd = UniqueFd::open(directory + "/" + file->name, O_RDONLY | O_DIRECT);
        if (!fd) return fd.error().message();
        const KnownContent& content = contents.of(file->content(seed));
        for (const QueuedStep& step : kSteps)
            if (std::string wrong = check_file(step, fd->get(), content, seed, buffers->data()); !wrong.empty()) return files.size() == 1 ? wrong : file->name + ": " + wrong;
    }
    return {};
}

/// What the child said until it ended; nothing if it does not end.
std::optional<std::string> hear(int fd) {
    std::string out;
    std::array<char, 4096> buffer;
    for (;;) {
        pollfd ready{fd, POLLIN, 0};
        const int came = ::poll(&ready, 1, kLimitMs);
        if (came < 0 && errno == EINTR) continue;
        if (came <= 0) return std::nullopt;
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return out;
        out.append(buffer.data(), static_cast<size_t>(n));
    }
}

}  // namespace

Result<std::string> verify_queued(const std::vector<const TestFile*>& files, const std::string& directory, uint64_t seed, KnownContents& contents) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return fail_errno("make", "pipe");
    UniqueFd heard_at(ends[0]);
    UniqueFd said_at(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "reader");
    if (pid == 0) {
        const std::string wrong = check_files(files, directory, seed, contents);
        (void)write_all(said_at.get(), wrong, "pipe");
        ::_exit(0);
    }
    said_at.reset();
    auto heard = hear(heard_at.get());
    if (!heard) {
        ::kill(pid, SIGKILL);
        return fmt::format("hang: direct reads with a queue did not come back within {} s", kLimitMs / 1000);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (heard->empty() && status != 0) return std::string("the process that reads directly with a queue died");
    return std::move(*heard);
}

}  // namespace diobench
