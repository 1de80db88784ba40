// SPDX-License-Identifier: GPL-2.0-only
// cache/error-*: cachefiles itself meets an error of the cache's file system, at each step of its life and while others wait.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/text.h"
#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::cache_errors_cases {

namespace {

/// One volume for all images: its 256 directories are dear.
const MountOptions kInDomain{.domain_id = "one", .fsid = {}, .device_names = {}};

/// Reads a block that cannot be had; what is wrong unless it fails, whichever error it gives.
Result<ReaderProcess> start_failing_read(World& world, const ScriptedFile& file, uint64_t offset, int flags) {
    return world.start_reader([&file, offset, flags]() -> std::string {
        auto fd = UniqueFd::open(file.path(), O_RDONLY | flags);
        if (!fd) return {};
        auto buffer = ReadBuffer::create(kBlockBytes);
        if (!buffer) return buffer.error().message();
        ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_RANDOM);
        const ssize_t n = ::pread(fd->get(), buffer->data(), kBlockBytes, static_cast<off_t>(offset));
        return n < 0 ? "" : result_text(n) + "; right is an error";
    });
}

/// What is wrong with a process that has to come to its end, and say so if it succeeded where it should not.
std::string must_end(ReaderProcess& process, const std::string& what) {
    auto end = process.wait(kEnough);
    if (!end) return fmt::format("{} does not return within {} ms: {}", what, kEnough.count(), process.where());
    return end->text.empty() ? "" : what + " " + end->text;
}
std::string must_fail(PendingMount& pending, const std::string& what) {
    auto end = pending.process.wait(kEnough);
    if (!end) return fmt::format("{} does not return within {} ms: {}", what, kEnough.count(), pending.process.where());
    return end->text.empty() ? what + " succeeds; right is an error" : "";
}

/// What makes look-ups in the cache I/O errors, and how that ends.
struct Breakage {
    std::string what;
    std::function<Status(World&)> begin;
    std::function<Status(World&)> end;
};

Breakage injected() {
    return {"an injected I/O error", [](World&) { return inject_errors(InjectedErrors::io); }, [](World&) { return inject_errors(InjectedErrors::none); }};
}

/// A directory of the cache's file system whose content was never read: a look-up there goes to the device.
const std::string kUnread = std::string(kCacheDirectory) + "/unread";

Result<DaemonScript> begin_with_unread_directory(World& world) {
    auto script = DaemonScript::begin(world, {.breakable = true, .bound = false});
    if (!script) return script;
    if (::mkdir(kUnread.c_str(), 0700) < 0) return fail_errno("make", kUnread);
    if (auto s = world.power_up(); !s) return forward(s);
    if (::access(kUnread.c_str(), F_OK) < 0) return fail_errno("find", kUnread);
    return script;
}

Breakage broken_device() {
    return {"an I/O error of the device",
            [](World& world) -> Status {
                if (auto s = world.break_device(); !s) return s;
                if (world.cache_command("inuse nothing", kUnread) != -EIO) return fail("look up a name in", kUnread, "it is no I/O error although the device fails");
                return {};
            },
            [](World& world) { return world.repair_device(); }};
}

/// A READ and an OPEN are held when another look-up meets an I/O error: the cache is dead.
Result<Finding> while_others_wait(World& world, int flags, const Breakage& breakage) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto script = begin_with_unread_directory(world);
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "large", "large", kInDomain);
    if (!file) return forward(file);
    auto reader = start_failing_read(world, *file, 1 << 20, flags);
    if (!reader) return forward(reader);
    auto read = script->expect<ReadRequest>();
    if (!read) return forward(read);
    auto waiting = hold_mount(world, *script, "flat", kInDomain);
    if (!waiting) return forward(waiting);
    UniqueFd anonymous(waiting->open.fd);
    if (auto s = breakage.begin(world); !s) return forward(s);
    world.step("a mount that meets " + breakage.what);
    auto failing = world.start_mount("flat", kInDomain);
    if (!failing) return forward(failing);
    Complaints complaints;
    complaints.add(must_fail(*failing, "a mount that meets " + breakage.what));
    complaints.add(must_end(*reader, fmt::format("a {} read whose READ is held when cachefiles meets {}", via_of(flags), breakage.what)));
    complaints.add(must_fail(waiting->pending, "a mount whose OPEN is held when cachefiles meets " + breakage.what));
    if (auto s = breakage.end(world); !s) return forward(s);
    // The cache is out of use, with or without the reason.
    complaints.add(refused(script->copen(waiting->open.msg_id, 4096), "copen of an OPEN that ended with the cache"));
    complaints.add(refused(DaemonScript::complete(script->descriptor(file->object_id), read->msg_id), "READ_COMPLETE of a READ that ended with the cache"));
    auto later = start_failing_read(world, *file, 2 << 20, flags);
    if (!later) return forward(later);
    complaints.add(must_end(*later, fmt::format("a {} read after cachefiles met {}", via_of(flags), breakage.what)));
    auto refused_mount = world.start_mount("flat", kInDomain);
    if (!refused_mount) return forward(refused_mount);
    complaints.add(must_fail(*refused_mount, "a mount after cachefiles met " + breakage.what));
    world.step("unmount and unbind after cachefiles met " + breakage.what);
    script->forget_all();
    if (auto s = file->mount.unmount(); !s) return forward(s);
    return complaints.finding();
}

