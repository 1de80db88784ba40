// SPDX-License-Identifier: GPL-2.0-only
// protocol/states-*: the device is brought into a state, gets every command of
// the table, and has to answer what the table says; afterwards what waits is
// served, which shows that no refused command did anything.
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/daemon_script.h"
#include "bench/guest/conformance/protocol_states.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::protocol_states_cases {

namespace {

constexpr const char* kErrorInjection = "/proc/sys/cachefiles/error_injection";
constexpr uint32_t kFarId = 100;

/// What stands for places of a command.
struct Words {
    uint32_t id = 0;           ///< of the one request
    uint64_t size_bytes = 4096;
};

std::string text_of(const ProtocolCommand& command, const Words& words) {
    if (command.call == ProtocolCommand::Call::write_raw) return std::string(command.raw);
    std::string text = replace_all(std::string(command.text), "NAME", "no-such-name");
    text = replace_all(text, "PATH", kCacheDirectory);
    text = replace_all(text, "ID", std::to_string(words.id));
    text = replace_all(text, "OTHER", std::to_string(words.id + kFarId));
    return replace_all(text, "SIZE", std::to_string(words.size_bytes));
}

int send(int device, const ProtocolCommand& command, const Words& words) {
    if (command.call == ProtocolCommand::Call::read_one_byte) {
        char byte = 0;
        const ssize_t n = ::read(device, &byte, 1);
        return n < 0 ? -errno : static_cast<int>(n);
    }
    const std::string text = text_of(command, words);
    return ::write(device, text.data(), text.size()) < 0 ? -errno : 0;
}

std::string describe(const ProtocolCommand& command, int result) {
    return result > 0 ? fmt::format("{} byte", result) : protocol_answer_text(command, result);
}

/// Whether the state is still the same after a command and its answer.
enum class After { same, spoilt };

/// Sends one command and holds its answer against the table.  One that is taken and should not be spoils the state.
After ask(World& world, int device, DeviceState state, const ProtocolCommand& command, const Words& words, Complaints& complaints) {
    world.step(fmt::format("\"{}\" in state {}", command.text, device_state_name(state)));
    const auto right = protocol_answer(command, state);
    const int result = send(device, command, words);
    complaints.add(result == right.result ? ""
                                          : fmt::format("\"{}\" in state {} ({}): the answer is {}; right is {} ({})", command.text, device_state_name(state), device_state_text(state),
                                                        describe(command, result), protocol_answer_text(command, right.result), right.why));
    return result == 0 && right.result != 0 ? After::spoilt : After::same;
}

Complaints ask_all(World& world, int device, DeviceState state, const Words& words) {
    Complaints complaints;
    for (const auto& command : protocol_commands())
        if (ask(world, device, state, command, words, complaints) == After::spoilt) break;
    return complaints;
}

/// A device of the case's own, with the commands that configure it.
Result<UniqueFd> open_device(std::initializer_list<std::string> commands) {
    auto device = UniqueFd::open("/dev/cachefiles", O_RDWR | O_CLOEXEC);
    if (!device) return forward(device);
    for (const auto& text : commands)
        if (::write(device->get(), text.data(), text.size()) < 0) return fail_errno("send command " + text + " to", "/dev/cachefiles");
    return device;
}

Result<UniqueFd> device_in(DeviceState state) {
    const std::string folder = std::string("dir ") + kCacheDirectory;
    switch (state) {
        case DeviceState::fresh: return open_device({});
        case DeviceState::configured: return open_device({folder, "tag one"});
        default: return open_device({folder, "tag one", "bind"});
    }
}

/// The current folder is the cache's, of which `cull` and `inuse` speak.
Status enter_cache() { return ::chdir(kCacheDirectory) < 0 ? Status(fail_errno("enter", kCacheDirectory)) : Status{}; }
Status leave_cache() { return ::chdir("/") < 0 ? Status(fail_errno("enter", "/")) : Status{}; }

/// Before it is bound, each command gets a device of its own: one that is taken changes the state.
Result<Finding> not_bound(World& world, DeviceState state) {
    if (auto s = world.make_cache({.own_daemon = true, .bound = false}); !s) return forward(s);
    Complaints complaints;
    for (const auto& command : protocol_commands()) {
        auto device = device_in(state);
        if (!device) return forward(device);
        (void)ask(world, device->get(), state, command, {}, complaints);
    }
    return complaints.finding();
}

Result<Finding> bound_original(World& world) {
    if (auto s = world.make_cache({.own_daemon = true, .bound = false}); !s) return forward(s);
    auto device = device_in(DeviceState::bound_original);
    if (!device) return forward(device);
    if (auto s = enter_cache(); !s) return forward(s);
    auto complaints = ask_all(world, device->get(), DeviceState::bound_original, {});
    if (auto s = leave_cache(); !s) return forward(s);
    return complaints.finding();
}

/// A bound device, and what waits for its daemon.
struct Waiting {
    DaemonScript script;
    std::optional<ImageMount> mount = std::nullopt;
    std::optional<ReaderProcess> process = std::nullopt;  ///< that mounts or reads
    Words words = {};
};

Result<Waiting> begin(World& world) {
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    return Waiting{std::move(*script)};
}

Status wait_for_open(World& world, Waiting& waiting) {
    auto pending = world.start_mount("large");
    if (!pending) return forward(pending);
    waiting.process.emplace(std::move(pending->process));
    waiting.mount.emplace(std::move(pending->mount));
    if (!waiting.script.readable(kEnough)) return fail("wait for", "the OPEN of a mount", "none came within 5 s");
    return {};
}

Status read_open(Waiting& waiting) {
    auto open = waiting.script.expect<OpenRequest>();
    if (!open) return forward(open);
    auto size = waiting.script.adopt(*open);
    if (!size) return forward(size);
    waiting.words = {open->msg_id, *size};
    return {};
}

/// The first READ that a read of the file needs.
Status read_read(World& world, Waiting& waiting) {
    auto mounted = waiting.script.serve_until_end(*waiting.process, "mount(2)");
    if (!mounted) return forward(mounted);
    if (!mounted->empty()) return fail("mount", "large", *mounted);
    auto image = find_test_image("large");
    if (!image) return forward(image);
    const Subject subject{*image, (*image)->file("large"), world.seed()};
    auto reader = world.start_reader([&] { return read_once(subject, waiting.mount->file("large"), {1 << 20, kBlockBytes}); });
    if (!reader) return forward(reader);
    waiting.process.emplace(std::move(*reader));
    auto read = waiting.script.expect<ReadRequest>();
    if (!read) return forward(read);
    waiting.words.id = read->msg_id;
    return {};
}

Result<Waiting> bring_to(World& world, DeviceState state) {
    auto waiting = begin(world);
    if (!waiting) return waiting;
    Status status;
    if (state != DeviceState::bound) status = wait_for_open(world, *waiting);
    if (status && state == DeviceState::open_read) status = read_open(*waiting);
    if (status && state == DeviceState::read_read) status = read_read(world, *waiting);
    if (!status) return forward(status);
    return waiting;
}

/// Serves what waits, and then a mount of another image; what is wrong with either.
Result<std::string> serve_rest(World& world, Waiting& waiting) {
    if (waiting.process) {
        auto wrong = waiting.script.serve_until_end(*waiting.process, "what waited");
        if (!wrong || !wrong->empty()) return wrong;
    }
    auto other = world.start_mount("flat");
    if (!other) return forward(other);
    return waiting.script.serve_until_end(other->process, "mount(2)");
}

Result<Finding> bound(World& world, DeviceState state) {
    auto waiting = bring_to(world, state);
    if (!waiting) return forward(waiting);
    if (auto s = enter_cache(); !s) return forward(s);
    auto complaints = ask_all(world, world.cache_device(), state, waiting->words);
    if (auto s = leave_cache(); !s) return forward(s);
    if (complaints.any()) return complaints.finding();
    auto wrong = serve_rest(world, *waiting);
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : fmt::format("after all commands in state {}: {}", device_state_name(state), *wrong));
    return complaints.finding();
}

