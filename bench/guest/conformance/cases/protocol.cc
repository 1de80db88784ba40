// SPDX-License-Identifier: GPL-2.0-only
// protocol/: what /dev/cachefiles and its anonymous descriptors answer a daemon
// that is late, wrong, interrupted or malicious.  Each case is that daemon.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/guest/conformance/bad_memory.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/daemon_script.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::protocol_cases {

namespace {

constexpr milliseconds kMoment{30};

/// A script with an image that is mounted.
struct Stage {
    DaemonScript script;
    ScriptedFile file;

    [[nodiscard]] Result<ReaderProcess> start_read(World& world, const ReadOnce& what) const { return file.start_read(world, what); }
    [[nodiscard]] Result<std::string> served_read(World& world, const ReadOnce& what) { return diobench::served_read(world, script, file, what); }
    [[nodiscard]] Result<std::string> serve_held(const ReadRequest& read, ReaderProcess& reader) { return diobench::serve_held(script, read, reader); }
};

/// A mount whose OPEN was taken and is not answered.
struct HeldOpen {
    DaemonScript script;
    PendingMount pending;
    OpenRequest open;
};

Result<HeldOpen> hold_open(World& world, const char* image) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    auto held = hold_mount(world, *script, image);
    if (!held) return forward(held);
    return HeldOpen{std::move(*script), std::move(held->pending), held->open};
}

Result<Stage> mount_stage(World& world, DaemonScript script, const char* image, const char* file) {
    auto mounted = mount_file(world, script, image, file);
    if (!mounted) return forward(mounted);
    return Stage{std::move(script), std::move(*mounted)};
}

Result<Stage> begin(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    return mount_stage(world, std::move(*script), "large", "large");
}

/// READ_COMPLETE of a request whose reader was killed, while another reader waits.
Result<Finding> stale_answer(World& world) {
    auto stage = begin(world);
    if (!stage) return forward(stage);
    Complaints complaints;
    // Several times: message ids go on, or come again.
    for (uint64_t offset = 1 << 20; offset < 5 << 20; offset += 1 << 20) {
        auto killed = stage->start_read(world, {offset, kBlockBytes});
        if (!killed) return forward(killed);
        auto first = stage->script.expect<ReadRequest>();
        if (!first) return forward(first);
        killed->kill(SIGKILL);
        if (!killed->wait(kEnough)) return failed("a reader that was killed while its READ is held does not end: " + killed->where());
        auto waiting = stage->start_read(world, {offset + (512 << 10), kBlockBytes});
        if (!waiting) return forward(waiting);
        auto second = stage->script.expect<ReadRequest>();
        if (!second) return forward(second);
        const int answered = DaemonScript::complete(stage->script.descriptor(first->object_id), first->msg_id);
        complaints.add(right_is(-EINVAL, answered, "READ_COMPLETE of a READ whose reader was killed"));
        if (auto end = waiting->wait(kMoment))
            return failed(fmt::format("the late answer to message {}, whose reader was killed, completed message {} of another reader{}{}", first->msg_id, second->msg_id,
                                      end->text.empty() ? "" : ": ", end->text));
        auto wrong = stage->serve_held(*second, *waiting);
        if (!wrong) return forward(wrong);
        complaints.add(*wrong);
    }
    return complaints.finding();
}

/// An OPEN that was taken and not answered is offered again by `restore`.
Result<Finding> open_taken_twice(World& world) {
    auto held = hold_open(world, "flat");
    if (!held) return forward(held);
    DaemonScript& script = held->script;
    UniqueFd first(held->open.fd);
    Complaints complaints;
    complaints.add(right_is(0, script.command("restore"), "restore, with an OPEN that was not answered"));
    world.step("read(2) of an OPEN for the second time");
    auto again = script.take(milliseconds(500));
    if (!again && again.error().errno_value != EEXIST) return forward(again);
    const OpenRequest* second = again && *again ? std::get_if<OpenRequest>(&**again) : nullptr;
    if (again && *again && second == nullptr) return failed("after restore something else than the OPEN that was not answered is offered");
    if (second != nullptr) {
        // The second descriptor counts, and the first one closes without harm.
        if (auto s = script.accept(*second); !s) return forward(s);
    } else {
        (void)script.copen(held->open.msg_id, -EIO);
    }
    first.reset();
    auto ended = script.serve_until(held->pending.process);
    if (!ended) return forward(ended);
    if (!*ended) return failed("a mount whose OPEN was taken twice does not return: " + held->pending.process.where());
    if (second != nullptr) {
        complaints.add((*ended)->text);
        complaints.add(script.descriptor(second->object_id) >= 0 && script.last_object() == second->object_id ? "" : "closing the descriptor that does not count closed the blob: it is offered once more");
        if (auto s = held->pending.mount.unmount(); !s) return forward(s);
    } else {
        complaints.add((*ended)->text.empty() ? "a mount whose OPEN the daemon refused succeeded" : "");
    }
    auto stage = mount_stage(world, std::move(script), "flat", "several");
    if (!stage) return failed("after an OPEN was taken twice: " + stage.error().message());
    return complaints.finding();
}