/// One step of the life of a cache, in which errors are injected.
struct Step {
    std::string_view name;
    std::string_view what;
    /// Injects them where the step begins and does the step; what is wrong, beyond its failing.
    Result<std::string> (*run)(World&, DaemonScript&, const MountOptions& warm, InjectedErrors);
};

/// A mount while errors are injected: it fails, or does not need the steps that do.
Result<std::string> try_mount(World& world, DaemonScript& script, const MountOptions& names, InjectedErrors errors) {
    if (auto s = inject_errors(errors); !s) return forward(s);
    auto pending = world.start_mount("flat", names);
    if (!pending) return forward(pending);
    auto wrong = script.answer_until_end(pending->process, "a mount");
    if (!wrong) return forward(wrong);
    return wrong->find("does not return") == std::string::npos ? std::string() : *wrong;
}

Result<std::string> at_cold_mount(World& world, DaemonScript& script, const MountOptions&, InjectedErrors errors) { return try_mount(world, script, {}, errors); }
Result<std::string> at_warm_mount(World& world, DaemonScript& script, const MountOptions& warm, InjectedErrors errors) { return try_mount(world, script, warm, errors); }

/// The OPEN is answered, then the new cache file is given its size.
Result<std::string> at_open(World& world, DaemonScript& script, const MountOptions&, InjectedErrors errors) {
    auto held = hold_mount(world, script, "flat", kInDomain);
    if (!held) return forward(held);
    if (auto s = inject_errors(errors); !s) return forward(s);
    if (auto s = script.accept(held->open); !s) return forward(s);
    return must_fail(held->pending, "a mount whose cache file cannot be given its size");
}

/// The daemon's write and what comes after.
Result<std::string> at_write(World& world, DaemonScript& script, const MountOptions&, InjectedErrors errors) {
    auto file = mount_file(world, script, "large", "large", kInDomain);
    if (!file) return forward(file);
    auto reader = start_failing_read(world, *file, 1 << 20, 0);
    if (!reader) return forward(reader);
    auto read = script.expect<ReadRequest>();
    if (!read) return forward(read);
    if (auto s = inject_errors(errors); !s) return forward(s);
    const bool written = static_cast<bool>(script.write(read->object_id, read->offset_bytes, read->length_bytes));
    (void)DaemonScript::complete(script.descriptor(read->object_id), read->msg_id);
    // A kernel may ask once more.
    auto wrong = script.answer_until_end(*reader, "a read whose data the daemon could not write");
    if (auto s = inject_errors(InjectedErrors::none); !s) return forward(s);
    if (auto s = unmount_file(script, *file); !s) return forward(s);
    return written ? "the daemon's write(2) succeeds" : wrong;
}

/// What is there is read.
Result<std::string> at_read(World& world, DaemonScript& script, const MountOptions& warm, InjectedErrors errors) {
    auto file = mount_file(world, script, "flat", "several", warm);
    if (!file) return forward(file);
    if (auto s = world.drop_caches(); !s) return forward(s);
    if (auto s = inject_errors(errors); !s) return forward(s);
    auto reader = errors == InjectedErrors::io ? start_failing_read(world, *file, 0, 0) : file->start_read(world, {0, kBlockBytes});
    if (!reader) return forward(reader);
    auto wrong = script.answer_until_end(*reader, "a read of data that is there");
    if (auto s = inject_errors(InjectedErrors::none); !s) return forward(s);
    if (auto s = unmount_file(script, *file); !s) return forward(s);
    return wrong;
}

/// The cache file is committed: its attribute is set, and it is given its name.
Result<std::string> at_unmount(World& world, DaemonScript& script, const MountOptions&, InjectedErrors errors) {
    auto file = mount_file(world, script, "large", "large", kInDomain);
    if (!file) return forward(file);
    if (auto s = inject_errors(errors); !s) return forward(s);
    if (auto s = unmount_file(script, *file); !s) return forward(s);
    return world.wait_for_volumes() ? std::string() : "the volume of an image that is unmounted is still there after a second";
}

/// The cache is closed under a mounted image.
Result<std::string> at_close(World& world, DaemonScript& script, const MountOptions& warm, InjectedErrors errors) {
    auto file = mount_file(world, script, "flat", "several", warm);
    if (!file) return forward(file);
    if (auto s = inject_errors(errors); !s) return forward(s);
    if (auto s = world.close_cache_device(); !s) return forward(s);
    script.forget_all();
    if (auto s = file->mount.unmount(); !s) return forward(s);
    return std::string();
}