/// A cache file that cannot be looked up ends the cache: that of a second image in a volume that is there already.
Result<Finding> dead(World& world) {
    if (::access(kErrorInjection, F_OK) < 0) return skipped("this kernel cannot be told that cachefiles meets an error (CONFIG_CACHEFILES_ERROR_INJECTION)");
    auto waiting = begin(world);
    if (!waiting) return forward(waiting);
    const MountOptions in_domain{.domain_id = "one", .fsid = {}, .device_names = {}};
    auto first = world.start_mount("flat", in_domain);
    if (!first) return forward(first);
    auto wrong = waiting->script.serve_until_end(first->process, "mount(2)");
    if (!wrong) return forward(wrong);
    if (!wrong->empty()) return fail("mount", "flat", *wrong);
    if (auto s = write_knob(kErrorInjection, "2"); !s) return forward(s);
    auto pending = world.start_mount("large", in_domain);
    std::optional<ReaderProcess::End> end;
    if (pending) end = pending->process.wait(kEnough);
    if (auto s = write_knob(kErrorInjection, "0"); !s) return forward(s);
    if (!pending) return forward(pending);
    if (!end) return failed("a mount whose cache file cannot be looked up (EIO) does not return: " + pending->process.where());
    if (end->text.empty()) return failed("a mount whose cache file cannot be looked up (EIO) succeeded");
    return ask_all(world, world.cache_device(), DeviceState::dead, {}).finding();
}

Result<Finding> in_state(World& world, DeviceState state) {
    switch (state) {
        case DeviceState::fresh:
        case DeviceState::configured: return not_bound(world, state);
        case DeviceState::bound_original: return bound_original(world);
        case DeviceState::dead: return dead(world);
        default: return bound(world, state);
    }
}

std::vector<Case> all() {
    std::vector<Case> cases;
    for (size_t i = 0; i < kDeviceStates; ++i) {
        const auto state = static_cast<DeviceState>(i);
        cases.push_back({fmt::format("protocol/states-{}", device_state_name(state)),
                         fmt::format("A device that is {} answers each command as docs/protocol.md says, and a command that is refused changes nothing.", device_state_text(state)),
                         "Documentation/filesystems/caching/cachefiles.rst; fs/cachefiles/daemon.c, ondemand.c, namei.c (of each answer: diobench verify --protocol)",
                         [state](World& world) { return in_state(world, state); }});
    }
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::protocol_states_cases