/// Answers that fit no request, while one READ is held and one OPEN is not read yet.
Result<Finding> wrong_answers(World& world) {
    auto stage = begin(world);
    if (!stage) return forward(stage);
    DaemonScript& script = stage->script;
    const uint32_t object = script.last_object();
    const int descriptor = script.descriptor(object);
    auto reader = stage->start_read(world, {1 << 20, kBlockBytes});
    if (!reader) return forward(reader);
    auto read = script.expect<ReadRequest>();
    if (!read) return forward(read);
    Complaints complaints;
    complaints.add(right_is(-EINVAL, DaemonScript::complete(descriptor, read->msg_id + 100), "READ_COMPLETE of a message that does not exist"));
    complaints.add(right_is(-EINVAL, script.copen(read->msg_id + 100, 4096), "copen of a message that does not exist"));
    complaints.add(right_is(-EINVAL, script.copen(read->msg_id, 4096), "copen of a READ"));
    auto other = world.start_mount("flat");
    if (!other) return forward(other);
    (void)script.readable(kEnough);
    // Ids are given out in order, or the lowest that is free: both are tried.
    for (uint32_t id = 0; id <= read->msg_id + 1; ++id)
        if (id != read->msg_id) complaints.add(right_is(-EINVAL, script.copen(id, 4096), fmt::format("copen of message {}, which nobody has read", id)));
    auto open = script.expect<OpenRequest>();
    if (!open) return forward(open);
    complaints.add(right_is(-EINVAL, DaemonScript::complete(descriptor, open->msg_id), "READ_COMPLETE of an OPEN"));
    if (auto s = script.accept(*open); !s) return forward(s);
    complaints.add(right_is(-EINVAL, DaemonScript::complete(script.descriptor(open->object_id), read->msg_id), "READ_COMPLETE through the descriptor of another blob"));
    complaints.add(right_is(-EINVAL, ::ioctl(descriptor, 0, 0) < 0 ? -errno : 0, "an ioctl(2) that there is not"));
    if (auto end = reader->wait(kMoment)) return failed("a wrong answer completed a READ: " + (end->text.empty() ? "with its bytes, which nobody wrote" : end->text));
    if (complaints.any()) return complaints.finding();  // whoever's answer was taken cannot be served any more
    auto wrong = stage->serve_held(*read, *reader);
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    wrong = serve_mount(script, *other);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "the mount beside it: " + *wrong);
    complaints.add(right_is(-EINVAL, script.copen(open->msg_id, 4096), "copen of an OPEN that was answered before"));
    complaints.add(right_is(-EINVAL, DaemonScript::complete(descriptor, read->msg_id), "READ_COMPLETE of a READ that was answered before"));
    return complaints.finding();
}

