// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/world.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <map>
#include <new>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/cell/snapshot.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/ext4_copy.h"
#include "bench/guest/conformance/fscache_left.h"
#include "bench/guest/conformance/kernel_log.h"

namespace diobench {

namespace {

constexpr const char* kImages = "/images";
constexpr const char* kMounts = "/mnt";
constexpr const char* kDisk = "/disk";
constexpr const char* kDiskDevice = "/dev/ram1";
constexpr uint64_t kDiskBytes = 16 << 20;
/// How long the kernel may take to let go of what nobody uses any more.
constexpr milliseconds kReleaseLimit{5000};
constexpr milliseconds kVolumeLimit{1000};
constexpr milliseconds kNap{2};

struct Shared {
    DaemonFaults faults;
    DaemonCounters counters;
};

std::string blob_path(const std::string& image, unsigned number) {
    return fmt::format("{}/{}.{}.erofs", kImages, image, number);
}

/// Name of blob `number` of an image, as the daemon knows it.
std::string blob_name(const std::string& image, unsigned number) {
    return number == 0 ? image : fmt::format("{}-d{}", image, number);
}

/// Every image of this machine: name -> path.
std::map<std::string, std::string> all_blobs() {
    std::map<std::string, std::string> blobs;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(kImages, ec)) {
        const auto parts = split(entry.path().filename().string(), '.');
        if (parts.size() != 3 || parts[2] != "erofs") continue;
        blobs[blob_name(parts[0], static_cast<unsigned>(std::atoi(parts[1].c_str())))] = entry.path().string();
    }
    return blobs;
}

/// Naps are counted, not read off the clock: a machine that its host stops for a while must not be out of time.
bool wait_for_end(pid_t pid, milliseconds limit) {
    for (auto left = limit / kNap; ::waitpid(pid, nullptr, WNOHANG) == 0; --left) {
        if (left == 0) return false;
        std::this_thread::sleep_for(kNap);
    }
    return true;
}

/// Files of the case that a second daemon would hold open: their image could not be unmounted while it lives.
void close_all_but(int one, int other) {
    const auto low = static_cast<unsigned>(std::min(one, other));
    const auto high = static_cast<unsigned>(std::max(one, other));
    constexpr unsigned kFirst = STDERR_FILENO + 1;
    if (low > kFirst) ::close_range(kFirst, low - 1, 0);
    if (high > low + 1) ::close_range(low + 1, high - 1, 0);
    ::close_range(high + 1, ~0U, 0);
}

/// A case that is the daemon has descriptors of its objects, which a child would keep open.
void close_anonymous_descriptors() {
    std::error_code ec;
    std::vector<int> found;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", ec))
        if (fs::read_symlink(entry.path(), ec) == "anon_inode:[cachefiles]") found.push_back(std::atoi(entry.path().filename().c_str()));
    for (int fd : found) ::close(fd);
}

std::string mount_text(const MountOptions& options) {
    std::string text = "fsid=" + options.fsid;
    if (!options.domain_id.empty()) text += ",domain_id=" + options.domain_id;
    for (const auto& name : options.device_names) text += ",device=" + name;
    if (!options.cache_strategy.empty()) text += ",cache_strategy=" + options.cache_strategy;
    return text;
}

Status mount_erofs(const std::string& directory, const MountOptions& options) {
    const std::string text = mount_text(options);
    if (::mount("none", directory.c_str(), "erofs", 0, text.c_str()) < 0) return fail_errno("mount -t erofs -o " + text, directory);
    return {};
}

}  // namespace

struct World::State {
    std::optional<CacheStage> stage;
    UniqueFd cache_device;  ///< /dev/cachefiles
    UniqueFd stop;          ///< eventfd: the daemon ends once it is readable
    pid_t daemon = -1;
    DaemonOptions daemon_options;
    std::vector<std::string> limits;  ///< CacheOptions::limits
    std::vector<std::string> scratch;
    bool disk = false;      ///< kDisk is mounted
    bool own_daemon = false;  ///< CacheOptions::own_daemon
    GuestPlan no_plan = {};  ///< back ends look into it for a device; the stage has one
    unsigned names = 0;   ///< fresh names given out
    unsigned mounts = 0;  ///< mount points given out
};

World::World(uint64_t seed, DirectSupport direct, std::string_view backend, char* step_text, size_t step_bytes)
    : seed_(seed), declared_direct_(direct), direct_(direct), backend_(backend), step_(step_text), step_bytes_(step_bytes), state_(std::make_unique<State>()) {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();  // a page: nothing works without it
    auto* shared = new (memory) Shared;
    faults_ = &shared->faults;
    counters_ = &shared->counters;
    state_->daemon_options.faults = faults_;
}

