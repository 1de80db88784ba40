// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/run_cell.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/files.h"
#include "bench/guest/system.h"

namespace diobench {

namespace {

// In the guest's own time.  On the exact machine idle time costs nothing, so a
// hang is seen at once.
constexpr int kReaderLimitMs = 120'000;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) < 0) return fail_errno("create", "pipe");
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// The reading process and the three pipes between it and us.
class Reader {
public:
    static Result<Reader> start(const Cell& cell, const nlohmann::json& target, uint64_t seed) {
        auto to = make_pipe();
        if (!to) return forward(to);
        auto from = make_pipe();
        if (!from) return forward(from);
        auto result = make_pipe();
        if (!result) return forward(result);
        std::vector<std::string> args = {"diobench-read", "--cell", cell.to_json().dump(), "--target", target.dump(),
                                         "--randseed", std::to_string(seed), "--sync_in", std::to_string(to->read.get()),
                                         "--sync_out", std::to_string(from->write.get()),
                                         "--result", std::to_string(result->write.get())};
        std::vector<char*> argv;
        for (auto& a : args) argv.push_back(a.data());
        argv.push_back(nullptr);
        pid_t pid = ::fork();
        if (pid < 0) return fail_errno("start", "reader");
        if (pid == 0) {
            for (int fd : {to->read.get(), from->write.get(), result->write.get()}) ::fcntl(fd, F_SETFD, 0);
            ::execv("/proc/self/exe", argv.data());
            ::_exit(127);
        }
        return Reader(pid, std::move(to->write), std::move(from->read), std::move(result->read));
    }
    Reader(Reader&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)), to_(std::move(other.to_)), from_(std::move(other.from_)), result_(std::move(other.result_)) {}
    Reader& operator=(Reader&&) = delete;
    ~Reader() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        // A reader stuck in the kernel does not die; waiting for it would hang us too.
        ::waitpid(pid_, nullptr, WNOHANG);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

