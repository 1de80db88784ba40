// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/scene_case.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/common/plan/case_name.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/proc_numbers.h"
#include "bench/guest/conformance/read_judge.h"
#include "bench/guest/conformance/read_targets.h"
#include "bench/guest/conformance/reads_in_flight.h"
#include "bench/guest/conformance/scene_process.h"

namespace diobench {

namespace {

constexpr unsigned kLimitS = 30;
constexpr size_t kLines = 2000;
constexpr unsigned kDepth = 64;
/// Of all reads of an operation (the generator's own bound).
constexpr uint64_t kMostBytes = 2 * kMiB + 64 * kKiB;
/// What images may take of the cache's file system.
constexpr uint64_t kRoomBytes = 36 * kMiB;
constexpr uint64_t kVolumeBytes = 6 * kMiB;
/// With fewer operations the kernel's log says which was the last.
constexpr size_t kFewOperations = 12;
constexpr milliseconds kAsked{40};
constexpr milliseconds kUnderWay{2};
/// Longer than a kernel takes to look whether who submitted a read is still there.
constexpr milliseconds kLooked{400};
constexpr milliseconds kDeath{6000};
constexpr milliseconds kProcessEnd{30000};
constexpr milliseconds kUnpinned{3000};
constexpr milliseconds kUnmounted{6000};
constexpr milliseconds kNapTime{5};
/// Segments may be 1 KiB, blocks of the cache's file system as well.
constexpr uint64_t kCacheBytes = 64 * kMiB;

struct SceneFile {
    const TestFile* file = nullptr;
    UniqueFd buffered = {};
    UniqueFd direct = {};  ///< not open: refused
};

class SceneRun {
public:
    SceneRun(World& world, const ReadScene& scene) : world_(world), scene_(scene), fscache_(world.backend() == kFscache) {}

    Result<Finding> run() {
        const int64_t pinned = pinned_pages();
        if (auto s = begin(); !s) return forward(s);
        if (auto s = perform_all(); !s) return forward(s);
        world_.faults().clear();
        in_flight_.reset();
        targets_.reset();
        if (auto s = leave(); !s) return forward(s);
        if (!complaints_.any()) complaints_.add(still_pinned(pinned));
        return complaints_.finding();
    }

private:
    enum class Names { fresh, same };

    Status begin() {
        auto image = find_test_image(scene_.image);
        if (!image) return forward(image);
        image_ = *image;
        CacheOptions cache{.device = scene_.timer ? CacheOptions::Device::timer : CacheOptions::Device::ram, .size_bytes = kCacheBytes};
        cache.completion_ns = scene_.completion_ns;
        cache.queue_depth = scene_.queue_depth;
        if (fscache_) cache.block_bytes = scene_.cache_block_bytes;
        if (auto s = world_.make_cache(cache); !s) return s;
        auto targets = ReadTargets::create(kMostBytes);
        if (!targets) return forward(targets);
        targets_.emplace(std::move(*targets));
        targets_->leave_out_of_children();
        auto in_flight = ReadsInFlight::create(kDepth, targets_->scattered());
        if (!in_flight) return forward(in_flight);
        in_flight_.emplace(std::move(*in_flight));
        return enter(Names::fresh);
    }

    Status perform_all() {
        for (const auto& operation : scene_.operations) {
            const std::string text = operation.text(scene_);
            if (scene_.operations.size() <= kFewOperations) world_.announce(text);
            else world_.step(text);
            if (auto s = perform(operation); !s) return s;
            if (complaints_.any()) return {};
        }
        return {};
    }

    Status perform(const SceneOperation& operation) {
        using Kind = SceneOperation::Kind;
        switch (operation.kind) {
        case Kind::batch: return operation.by == ReadBy::mmap ? map(operation) : batch(operation, {});
        case Kind::process: return process(operation);
        case Kind::mood: return set_mood(operation);
        case Kind::drop_caches: return world_.drop_caches();
        case Kind::remount: return remount();
        case Kind::cut: return fscache_ && scene_.warm ? cut(operation) : Status{};
        }
        return {};
    }

    // The mount and its files.

    [[nodiscard]] uint64_t image_bytes() const {
        uint64_t bytes = 0;
        for (unsigned i = 0; i < image_->blobs(); ++i) {
            struct stat st {};
            if (::stat(("/images/" + test_image_blob_name(*image_, i)).c_str(), &st) == 0) bytes += static_cast<uint64_t>(st.st_size);
        }
        return bytes;
    }

    /// Whether the image can be mounted once more under new names.
    [[nodiscard]] bool has_room() const { return !fscache_ || entry_bytes() <= room_bytes_; }
    /// What that takes of the cache's file system: a volume has 256 folders.
    [[nodiscard]] uint64_t entry_bytes() const { return image_bytes() + (scene_.one_volume ? 0 : kVolumeBytes); }