/// The image is gone, its anonymous descriptor is not.
Result<Finding> late_daemon(World& world) {
    auto stage = begin(world);
    if (!stage) return forward(stage);
    const uint32_t object = stage->script.last_object();
    UniqueFd late(::fcntl(stage->script.descriptor(object), F_DUPFD_CLOEXEC, 0));
    if (!late.valid()) return fail_errno("duplicate", "an anonymous descriptor");
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    if (auto s = stage->file.mount.unmount(); !s) return forward(s);
    auto close = stage->script.expect<CloseRequest>();
    if (!close) return forward(close);
    world.step("use the anonymous descriptor of an image that is unmounted");
    ::usleep(50'000);
    Complaints complaints;
    complaints.add(refused(::pwrite(late.get(), buffer->data(), kBlockBytes, 0) < 0 ? -errno : 0, "pwrite(2) through the descriptor of an image that is unmounted"));
    complaints.add(refused(::lseek(late.get(), 0, SEEK_DATA) < 0 ? -errno : 0, "lseek(2) through it"));
    complaints.add(refused(DaemonScript::complete(late.get(), 0), "READ_COMPLETE through it"));
    late.reset();
    auto again = mount_stage(world, std::move(stage->script), "large", "large");
    return again ? complaints.finding() : failed("after a daemon was late: " + again.error().message());
}

/// pwrite(2) of two pages of which the second is not mapped: what it says is written is, the rest is asked for again.
Result<Finding> partial_write(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto stage = begin(world);
    if (!stage) return forward(stage);
    auto memory = BadMemory::create(2 * kBlockBytes, BadMemory::Kind::unmapped, 1, 1);
    if (!memory) return forward(memory);
    auto reader = stage->start_read(world, {.offset = 1 << 20, .length = 2 * kBlockBytes, .flags = flags, .delivered_bytes = 2 * kBlockBytes});
    if (!reader) return forward(reader);
    auto read = stage->script.expect<ReadRequest>();
    if (!read) return forward(read);
    if (read->length_bytes != 2 * kBlockBytes) return fail("ask for two blocks", "large", fmt::format("the READ asks for {} bytes", read->length_bytes));
    auto page = stage->script.bytes(read->object_id, read->offset_bytes, kBlockBytes);
    if (!page) return forward(page);
    std::memcpy(memory->span().data(), page->data(), kBlockBytes);
    const int descriptor = stage->script.descriptor(read->object_id);
    world.step("pwrite of two pages, the second unmapped");
    const ssize_t n = ::pwrite(descriptor, memory->span().data(), 2 * kBlockBytes, static_cast<off_t>(read->offset_bytes));
    Complaints complaints;
    const bool honest = n == kBlockBytes || (n < 0 && errno == EFAULT);
    complaints.add(honest ? "" : fmt::format("pwrite(2) of two pages of which the second is not mapped {}; right is 4096 or EFAULT", result_text(n < 0 ? -errno : n)));
    complaints.add(right_is(0, DaemonScript::complete(descriptor, read->msg_id), "READ_COMPLETE after a short write"));
    auto wrong = stage->script.serve_until_end(*reader, "a read of which the daemon wrote a half");
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    // What was not written has to be asked for again.
    wrong = stage->served_read(world, {.offset = (1 << 20) + kBlockBytes, .length = kBlockBytes, .flags = flags});
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    wrong = stage->served_read(world, {.offset = 1 << 20, .length = 4 * kBlockBytes, .flags = flags});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after the daemon wrote all of it: " + *wrong);
    return complaints.finding();
}

/// write(2) without an offset goes on where the last one ended.
Result<Finding> file_position(World& world) {
    auto held = hold_open(world, "large");
    if (!held) return forward(held);
    auto& [script, pending, open] = *held;
    if (auto s = script.accept(open); !s) return forward(s);
    auto read = script.expect<ReadRequest>();
    if (!read) return forward(read);
    constexpr size_t kWritten = 3 * kBlockBytes;
    auto data = script.bytes(open.object_id, 0, kWritten);
    if (!data) return forward(data);
    auto buffer = ReadBuffer::create(kWritten);
    if (!buffer) return forward(buffer);
    std::memcpy(buffer->data(), data->data(), kWritten);
    const int descriptor = script.descriptor(open.object_id);
    Complaints complaints;
    for (size_t at = 0; at < kWritten; at += kBlockBytes) {
        const ssize_t n = ::write(descriptor, buffer->data() + at, kBlockBytes);
        complaints.add(n == static_cast<ssize_t>(kBlockBytes) ? "" : fmt::format("write(2) number {} of a block {}; right is 4096", at / kBlockBytes + 1, result_text(n < 0 ? -errno : n)));
    }
    const off_t hole = ::lseek(descriptor, 0, SEEK_HOLE);
    complaints.add(hole == static_cast<off_t>(kWritten) ? "" : fmt::format("after three write(2) of a block from the start lseek(SEEK_HOLE) says {}; right is {}", hole, kWritten));
    const off_t first = ::lseek(descriptor, 0, SEEK_DATA);
    complaints.add(first == 0 ? "" : fmt::format("lseek(SEEK_DATA) from 0 says {}; right is 0", first));
    complaints.add(right_is(0, DaemonScript::complete(descriptor, read->msg_id), "READ_COMPLETE"));
    auto wrong = serve_mount(script, pending);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "an image whose first blocks came by write(2): " + *wrong);
    return complaints.finding();
}

