// SPDX-License-Identifier: GPL-2.0-only
// coherence/: one file through several mounts, descriptors, caches and
// half-filled cache files is always the same file.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench::coherence_cases {

namespace {

struct Step {
    uint64_t first_block;
    uint64_t blocks;
};

/// Reads ranges of one cold file one after the other; the daemon writes exactly what it is asked for.
Result<Finding> read_ranges(World& world, int flags, const std::vector<std::vector<Step>>& orders) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 256 * kKiB);
    if (!tools) return forward(tools);
    for (const auto& order : orders) {
        auto file = open_file(world, "flat", "several", flags, in_one_volume());
        if (!file) return forward(file);
        ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_RANDOM);
        for (const auto& step : order) tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, step.first_block * kBlockBytes, step.blocks * kBlockBytes);
        // From the page cache, if there is one, and from the cache file alone.
        ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_DONTNEED);
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 0, 256 * kKiB);
    }
    return tools->complaints.finding();
}

Result<Finding> partly_local(World& world, int flags) {
    return read_ranges(world, flags, {{{0, 1}, {2, 1}, {1, 1}},                       // a gap of one block
                                      {{0, 1}, {2, 1}, {0, 3}},                       // the gap inside one read
                                      {{0, 1}, {0, 8}},                               // the beginning is there
                                      {{4, 4}, {0, 16}},                              // the middle is there
                                      {{15, 1}, {0, 16}},                             // the end is there
                                      {{1, 1}, {3, 1}, {5, 1}, {7, 1}, {9, 1}, {11, 1}, {13, 1}, {15, 1}, {17, 1}, {19, 1}, {0, 24}},
                                      {{0, 8}, {4, 8}, {2, 16}}});                    // ranges that overlap
}

/// The same, by a call that does not wait for itself.
Result<Finding> partly_local_asynchronous(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    auto tools = ReadTools::create(world, O_DIRECT, 256 * kKiB);
    if (!tools) return forward(tools);
    for (ReadCall call : {ReadCall::aio_pread, ReadCall::uring_read, ReadCall::uring_read_fixed})
        for (const char* image : {"flat", "scattered-4k", "sparse-4k"}) {
            auto file = open_file(world, image, std::string(image) == "sparse-4k" ? "hole-odd" : "several", O_DIRECT, in_one_volume());
            if (!file) return forward(file);
            for (const auto& step : {Step{0, 1}, Step{2, 1}, Step{0, 3}, Step{8, 2}, Step{0, 16}, Step{1, 40}})
                tools->read_and_check(file->subject, file->fd.get(), call, step.first_block * kBlockBytes, step.blocks * kBlockBytes);
        }
    return tools->complaints.finding();
}

/// What was fetched is there after the image was mounted again, and what was not is fetched.
Result<Finding> remounted(World& world, int flags) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, 256 * kKiB);
    if (!tools) return forward(tools);
    MountOptions options;
    {
        auto file = open_file(world, "scattered-4k", "several", flags);
        if (!file) return forward(file);
        for (uint64_t block = 0; block < 64; block += 4) tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, block * kBlockBytes, 8 * kKiB);
        options = file->mount.options();
        file->fd.reset();
        if (auto s = file->mount.unmount(); !s) return forward(s);
    }
    auto file = open_file(world, "scattered-4k", "several", flags, options);
    if (!file) return forward(file);
    tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 0, 256 * kKiB);
    tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, 128 * kKiB, 256 * kKiB);
    return tools->complaints.finding();
}

/// Buffered, direct and mapped reads of one range in turn.
Result<Finding> mixed_readers(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    auto tools = ReadTools::create(world, O_DIRECT, 256 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-64k", "several", O_DIRECT);
    if (!file) return forward(file);
    auto plain = file->open_again(0);
    if (!plain) return forward(plain);
    auto map = MappedFile::map(plain->get(), file->subject.size(), MADV_NORMAL);
    if (!map) return forward(map);
    for (uint64_t at = 0; at < file->subject.size(); at += 200 * kKiB) {
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::pread, at / kBlockBytes * kBlockBytes, 64 * kKiB);
        tools->flags = 0;
        tools->read_and_check(file->subject, plain->get(), ReadCall::pread, at, 100 * kKiB);
        tools->flags = O_DIRECT;
        tools->read_and_check(file->subject, file->fd.get(), ReadCall::aio_pread, at / kBlockBytes * kBlockBytes, 128 * kKiB);
        tools->buffer.poison(64 * kKiB);
        size_t there = file->subject.right_count(at, 64 * kKiB);
        ssize_t n = map->read(at, tools->buffer.first(there));
        tools->complaints.add(check_read(file->subject, {"copy from a mapping", "buffered", at, n}, tools->buffer.first(there)));
    }
    return tools->complaints.finding();
}