    Status mount_and_open(MountOptions options) {
        auto mount = world_.mount(scene_.image, std::move(options));
        if (!mount) return forward(mount);
        mount_ = std::make_unique<ImageMount>(std::move(*mount));
        options_ = mount_->options();
        for (const auto& name : scene_.files) {
            SceneFile file{.file = image_->file(name)};
            auto buffered = UniqueFd::open(mount_->file(name), O_RDONLY);
            if (!buffered) return forward(buffered);
            file.buffered = std::move(*buffered);
            auto direct = UniqueFd::open(mount_->file(name), O_RDONLY | O_DIRECT);
            if (direct && image_->compressed) complaints_.add(fmt::format("open(2) with O_DIRECT of {}, a compressed file, is taken", name));
            if (direct) file.direct = std::move(*direct);
            else if (!image_->compressed && world_.direct() != DirectSupport::refused) return forward(direct);
            files_.push_back(std::move(file));
        }
        largest_ = std::max_element(files_.begin(), files_.end(), [](const auto& a, const auto& b) { return a.file->size_bytes < b.file->size_bytes; }) - files_.begin();
        return {};
    }

    /// Mounts the image; a warm scene has all of its files in the cache after.
    Status enter(Names names) {
        if (names == Names::fresh && !has_room()) names = Names::same;
        MountOptions options = names == Names::same ? options_ : scene_.one_volume ? in_one_volume() : MountOptions{};
        world_.faults().clear();
        if (auto s = mount_and_open(std::move(options)); !s) return s;
        if (names == Names::fresh) {
            if (fscache_) room_bytes_ -= entry_bytes();
            if (scene_.warm && fscache_)
                if (auto s = fetch_all(); !s) return s;
        }
        apply_mood();
        return {};
    }

    Status fetch_all() {
        std::vector<char> buffer(256 * kKiB);
        for (const auto& file : files_) {
            // What is a hole is not fetched, and may be gigabytes.
            uint64_t at = 0;
            for (const Hole& hole : file.file->holes)
                if (hole.first_block == 0) at = hole.blocks * kBlockBytes;
            for (ssize_t n; (n = ::pread(file.buffered.get(), buffer.data(), buffer.size(), static_cast<off_t>(at))) != 0; at += static_cast<uint64_t>(n))
                if (n < 0) return fail_errno("fetch", file.file->name);
        }
        // The next mount finds cache files that have names, and knows nothing of what is in them.
        if (auto s = leave(); !s) return s;
        return mount_and_open(options_);
    }

    /// Closes the files and unmounts.
    Status leave() {
        files_.clear();
        if (targets_) targets_->let_go();
        if (!mount_) return {};
        for (auto left = kUnmounted / kNapTime; left > 0; --left) {
            auto s = mount_->unmount();
            if (s) break;
            if (left == 1) complaints_.add(fmt::format("the image is still busy {} ms after its last reader is gone: {}", kUnmounted.count(), s.error().message()));
            std::this_thread::sleep_for(kNapTime);
        }
        mount_.reset();
        return {};
    }

    Status remount() {
        if (auto s = leave(); !s) return s;
        return enter(Names::fresh);
    }

    // The daemon.

    Status set_mood(const SceneOperation& operation) {
        mood_ = operation.mood;
        amount_ = operation.amount;
        apply_mood();
        return {};
    }

    void apply_mood() {
        DaemonFaults& faults = world_.faults();
        faults.clear();
        switch (mood_) {
        case DaemonMood::well: break;
        case DaemonMood::late: faults.read_delay_ns = amount_; break;
        case DaemonMood::fills_nothing: faults.fill_nothing = true; break;
        case DaemonMood::fills_prefix: faults.fill_at_most_bytes = amount_; break;
        case DaemonMood::leaves_sectors_out: faults.leave_zeros_out = true; break;
        case DaemonMood::write_fails: faults.fail_writes = true; break;
        }
    }

    [[nodiscard]] bool delivers() const { return !fscache_ || scene_.warm || mood_ == DaemonMood::well || mood_ == DaemonMood::late; }

    // Reads.

    [[nodiscard]] bool is_direct(const SceneRead& read) const { return read.direct && files_[read.file].direct.valid(); }
    [[nodiscard]] Subject subject_of(const SceneRead& read) const {
        return {image_, files_[read.file].file, world_.seed(), rest_of(world_, is_direct(read) ? O_DIRECT : 0)};
    }
    [[nodiscard]] MappableFile mappable() const { return {files_[static_cast<size_t>(largest_)].buffered.get(), files_[static_cast<size_t>(largest_)].file->size_bytes}; }