/// POLLIN says that read(2) gives a request, and nothing else.
Result<Finding> poll_tells(World& world) {
    auto stage = begin(world);
    if (!stage) return forward(stage);
    Complaints complaints;
    complaints.add(stage->script.readable() ? "POLLIN although no request is there" : "");
    auto reader = stage->start_read(world, {1 << 20, kBlockBytes});
    if (!reader) return forward(reader);
    complaints.add(stage->script.readable(kEnough) ? "" : "no POLLIN although a READ waits to be read");
    auto read = stage->script.expect<ReadRequest>();
    if (!read) return forward(read);
    complaints.add(stage->script.readable() ? "POLLIN although the only READ was read and is held" : "");
    complaints.add(right_is(0, stage->script.command("restore"), "restore"));
    complaints.add(stage->script.readable() ? "" : "no POLLIN after restore, although the READ that is held is offered again");
    auto again = stage->script.expect<ReadRequest>();
    if (!again) return forward(again);
    complaints.add(again->msg_id == read->msg_id ? "" : fmt::format("restore offers message {} again; right is {}", again->msg_id, read->msg_id));
    auto wrong = stage->serve_held(*again, *reader);
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    complaints.add(stage->script.readable() ? "POLLIN although everything was answered" : "");
    return complaints.finding();
}

/// A descriptor that was closed too early: the object is offered again when it is needed.
Result<Finding> closed_and_reopened(World& world) {
    auto stage = begin(world);
    if (!stage) return forward(stage);
    Complaints complaints;
    for (uint64_t offset = 1 << 20; offset < 4 << 20; offset += 1 << 20) {
        stage->script.forget(stage->script.last_object());
        auto reader = stage->start_read(world, {offset, kBlockBytes});
        if (!reader) return forward(reader);
        auto open = stage->script.take();
        if (!open) return forward(open);
        if (!*open || !std::holds_alternative<OpenRequest>(**open))
            return failed(fmt::format("a read of a blob whose descriptor was closed sends {}; right is an OPEN", *open ? "another request first" : "nothing to the daemon"));
        if (auto s = stage->script.serve(**open); !s) return forward(s);
        auto wrong = stage->script.serve_until_end(*reader, "a read of a blob that was opened again");
        if (!wrong) return forward(wrong);
        complaints.add(*wrong);
    }
    return complaints.finding();
}

/// Text that is no command, while an OPEN is held: refused, and the OPEN can be answered.
Result<Finding> malformed(World& world) {
    auto held = hold_open(world, "large");
    if (!held) return forward(held);
    auto& [script, pending, open] = *held;
    Complaints complaints;
    const std::string id = std::to_string(open.msg_id);
    for (const std::string& text : {std::string("\n"), std::string("bogus"), std::string(" copen ") + id + ",4096", std::string("copen"), std::string("copen "), std::string("copen ,"),
                                    std::string("copen x,4096"), std::string("copen -1,4096"), std::string("copen 99999999999999999999,4096"), std::string("COPEN ") + id + ",4096",
                                    std::string("copen\0 1,1", 10), std::string(5000, 'x'), std::string("bind ondemand"), std::string("bind"), std::string("dir /tmp"), std::string("tag x"),
                                    std::string("frun 101%"), std::string("bcull x%"), std::string("cull"), std::string("inuse"), std::string("cull a/b")})
        complaints.add(refused(script.command(text), fmt::format("the command \"{}\" to a cache that is bound", text.size() > 60 ? "5000 times x" : text)));
    if (auto s = script.accept(open); !s) return failed("after malformed commands: " + s.error().message());
    auto wrong = serve_mount(script, pending);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after malformed commands: " + *wrong);
    return complaints.finding();
}

/// copen with an id that is right and a size that is not: the OPEN fails, and nobody waits for ever.
Result<Finding> wrong_size(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    Complaints complaints;
    for (const char* size : {"", "x", "-4096", "99999999999999999999"}) {
        auto pending = world.start_mount("large");
        if (!pending) return forward(pending);
        auto open = script->expect<OpenRequest>();
        if (!open) return forward(open);
        UniqueFd anonymous(open->fd);
        complaints.add(refused(script->command(fmt::format("copen {},{}", open->msg_id, size)), fmt::format("copen with the size \"{}\"", size)));
        auto end = pending->process.wait(kEnough);
        if (!end) return failed(fmt::format("a mount whose OPEN was answered with the size \"{}\" does not return: {}", size, pending->process.where()));
        complaints.add(end->text.empty() ? fmt::format("a mount whose OPEN was answered with the size \"{}\" succeeded", size) : "");
    }
    auto stage = mount_stage(world, std::move(*script), "large", "large");
    return stage ? complaints.finding() : failed("after OPENs that failed: " + stage.error().message());
}