/// O_DIRECT switched on and off by fcntl(2).
Result<Finding> switched(World& world) {
    auto tools = ReadTools::create(world, 0, 64 * kKiB);
    if (!tools) return forward(tools);
    auto file = open_file(world, "scattered-4k", "several", 0);
    if (!file) return forward(file);
    int fd = file->fd.get();
    int before = ::fcntl(fd, F_GETFL);
    bool accepted = ::fcntl(fd, F_SETFL, before | O_DIRECT) == 0;
    int error = accepted ? 0 : errno;
    bool refused = world.direct() == DirectSupport::refused;
    tools->complaints.add(accepted != refused && (accepted || error == EINVAL)
                              ? ""
                              : fmt::format("fcntl(F_SETFL, O_DIRECT) {}; open(2) with O_DIRECT {}", accepted ? "succeeded" : result_text(-error),
                                            refused ? "is refused with EINVAL" : "succeeds"));
    tools->flags = accepted ? O_DIRECT : 0;
    tools->read_and_check(file->subject, fd, ReadCall::pread, 8192, 64 * kKiB);
    if (::fcntl(fd, F_SETFL, before) < 0) return fail_errno("switch off O_DIRECT of", file->path());
    tools->flags = 0;
    tools->read_and_check(file->subject, fd, ReadCall::pread, 8192 + 100, 60 * kKiB);
    return tools->complaints.finding();
}

/// The names of a directory larger than a block.
Result<Finding> large_directory(World& world) {
    auto image = find_test_image("many");
    if (!image) return forward(image);
    auto mount = world.mount("many");
    if (!mount) return forward(mount);
    std::set<std::string> missing;
    for (const auto& file : (*image)->files) missing.insert(file.name);
    std::string surplus;
    std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(mount->file("directory").c_str()), ::closedir);
    if (!directory) return fail_errno("open", mount->file("directory"));
    while (const dirent* entry = ::readdir(directory.get())) {
        std::string name = entry->d_name;
        if (name != "." && name != ".." && missing.erase("directory/" + name) == 0) surplus = name;
    }
    if (!surplus.empty()) return failed("readdir gave a name that is not in the image, or gave it twice: " + surplus);
    if (!missing.empty()) return failed(fmt::format("readdir left out {} of {} names, the first is {}", missing.size(), (*image)->files.size(), *missing.begin()));
    return passed();
}

std::vector<Case> coherence_cases() {
    std::vector<Case> cases;
    auto add = [&](std::vector<Case> more) { for (auto& one : more) cases.push_back(std::move(one)); };
    const char* cache_source = "Documentation/filesystems/caching/cachefiles.rst, On-demand Read; fs/cachefiles/io.c cachefiles_do_prepare_read()";
    add(both_ways("coherence/partly-local", "A read of a range of which only parts were fetched before fetches the rest: never zeros, never old bytes.", cache_source, partly_local));
    cases.push_back({"coherence/sparse-partly-local-asynchronous", "The same by libaio and io_uring, over scattered chunks and holes.", cache_source, partly_local_asynchronous});
    add(both_ways("coherence/remounted", "After a remount what was fetched is still right, and the rest is fetched.", cache_source, remounted));
    cases.push_back(mapping({"coherence/mixed-readers", "Direct, buffered and mapped reads of one file in turn give the same bytes.", "open(2), O_DIRECT NOTES", mixed_readers}));
    cases.push_back({"coherence/switched", "fcntl(F_SETFL) takes O_DIRECT where open(2) does, and reads are right before and after.", "fcntl(2), F_SETFL; fs/fcntl.c setfl()", switched});
    cases.push_back({"coherence/large-directory", "readdir gives every name of a directory larger than a block once.", "getdents(2); fs/erofs/dir.c", large_directory});
    return cases;
}

const CaseRegistrar registrar{coherence_cases};

}  // namespace

}  // namespace diobench::coherence_cases
