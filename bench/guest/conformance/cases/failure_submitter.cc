// SPDX-License-Identifier: GPL-2.0-only
// failure/cache-closed-under-submitter-*: a read is complete before its submission has returned, and the cache goes in between.
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"

namespace diobench::failure_submitter_cases {

namespace {

constexpr milliseconds kReached{5000};   ///< until the submitter is there, on a busy host
constexpr milliseconds kComplete{50};    ///< for the device, which takes 100 us
constexpr milliseconds kClosed{1000};    ///< on a right kernel closing waits for the submitter
constexpr milliseconds kLook{5};

/// While this lives submitters are held.
struct HeldSubmitters {
    HeldSubmitters() = default;
    HeldSubmitters(const HeldSubmitters&) = delete;
    HeldSubmitters& operator=(const HeldSubmitters&) = delete;
    ~HeldSubmitters() { (void)set_submitters(Submitters::free); }
};

/// Whether the reader sleeps where no signal wakes it.
bool is_held(const ReaderProcess& reader) {
    for (auto left = kReached / kLook; left > 0; --left, std::this_thread::sleep_for(kLook))
        if (reader.where().starts_with('D')) return true;
    return false;
}

/// The cache file has lost its name, so that it is gone with its last user; the device completes; the cache is closed; the submitter comes back.
Result<Finding> closed_under_submitter(World& world, ReadCall call) {
    if (auto skip = unless_direct(world)) return *skip;
    if (!set_submitters(Submitters::free)) return skipped("ext4 of this kernel holds no submitter: no patch of kernel-patches/machines/checked/ fits it");
    if (auto s = world.make_cache({.device = CacheOptions::Device::timer}); !s) return forward(s);
    auto warm = open_warm(world, "large", "large", O_DIRECT);
    if (!warm) return forward(warm);
    const OpenFile& file = warm->file;
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    // Known to be there: the next read goes straight to the device.
    if (::pread(file.fd.get(), buffer->data(), kBlockBytes, 0) < 0) return fail_errno("read", file.path());
    if (::unlink(warm->cache_file.c_str()) < 0) return fail_errno("unlink", warm->cache_file);
    HeldSubmitters held;
    if (auto s = set_submitters(Submitters::held); !s) return forward(s);
    auto reader = world.start_reader([&]() -> std::string {
        auto reads = Reads::create();
        if (!reads) return reads.error().message();
        buffer->poison(kBlockBytes);
        const auto into = buffer->first(kBlockBytes);
        const ReadDone done{std::string(read_call_name(call)), "direct", 0, reads->read(call, file.fd.get(), 0, into)};
        return check_read_or_error(file.subject, done, into, kBlockBytes);
    });
    if (!reader) return forward(reader);
    if (!is_held(*reader)) return fail("hold", "the submitter of a direct read", "it is not in ext4: " + reader->where());
    std::this_thread::sleep_for(kComplete);
    if (auto s = world.kill_daemon(); !s) return forward(s);
    const auto what = fmt::format("close /dev/cachefiles when the device has completed a direct {} whose submitter is still in ext4, and the cache file has no name", read_call_name(call));
    world.announce(what);
    std::atomic<bool> closed = false;
    Status status;
    std::thread closer([&] {
        status = world.close_cache_device();
        closed = true;
    });
    for (auto left = kClosed / kLook; left > 0 && !closed; --left) std::this_thread::sleep_for(kLook);
    auto freed = set_submitters(Submitters::free);
    closer.join();
    if (!freed) return forward(freed);
    if (!status) return forward(status);
    const auto end = reader->wait(kEnough);
    if (!end) return failed("a read whose cache was closed while its submitter was on the way back does not return: " + reader->where());
    return end->text.empty() ? passed() : failed("the cache was closed while the submitter was on the way back: " + end->text);
}

std::vector<Case> all() {
    std::vector<Case> cases;
    for (const auto& [name, call] : {std::pair{"pread", ReadCall::pread}, std::pair{"libaio", ReadCall::aio_pread}})
        cases.push_back({fmt::format("failure/cache-closed-under-submitter-{}", name),
                         fmt::format("The file of a cache that is closed stays until the submitter of a direct {} has come back from the file system, even if the device was faster.", read_call_name(call)),
                         "fs/ext4/file.c, ext4_dio_read_iter(): the file is used after iomap_dio_rw(), whose read may have ended; fs/aio.c and fs/cachefiles/io.c, "
                         "cachefiles_read(): whoever submits holds a reference of his own",
                         [call = call](World& w) { return closed_under_submitter(w, call); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::failure_submitter_cases