World::~World() { (void)close(); }

void World::step(std::string_view what) {
    // DIOBENCH_TRACE=1 on the kernel command line becomes a variable of init's environment.
    static const bool trace = std::getenv("DIOBENCH_TRACE") != nullptr;
    if (trace) std::fprintf(stderr, "%.3f %.*s\n", static_cast<double>(monotonic_ns()) / 1e9, static_cast<int>(what.size()), what.data());
    if (step_ != nullptr) std::snprintf(step_, step_bytes_, "%.*s", static_cast<int>(what.size()), what.data());
}

void World::announce(std::string_view what) {
    step(what);
    say_in_kernel_log(what);
}

Status World::make_cache(const CacheOptions& options) {
    if (state_->stage) return fail("make cache", "", "there is one already", ExitCode::invalid);
    auto info = find_backend(backend_);
    if (!info) return forward(info);
    step("make the cache file system");
    auto stage = CacheStage::create(options, (*info)->second_device ? StageContent::blank : StageContent::ext4);
    if (!stage) return forward(stage);
    state_->stage.emplace(std::move(*stage));
    state_->limits = options.limits;
    state_->own_daemon = options.own_daemon;
    if (backend_ != kFscache) return {};
    if (options.bound)
        if (auto s = bind(); !s) return s;
    for (auto& [name, path] : all_blobs()) state_->daemon_options.blobs.emplace(name, path);
    return options.own_daemon ? Status{} : start_daemon(Takeover::no);
}

Status World::bind() {
    step("bind the cache");
    auto device = bind_cache(kCacheDirectory, "diobench", state_->limits);
    if (!device) return forward(device);
    state_->cache_device = std::move(*device);
    return {};
}

int World::cache_device() const { return state_->cache_device.get(); }

Status World::ensure_cache() { return state_->stage ? Status{} : make_cache({}); }

Status World::start_daemon(Takeover takeover) {
    state_->stop = UniqueFd(::eventfd(0, EFD_CLOEXEC));
    if (!state_->stop.valid()) return fail_errno("create", "eventfd");
    state_->daemon_options.restore = takeover == Takeover::yes;
    const pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "daemon");
    if (pid == 0) {
        ::prctl(PR_SET_NAME, "diobench-daemon");
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_all_but(state_->cache_device.get(), state_->stop.get());
        auto served = run_daemon(state_->cache_device.get(), state_->stop.get(), state_->daemon_options, *counters_);
        if (!served) std::fprintf(stderr, "daemon: %s\n", served.error().message().c_str());
        ::_exit(served ? 0 : 1);
    }
    state_->daemon = pid;
    return {};
}

void World::leave_cache_in_child() {
    state_->cache_device.reset();
    if (state_->own_daemon) close_anonymous_descriptors();
    state_->daemon = -1;
}

Status World::break_device() {
    step("break the device");
    return state_->stage->load(DmTable::error);
}

Status World::break_device_for_reads() {
    step("break the device for reads");
    return state_->stage->load(DmTable::error_reads);
}

Status World::hold_device() {
    step("hold the device");
    return state_->stage->hold();
}

Status World::repair_device() {
    step("repair the device");
    return state_->stage->load(DmTable::linear);
}

Status World::break_completions() {
    step("break the device, for requests that complete");
    return state_->stage->break_completions();
}

Status World::break_block_of(const std::string& path, uint64_t block) {
    step(fmt::format("break block {} of {}", block, path));
    if (path == state_->stage->device()) return state_->stage->break_completions_of(block);
    auto fd = UniqueFd::open(path, O_RDONLY);
    if (!fd) return forward(fd);
    int place = static_cast<int>(block);
    if (::ioctl(fd->get(), FIBMAP, &place) < 0) return fail_errno("FIBMAP of", path);
    if (place == 0) return fail("break", path, fmt::format("block {} is a hole", block), ExitCode::invalid);
    return state_->stage->break_completions_of(static_cast<uint64_t>(place));
}

Status World::repair_completions() {
    step("repair the device, for requests that complete");
    return state_->stage->repair_completions();
}

int World::cache_command(std::string_view text, const std::string& directory) const {
    if (!directory.empty() && ::chdir(directory.c_str()) < 0) return -errno;
    const int error = ::write(cache_device(), text.data(), text.size()) < 0 ? -errno : 0;
    if (!directory.empty() && ::chdir("/") < 0) return -errno;  // the cache's file system would stay busy
    return error;
}

Status World::lose_power() {
    step("lose what is written from now on");
    return state_->stage->lose_power();
}

Status World::power_up() {
    if (auto s = close_cache_device(); !s) return s;
    step("mount the cache file system as its device has it");
    if (auto s = state_->stage->power_up(kReleaseLimit); !s) return s;
    return bind();
}