/// Commands in a wrong order, before there is a cache: each is an error, and a cache can be bound afterwards.
Result<Finding> bind_order(World& world) {
    Complaints complaints;
    {
        auto device = UniqueFd::open("/dev/cachefiles", O_RDWR | O_CLOEXEC);
        if (!device) return forward(device);
        UniqueFd second(::open("/dev/cachefiles", O_RDWR | O_CLOEXEC));
        complaints.add(second.valid() ? "/dev/cachefiles is opened twice; right is EBUSY" : "");
        for (const char* text : {"bind ondemand", "bind", "copen 1,4096", "restore", "tag", "dir", "frun 5%", "fcull 8%", "fstop 6%", "cull x", "inuse x"})
            complaints.add(refused(::write(device->get(), text, std::strlen(text)) < 0 ? -errno : 0, fmt::format("\"{}\" before bind", text)));
        std::array<char, kCachefilesMessageBytes> message;
        complaints.add(::read(device->get(), message.data(), message.size()) > 0 ? "read(2) before bind gives a request" : "");
        for (const auto& [text, right] : {std::pair{"dir /tmp", 0}, {"dir /tmp", -EEXIST}, {"tag one", 0}, {"tag two", -EEXIST}, {"bind nonsense", -EINVAL}})
            complaints.add(right_is(right, ::write(device->get(), text, std::strlen(text)) < 0 ? -errno : 0, fmt::format("\"{}\"", text)));
    }
    auto file = open_file(world, "flat", "several", 0);
    if (!file) return failed("after commands in a wrong order: " + file.error().message());
    auto wrong = read_once(file->subject, file->path(), {0, kBlockBytes});
    complaints.add(wrong.empty() ? "" : "after commands in a wrong order: " + wrong);
    return complaints.finding();
}

const char* const kProtocol = "Documentation/filesystems/caching/cachefiles.rst, \"On-demand Read\"";
const char* const kIds = "fs/cachefiles/ondemand.c, cachefiles_ondemand_send_req(): ids are given out in a circle, so that a late answer meets no other request";

std::vector<Case> all() {
    std::vector<Case> cases = {
        {"protocol/stale-answer", "An answer to a READ whose reader was killed is EINVAL and completes no other reader's.", kIds, stale_answer},
        {"protocol/open-taken-twice", "Of an OPEN that is taken a second time (restore) one descriptor counts and the other closes without harm; the image can be mounted.",
         "fs/cachefiles/ondemand.c, cachefiles_ondemand_get_fd()", open_taken_twice},
        {"protocol/wrong-answers", "copen and READ_COMPLETE of a message that is unknown, of another kind, not read yet, answered before or of another blob are EINVAL and change nothing.",
         "fs/cachefiles/ondemand.c, cachefiles_ondemand_copen(), cachefiles_ondemand_fd_ioctl()", wrong_answers},
        {"protocol/late-daemon", "Through the anonymous descriptor of an image that is unmounted, write, lseek and READ_COMPLETE are errors; nothing crashes.",
         "fs/cachefiles/ondemand.c, cachefiles_ondemand_fd_write_iter(): object->file may be gone", late_daemon},
        {"protocol/file-position", "write(2) to an anonymous descriptor goes on where the last one ended; lseek(2) finds what was written.", "write(2); lseek(2)", file_position},
        {"protocol/poll", "poll(2) says POLLIN if and only if a request can be read.", kProtocol, poll_tells},
        {"protocol/closed-and-reopened", "A blob whose anonymous descriptor was closed is offered again (OPEN) when its data is needed, and the read gets it.",
         "fs/cachefiles/ondemand.c, cachefiles_ondemand_select_req()", closed_and_reopened},
        {"protocol/malformed-commands", "What is no command, or none that fits a cache that is bound, is an error and changes nothing.", "fs/cachefiles/daemon.c, cachefiles_daemon_write()", malformed},
        {"protocol/wrong-size", "copen whose size is no size is an error and fails the OPEN; mounts after it work.", "fs/cachefiles/ondemand.c, cachefiles_ondemand_copen()", wrong_size},
        {"protocol/bind-order", "Commands in a wrong order before the cache is bound are errors; a cache can be bound afterwards.", "fs/cachefiles/daemon.c, cachefiles_daemon_bind()", bind_order},
    };
    for (int flags : {O_DIRECT, 0})
        cases.push_back({fmt::format("protocol/partial-write-{}", via_of(flags)),
                         fmt::format("Of a daemon's write(2) that was short only what it says is in the cache; a {} read asks for the rest again.", via_of(flags)),
                         "write(2); fs/cachefiles/io.c, __cachefiles_write()", [flags](World& w) { return partial_write(w, flags); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::protocol_cases