    [[nodiscard]] std::vector<FlyingRead> flying(std::span<const SceneRead> reads, const ReadTargets& targets) const {
        std::vector<FlyingRead> out;
        for (size_t i = 0; i < reads.size(); ++i) {
            const SceneFile& file = files_[reads[i].file];
            out.push_back({is_direct(reads[i]) ? file.direct.get() : file.buffered.get(), reads[i].offset, targets.segments(i), reads[i].nowait});
        }
        return out;
    }

    [[nodiscard]] std::string judge(const SceneRead& read, size_t index, ssize_t result, const ReadTargets& targets, ReadTerms terms) const {
        terms.may_be_invalid = is_direct(read) && read.is_misaligned() && world_.direct() != DirectSupport::buffered;
        terms.nowait = read.nowait;
        terms.may_fail = terms.may_fail || !delivers();
        // A page of the mapping that could not be had.
        if (read.memory == ReadMemory::image_private && result == -EFAULT && !delivers()) return {};
        const Subject subject = subject_of(read);
        const auto found = targets.found(index, result);
        const ReadDone done{"read", is_direct(read) ? "direct" : "buffered", read.offset, result};
        auto wrong = judge_read(subject, done, read.length(), found, terms);
        if (!wrong.empty()) return wrong;
        wrong = targets.spilled(index);
        return wrong.empty() ? wrong : describe(subject, done, read.length()) + ": " + wrong;
    }

    [[nodiscard]] std::string judge_all(const SceneOperation& operation, std::span<const ssize_t> results, const ReadTargets& targets, const ReadTerms& terms) const {
        for (size_t i = 0; i < results.size(); ++i)
            if (auto wrong = judge(operation.reads[i], i, results[i], targets, terms); !wrong.empty()) return fmt::format("{}; it was read {} of {}", wrong, i + 1, operation.text(scene_));
        return {};
    }

    Status batch(const SceneOperation& operation, const ReadTerms& terms) {
        if (auto s = targets_->lay_out(operation.reads, mappable()); !s) return s;
        const auto reads = flying(operation.reads, *targets_);
        in_flight_->prepare(operation.by, reads);
        in_flight_->submit();
        auto results = in_flight_->wait();
        complaints_.add(results ? judge_all(operation, *results, *targets_, terms) : fmt::format("{}; it was {}", results.error().message(), operation.text(scene_)));
        return {};
    }

    /// Page faults of a mapping: right bytes, or SIGBUS where the daemon does not deliver.
    Status map(const SceneOperation& operation) {
        for (const auto& read : operation.reads) {
            const SceneFile& file = files_[read.file];
            if (file.file->size_bytes == 0) continue;
            auto mapped = MappedFile::map(file.buffered.get(), file.file->size_bytes, MADV_RANDOM);
            if (!mapped) return forward(mapped);
            std::vector<std::byte> copy(read.length());
            const ssize_t n = mapped->read(read.offset, copy);
            if (n < 0 && delivers()) complaints_.add(fmt::format("SIGBUS at {} of {} though all of it is delivered", read.offset, file.file->name));
            if (n > 0) complaints_.add(wrong_bytes(subject_of(read), read.offset, std::span(copy).first(static_cast<size_t>(n))));
        }
        return {};
    }

    // Reads of another process.