Status World::fill_cache_space(uint64_t left_bytes) { return state_->stage->fill_space(left_bytes); }
Status World::free_cache_space() { return state_->stage->free_space(); }

Result<uint64_t> World::device_sectors_read() const {
    auto text = read_file("/proc/diskstats");
    if (!text) return forward(text);
    const std::string name = fs::path(state_->stage->device()).filename().string();
    for (const auto& line : split(*text, '\n')) {
        unsigned major = 0, minor = 0;
        char device[64] = "";
        unsigned long long reads = 0, merged = 0, sectors = 0;
        if (std::sscanf(line.c_str(), "%u %u %63s %llu %llu %llu", &major, &minor, device, &reads, &merged, &sectors) == 6 &&
            name == device)
            return sectors;
    }
    return fail("find in /proc/diskstats", name, "the device is not listed", ExitCode::invalid);
}

std::optional<std::string> World::cache_file(const std::string& volume, const std::string& cookie_key) const {
    std::error_code ec;
    // 256 folders "@xx", in one of them "D" + the cookie key.
    for (const auto& fanout : fs::directory_iterator(fmt::format("{}/cache/I{}", kCacheDirectory, volume), ec)) {
        fs::path file = fanout.path() / ("D" + cookie_key);
        if (::access(file.c_str(), F_OK) == 0) return file.string();
    }
    return std::nullopt;
}

bool World::wait_for_fetches(uint64_t reads, milliseconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (fetches() < reads) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

Status World::serve(const std::string& volume, const std::string& cookie_key, const std::string& path) {
    if (state_->stage) return fail("serve", cookie_key, "the daemon runs already", ExitCode::invalid);
    state_->daemon_options.blobs[volume.empty() ? cookie_key : volume + "/" + cookie_key] = path;
    return {};
}

Status World::kill_daemon() {
    step("kill the daemon");
    ::kill(state_->daemon, SIGKILL);
    if (!wait_for_end(state_->daemon, kReleaseLimit))
        return fail("kill", "daemon", "it does not die within 5 s of SIGKILL", ExitCode::invalid);
    state_->daemon = -1;
    return {};
}

Status World::restore_daemon() {
    step("start another daemon");
    return start_daemon(Takeover::yes);
}

Status World::close_cache_device() {
    if (state_->daemon > 0)
        if (auto s = kill_daemon(); !s) return s;
    step("close /dev/cachefiles");
    state_->cache_device.reset();
    return {};
}

MountOptions World::with_fresh_names(const std::string& image, MountOptions options) {
    const unsigned fresh = ++state_->names;
    if (options.fsid.empty()) options.fsid = fmt::format("{}.{}", image, fresh);
    if (options.device_names.empty())
        for (unsigned i = 1; ::access(blob_path(image, i).c_str(), F_OK) == 0; ++i)
            options.device_names.push_back(fmt::format("{}.{}", blob_name(image, i), fresh));
    return options;
}

Result<ImageMount> World::mount(const std::string& image, MountOptions options) {
    if (::access(blob_path(image, 0).c_str(), F_OK) < 0)
        return fail("mount image", image, blob_path(image, 0) + " is not in this machine", ExitCode::invalid);
    if (auto s = ensure_cache(); !s) return forward(s);
    if (backend_ != kFscache) return mount_by_backend(image);
    return mount_served(with_fresh_names(image, std::move(options)));
}

Result<ImageMount> World::mount_served(MountOptions options) {
    std::string directory = fmt::format("{}/{}", kMounts, ++state_->mounts);
    if (auto s = make_directories(directory); !s) return forward(s);
    step("mount -t erofs -o " + mount_text(options));
    if (auto s = mount_erofs(directory, options); !s) {
        ::rmdir(directory.c_str());
        return forward(s);
    }
    step("after mount of " + options.fsid);
    return ImageMount(std::move(directory), std::move(options));
}

Result<ImageMount> World::mount_by_backend(const std::string& image) {
    GuestImage blobs;
    blobs.layout = image;
    for (unsigned i = 0; ::access(blob_path(image, i).c_str(), F_OK) == 0; ++i) blobs.blobs.push_back(blob_path(image, i));
    BackendWorld below{state_->no_plan, nullptr, kCacheDirectory};
    const bool on_device = (*find_backend(backend_))->second_device;
    if (on_device) {
        below.spare_device = state_->stage->device();
        below.spare_blob = blobs.blobs.front();
        if (auto s = write_blob(below.spare_blob, below.spare_device); !s) return forward(s);
    }
    step("mount " + image + " by back end " + backend_);
    auto backends = std::make_shared<Backends>(std::move(below));
    auto opened = backends->open(backend_, blobs, CacheState::local);
    if (!opened) return forward(opened);
    step("after mount of " + image);
    ImageMount mount(opened->directory, {});
    mount.backing_ = on_device ? state_->stage->device() : opened->backing.front();
    mount.below_ = std::move(backends);
    return mount;
}

Result<PendingMount> World::start_mount(const std::string& image, MountOptions options) {
    options = with_fresh_names(image, std::move(options));
    std::string directory = fmt::format("{}/{}", kMounts, ++state_->mounts);
    if (auto s = make_directories(directory); !s) return forward(s);
    step("mount -t erofs -o " + mount_text(options) + ", in another process");
    auto process = start_reader([&]() -> std::string {
        auto mounted = mount_erofs(directory, options);
        return mounted ? std::string() : mounted.error().message();
    });
    if (!process) return forward(process);
    return PendingMount{std::move(*process), ImageMount(std::move(directory), std::move(options))};
}

Result<std::string> World::scratch_directory() {
    std::string directory = fmt::format("/tmp/case-{}-{}", ::getpid(), state_->scratch.size());
    if (auto s = make_directories(directory); !s) return forward(s);
    state_->scratch.push_back(directory);
    return directory;
}

Result<std::string> World::disk_directory() {
    if (state_->disk) return std::string(kDisk);
    if (auto s = copy_cache_file_system(kDiskDevice, kDisk, kDiskBytes); !s) return forward(s);
    state_->disk = true;
    return std::string(kDisk);
}

Status World::drop_caches() { return diobench::drop_caches(); }

Result<uint64_t> World::cached_bytes(int fd) const {
    struct stat st {};
    if (::fstat(fd, &st) < 0) return fail_errno("stat", "an open file");
    if (st.st_size == 0) return 0;
    const size_t length = static_cast<size_t>(st.st_size);
    void* mapped = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) return fail_errno("map", "an open file");
    std::vector<unsigned char> pages((length + kPageBytes - 1) / kPageBytes);
    const int looked = ::mincore(mapped, length, pages.data());
    const int error = errno;
    ::munmap(mapped, length);
    if (looked < 0) return fail_errno("mincore of", "an open file", error);
    return kPageBytes * static_cast<uint64_t>(std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; }));
}