    enum class Reached { point, ended, hung };
    /// Waits until the reader stands at its next point.
    Reached wait_for_point() {
        pollfd fd{from_.get(), POLLIN, 0};
        int ready = 0;
        do {
            ready = ::poll(&fd, 1, kReaderLimitMs);
        } while (ready < 0 && errno == EINTR);
        if (ready == 0) return Reached::hung;
        char byte = 0;
        return ::read(from_.get(), &byte, 1) == 1 ? Reached::point : Reached::ended;
    }
    void go_on() {
        char byte = '.';
        [[maybe_unused]] ssize_t n = ::write(to_.get(), &byte, 1);
    }
    /// All it wrote, and its end.
    Result<std::string> finish() {
        std::string text;
        std::array<char, 65536> buffer;
        for (;;) {
            pollfd fd{result_.get(), POLLIN, 0};
            if (::poll(&fd, 1, kReaderLimitMs) == 0) return fail("read", "the reader's answer", "it did not end", ExitCode::invalid);
            ssize_t n = ::read(result_.get(), buffer.data(), buffer.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            text.append(buffer.data(), static_cast<size_t>(n));
        }
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return text;
    }
    /// Where in the kernel it is, for the record of a hang.
    [[nodiscard]] std::string where() const {
        auto text = read_file(fmt::format("/proc/{}/wchan", pid_));
        return text && !text->empty() && *text != "0" ? "waiting in " + *text : "running";
    }

private:
    Reader(pid_t pid, UniqueFd to, UniqueFd from, UniqueFd result)
        : pid_(pid), to_(std::move(to)), from_(std::move(from)), result_(std::move(result)) {}
    pid_t pid_;
    UniqueFd to_;
    UniqueFd from_;
    UniqueFd result_;
};

const GuestImage* find_image(const GuestPlan& plan, const std::string& layout) {
    for (const auto& image : plan.images)
        if (image.layout == layout) return &image;
    return nullptr;
}

nlohmann::json target_json(const GuestState& state, const Cell& cell, const GuestImage* image, const std::string& path) {
    auto holes = nlohmann::json::array();
    if (image != nullptr)
        for (const Hole& hole : image->holes) holes.push_back({hole.first_block, hole.blocks});
    return {{"path", path},
            {"base_offset_bytes", cell.backend == Backend::raw ? image->data_offset_bytes : 0},
            {"size_bytes", image != nullptr ? image->size_bytes : 0},
            {"file_id", image != nullptr ? image->file_id : 0},
            {"seed", state.plan.seed},
            {"holes", std::move(holes)}};
}

/// Reads the file through the page cache until all of it is there.
Status warm_up(const std::string& file) {
    auto fd = UniqueFd::open(file, O_RDONLY);
    if (!fd) return forward(fd);
    std::vector<char> buffer(128 << 10);
    for (;;) {
        ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0) return fail_errno("read", file);
        if (n == 0) return {};
    }
}

struct Stage {
    std::string fsid;
    std::string file;
    std::optional<OnDemandMount> remote;
};

/// Makes the cell's cache state.
Result<Stage> set_stage(GuestState& state, const Cell& cell) {
    Stage stage;
    stage.fsid = cell.layout;
    stage.file = mount_point(cell.layout) + "/" + kDataFile;
    if (auto s = drop_caches(); !s) return forward(s);
    if (cell.backend == Backend::raw) {
        auto path = state.cache.backing_file(cell.layout);
        if (!path) return fail("find", "backing file of " + cell.layout, "it has no name in the cache", ExitCode::invalid);
        stage.file = *path;
        return stage;
    }
    if (cell.cache_state == CacheState::remote) {
        stage.fsid = fmt::format("{}.{}", cell.layout, ++state.remote_mounts);
        auto mounted = OnDemandMount::mount(stage.fsid, "/mnt/remote");
        if (!mounted) return forward(mounted);
        stage.remote.emplace(std::move(*mounted));
        stage.file = "/mnt/remote/" + std::string(kDataFile);
    }
    if (cell.cache_state == CacheState::resident)
        if (auto s = warm_up(stage.file); !s) return forward(s);
    return stage;
}

Verdict hang_verdict(const std::string& where) {
    return {std::nullopt, "failed", fmt::format("hang: the reader did not come back within {} s, {}", kReaderLimitMs / 1000, where)};
}

/// The open descriptors that snapshots count pages by.
struct Watched {
    UniqueFd erofs, backing, device, source;
};

Watched watch(const GuestState& state, const Cell& cell, const Stage& stage, const GuestImage* image) {
    Watched out;
    auto open = [](UniqueFd& fd, const std::string& path) {
        if (auto opened = UniqueFd::open(path, O_RDONLY)) fd = std::move(*opened);
    };
    if (cell.backend == Backend::null) return out;
    if (cell.backend == Backend::fscache) open(out.erofs, stage.file);
    if (auto path = state.cache.backing_file(stage.fsid)) open(out.backing, *path);
    open(out.device, state.block_device);
    open(out.source, image->image);
    return out;
}

Result<Snapshot> snapshot(const GuestState& state, const SnapshotTarget& target) {
    auto out = take_snapshot(target);
    if (!out) return out;
    const DaemonCounters& counters = state.cache.counters();
    out->ondemand_opens = counters.opens;
    out->ondemand_reads = counters.reads;
    out->ondemand_bytes = counters.bytes;
    out->daemon_errors = counters.errors;
    return out;
}

/// The reader's life: two meetings around the timed region, then its answer.
Result<std::optional<Verdict>> drive(GuestState& state, const Cell& cell, const Stage& stage, const GuestImage* image,
                                     CellEvidence& evidence) {
    Watched watched = watch(state, cell, stage, image);
    auto reader = Reader::start(cell, target_json(state, cell, image, stage.file), state.plan.seed);
    if (!reader) return forward(reader);
    SnapshotTarget target{watched.erofs.get(), watched.backing.get(), watched.device.get(), watched.source.get(),
                          reader->pid(), state.cache.daemon_pid()};
    for (Snapshot* at : {&evidence.before, &evidence.after}) {
        auto reached = reader->wait_for_point();
        if (reached == Reader::Reached::hung) return hang_verdict(reader->where());
        if (reached == Reader::Reached::ended) break;  // its answer says why
        if (at == &evidence.before) settle();
        auto taken = snapshot(state, target);
        if (!taken) return forward(taken);
        *at = *taken;
        reader->go_on();
    }
    auto answer = reader->finish();
    if (!answer) return forward(answer);
    auto measured = CellMeasurement::from_json(nlohmann::json::parse(*answer, nullptr, false));
    if (!measured) return Verdict{std::nullopt, "failed", "the reader gave no answer (see the console)"};
    evidence.measured = *measured;
    return std::nullopt;
}

}  // namespace

std::string mount_point(const std::string& layout) { return "/mnt/" + layout; }

nlohmann::json cell_record(const Cell& cell, const Verdict& verdict) {
    return {{"type", "cell"},
            {"workload", cell.workload},
            {"cell", cell.id()},
            {"dimensions", cell.dimensions()},
            {"declared_io", name_of(cell.io)},
            {"observed_io", verdict.observed_io ? nlohmann::json(*verdict.observed_io) : nlohmann::json()},
            {"status", verdict.status},
            {"reason", verdict.reason},
            {"metrics", nullptr},
            {"histogram", nullptr}};
}

Result<nlohmann::json> run_cell(GuestState& state, const Cell& cell) {
    const GuestImage* image = cell.backend == Backend::null ? nullptr : find_image(state.plan, cell.layout);
    if (cell.backend != Backend::null && image == nullptr)
        return cell_record(cell, {std::nullopt, "failed", "the image of layout " + cell.layout + " is not in this machine"});
    auto stage = set_stage(state, cell);
    if (!stage) return cell_record(cell, {std::nullopt, "failed", stage.error().message()});
    CellEvidence evidence;
    evidence.base_line_bytes = state.base_line_bytes;
    auto outcome = drive(state, cell, *stage, image, evidence);
    if (!outcome) return forward(outcome);
    Verdict verdict = *outcome ? **outcome : judge_cell(cell, evidence);
    nlohmann::json record = cell_record(cell, verdict);
    if (verdict.status == "ok") {
        record["metrics"] = cell_metrics(cell, evidence);
        record["histogram"] = evidence.measured.stats.latency.to_json();
    }
    if (stage->remote) {
        if (auto s = stage->remote->unmount(); !s) return forward(s);
        if (auto s = state.cache.forget(stage->fsid); !s) return forward(s);
    }
    return record;
}

}  // namespace diobench