    [[nodiscard]] std::string in_process(const SceneOperation& operation) {
        uint64_t bytes = kBlockBytes;
        for (const auto& read : operation.reads) bytes += read.length() + 4 * kBlockBytes;
        auto targets = ReadTargets::create((bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
        if (!targets) return targets.error().message();
        auto reads = ReadsInFlight::create(kDepth);
        if (!reads) return reads.error().message();
        if (auto s = targets->lay_out(operation.reads, mappable()); !s) return s.error().message();
        const auto list = flying(operation.reads, *targets);
        reads->prepare(operation.by, list);
        const ReadTerms terms{.may_be_cancelled = may_be_cancelled(operation.fate, operation.by)};
        return meet_fate(operation.fate, operation.by, {*reads, *targets, [&](std::span<const ssize_t> results) { return judge_all(operation, results, *targets, terms); }});
    }

    Status meanwhile(Meanwhile what) {
        switch (what) {
        case Meanwhile::nothing: return {};
        case Meanwhile::restart_daemon:
            if (!fscache_) return {};
            if (auto s = world_.kill_daemon(); !s) return s;
            return world_.restore_daemon();
        case Meanwhile::drop_caches: return world_.drop_caches();
        case Meanwhile::detach_mount: return has_room() ? mount_->detach() : Status{};
        }
        return {};
    }

    /// Signals that belong to the fate; a process that is killed does not wait for anybody.
    void send_signals(const SceneOperation& operation, ReaderProcess& process, std::optional<ReaderProcess::End>& end) {
        if (operation.fate == Fate::signalled)
            for (int i = 0; i < 3; ++i) process.kill(SIGUSR1);
        if (operation.fate != Fate::killed && operation.fate != Fate::destroys_killed) return;
        process.kill(SIGKILL);
        end = process.wait(kDeath);
        if (!end) complaints_.add(fmt::format("a process did not die within {} ms of SIGKILL: {}; it was {}", kDeath.count(), process.where(), operation.text(scene_)));
    }

    Status process(const SceneOperation& operation) {
        const bool held = operation.held && fscache_;
        const uint64_t before = world_.fetches();
        if (held) world_.faults().hold_reads = true;
        auto process = world_.start_reader([&] { return in_process(operation); });
        if (!process) return forward(process);
        if (held && !scene_.warm) (void)world_.wait_for_fetches(before + 1, kAsked);
        else std::this_thread::sleep_for(kUnderWay);
        const bool submitter_gone = operation.fate == Fate::thread_leaves || operation.fate == Fate::process_leaves;
        if (held && !scene_.warm && submitter_gone) std::this_thread::sleep_for(kLooked);
        if (auto s = meanwhile(operation.meanwhile); !s) return s;
        std::optional<ReaderProcess::End> end;
        send_signals(operation, *process, end);
        if (held) world_.faults().release();
        if (!end) end = process->wait(kProcessEnd);
        if (!end) complaints_.add(fmt::format("a process with reads does not come to its end: {}; it was {}", process->where(), operation.text(scene_)));
        else complaints_.add(end->text);
        if (operation.meanwhile == Meanwhile::detach_mount && has_room()) {
            files_.clear();
            targets_->let_go();
            mount_.reset();
            return enter(Names::fresh);
        }
        return {};
    }

    // A cache file that is damaged.

    /// Has what the file system zeroes behind the new end written back: a page that is dirty is read by other means.
    static Status cut_file(const std::string& path, uint64_t bytes) {
        auto fd = UniqueFd::open(path, O_RDWR);
        if (!fd) return forward(fd);
        if (::ftruncate(fd->get(), static_cast<off_t>(bytes)) < 0 || ::fsync(fd->get()) < 0) return fail_errno("truncate", path);
        return {};
    }

    Status cut(const SceneOperation& operation) {
        const auto path = world_.cache_file("erofs," + (options_.domain_id.empty() ? options_.fsid : options_.domain_id), options_.fsid);
        if (!path) return fail("find", "cache file of " + options_.fsid, "it has no name after its mount is gone", ExitCode::invalid);
        const Subject subject = subject_of(operation.reads.front());
        auto place = place_of_block(*path, subject, subject.size() / kBlockBytes);
        if (!place) return forward(place);
        SceneOperation one = operation;
        for (size_t i = 0; i < operation.reads.size() && !complaints_.any(); ++i) {
            // The first read makes the kernel know what is there.
            if (i > 0)
                if (auto s = cut_file(*path, *place * kBlockBytes + operation.amount); !s) return s;
            one.reads = {operation.reads[i]};
            if (auto s = batch(one, {.may_fail = i > 0}); !s) return s;
        }
        return remount();
    }

    [[nodiscard]] static std::string still_pinned(int64_t before) {
        int64_t now = pinned_pages();
        for (auto left = kUnpinned / kNapTime; now > before && left > 0; --left) {
            std::this_thread::sleep_for(kNapTime);
            now = pinned_pages();
        }
        return now <= before ? "" : fmt::format("{} pages stay pinned after all reads have ended (nr_foll_pin_acquired - nr_foll_pin_released)", now - before);
    }

    World& world_;
    const ReadScene& scene_;
    const bool fscache_;
    const TestImage* image_ = nullptr;
    std::optional<ReadTargets> targets_;
    std::optional<ReadsInFlight> in_flight_;  ///< before its memory is gone
    std::unique_ptr<ImageMount> mount_;
    MountOptions options_;
    std::vector<SceneFile> files_;
    ptrdiff_t largest_ = 0;
    uint64_t room_bytes_ = kRoomBytes;
    DaemonMood mood_ = DaemonMood::well;
    uint64_t amount_ = 0;
    Complaints complaints_;
};

}  // namespace

Case scene_case(std::string name, ReadScene scene) {
    const CaseName parts = parse_case_name(name);
    const std::string backend(parts.backend);
    Case out{.name = std::string(parts.statement),
             .right = "Whatever is read in whatever way, each byte that comes back is right, and so is every answer.",
             .source = "as the cases of data/, end-of-file/, buffers/, failure/, signals/ and concurrency/",
             .run = [scene = std::move(scene)](World& world) { return SceneRun(world, scene).run(); },
             .limit_s = kLimitS,
             .flood_lines = kLines};
    for (const auto& other : other_backends())
        if (other.name == backend) return on_backend(std::move(out), other);
    return out;
}

}  // namespace diobench