constexpr Step kSteps[] = {
    {"cold-mount", "making a volume's directories and a cache file", at_cold_mount},
    {"warm-mount", "looking up a cache file", at_warm_mount},
    {"open", "giving a new cache file its size", at_open},
    {"write", "writing what the daemon delivers", at_write},
    {"read", "looking for data and reading it", at_read},
    {"unmount", "committing a cache file", at_unmount},
    {"close", "letting go of the files of a cache that is closed", at_close},
};

/// Errors at one step, then the cache is closed, and one bound in the same directory.
Result<Finding> at_step(World& world, const Step& step, InjectedErrors errors) {
    if (auto skip = unless_injected()) return *skip;
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    MountOptions warm;
    {
        auto file = mount_file(world, *script, "flat", "several", kInDomain);
        if (!file) return forward(file);
        warm = file->mount.options();
        if (auto s = unmount_file(*script, *file); !s) return forward(s);
    }
    if (!world.wait_for_volumes()) return failed("the volume of an image that is unmounted is still there after a second");
    world.step(fmt::format("errors are injected while {}", step.what));
    auto wrong = step.run(world, *script, warm, errors);
    if (auto s = inject_errors(InjectedErrors::none); !s) return forward(s);
    if (!wrong) return forward(wrong);
    Complaints complaints;
    complaints.add(*wrong);
    world.step(fmt::format("unbind after errors were injected while {}", step.what));
    script->forget_all();
    if (auto s = world.close_cache_device(); !s) return forward(s);
    if (!world.wait_for_volumes()) return failed(fmt::format("after errors while {} a volume is still there after a second", step.what));
    if (auto s = world.bind(); !s) return failed(fmt::format("after errors while {} the cache cannot be bound again: {}", step.what, s.error().message()));
    auto file = mount_file(world, *script, "flat", "several", warm);
    if (!file) return failed(fmt::format("after errors while {}, in the next cache: {}", step.what, file.error().message()));
    wrong = served_read(world, *script, *file, {0, 64 * kBlockBytes});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : fmt::format("after errors while {}, in the next cache: {}", step.what, *wrong));
    return complaints.finding();
}

/// bind itself meets errors.
Result<Finding> at_bind(World& world, InjectedErrors errors) {
    if (auto skip = unless_injected()) return *skip;
    auto script = DaemonScript::begin(world, {.bound = false});
    if (!script) return forward(script);
    Complaints complaints;
    for (int i = 0; i < 3; ++i) {
        if (auto s = inject_errors(errors); !s) return forward(s);
        auto bound = world.bind();
        if (auto s = inject_errors(InjectedErrors::none); !s) return forward(s);
        complaints.add(bound ? "bind succeeds while its steps fail; right is an error" : "");
        if (auto s = world.close_cache_device(); !s) return forward(s);
    }
    if (auto s = world.bind(); !s) return failed("after binds that met errors: " + s.error().message());
    auto file = mount_file(world, *script, "flat", "several");
    if (!file) return failed("after binds that met errors: " + file.error().message());
    return complaints.finding();
}

const char* const kDead = "fs/cachefiles/internal.h, cachefiles_io_error(): the cache is dead, and every request is flushed";
const char* const kExits = "Documentation/filesystems/caching/backend-api.rst, \"Error Handling\" and \"Cache Withdrawal\"; fs/cachefiles/error_inject.c: which steps fail";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (int flags : {O_DIRECT, 0}) {
        const auto right = [flags](const char* whose) {
            return fmt::format("A {} read and a mount whose READ and OPEN are held when cachefiles meets {} end with errors; what comes after is refused, and the cache unbinds.", via_of(flags), whose);
        };
        cases.push_back({fmt::format("cache/error-injected-{}", via_of(flags)), right("an injected I/O error"), kDead, [flags](World& w) -> Result<Finding> {
                             if (auto skip = unless_injected()) return *skip;
                             return while_others_wait(w, flags, injected());
                         }});
        cases.push_back({fmt::format("cache/error-device-{}", via_of(flags)), right("an I/O error of its device"), kDead,
                         [flags](World& w) { return while_others_wait(w, flags, broken_device()); }});
    }
    for (const auto& [errors, name] : {std::pair{InjectedErrors::io, "EIO"}, {InjectedErrors::no_space, "ENOSPC"}}) {
        for (const Step& step : kSteps) {
            cases.push_back({fmt::format("cache/error-at-{}-{}", step.name, lower_case(name)),
                             fmt::format("When {} fails with {} nobody hangs and nothing is held: the cache is closed, its directory bound again, and images mounted and read right.", step.what, name),
                             kExits, [&step, errors = errors](World& w) { return at_step(w, step, errors); }});
        }
        cases.push_back({fmt::format("cache/error-at-bind-{}", lower_case(name)), fmt::format("A bind whose steps fail with {} is an error that holds nothing; the next bind works.", name), kExits,
                         [errors = errors](World& w) { return at_bind(w, errors); }});
    }
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::cache_errors_cases