Result<uint64_t> World::cache_reads() const { return fscache_reads(); }

Status World::unmount_left() {
    auto mounts = read_file("/proc/self/mounts");
    if (!mounts) return forward(mounts);
    Status status;
    for (const auto& line : split(*mounts, '\n')) {
        const auto words = split(line, ' ');
        if (words.size() < 3 || words[2] != "erofs") continue;
        step("unmount " + words[1]);
        ::umount2(words[1].c_str(), MNT_DETACH);
        status = fail("end case", words[1], "the case left it mounted", ExitCode::invalid);
    }
    return status;
}

// A volume that nobody uses any more is let go of by a worker, which holds
// folders of the cache file system meanwhile without telling anyone: unbinding
// the cache does not wait for it, and unmounting finds "dentries still in use".
// Whether volumes stay for good is asked after the case.
bool World::wait_for_volumes() const {
    for (auto left = kVolumeLimit / kNap; left > 0; --left) {
        if (left_in_fscache({"volumes"}, milliseconds(0)).empty()) return true;
        std::this_thread::sleep_for(kNap);
    }
    return false;
}

Status World::close() {
    if (!state_) return {};
    auto state = std::move(state_);
    faults_->clear();
    faults_->release();
    (void)inject_errors(InjectedErrors::none);
    Status status = unmount_left();
    for (const auto& directory : state->scratch) (void)remove_tree(directory);
    if (state->disk && ::umount(kDisk) < 0 && status) status = fail_errno("unmount", kDisk);
    (void)wait_for_volumes();
    if (state->daemon > 0) {
        step("end the daemon");
        const uint64_t one = 1;
        if (::write(state->stop.get(), &one, sizeof one) != sizeof one || !wait_for_end(state->daemon, milliseconds(2000))) {
            ::kill(state->daemon, SIGKILL);
            if (!wait_for_end(state->daemon, kReleaseLimit) && status)
                status = fail("end", "daemon", "it does not die within 5 s of SIGKILL", ExitCode::invalid);
        }
    }
    (void)wait_for_volumes();  // of files that only the daemon still held
    step("close /dev/cachefiles (a leaked reference of a cookie or object makes this wait for ever)");
    state->cache_device.reset();
    if (state->stage) {
        step("unmount the cache file system");
        if (auto s = state->stage->close(kReleaseLimit); !s && status) status = s;
    }
    step("");
    return status;
}

uint64_t monotonic_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

}  // namespace diobench
