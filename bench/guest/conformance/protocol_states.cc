// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/protocol_states.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

using States = unsigned;
constexpr States one(DeviceState state) { return 1U << static_cast<unsigned>(state); }

constexpr States kFresh = one(DeviceState::fresh);
constexpr States kConfigured = one(DeviceState::configured);
constexpr States kOriginal = one(DeviceState::bound_original);
constexpr States kBound = one(DeviceState::bound);
constexpr States kOpenUnread = one(DeviceState::open_unread);
constexpr States kOpenRead = one(DeviceState::open_read);
constexpr States kReadRead = one(DeviceState::read_read);
constexpr States kDead = one(DeviceState::dead);
constexpr States kUnbound = kFresh | kConfigured;
constexpr States kOnDemand = kBound | kOpenUnread | kOpenRead | kReadRead;
constexpr States kAnyBound = kOriginal | kOnDemand;
constexpr States kAlive = kUnbound | kAnyBound;
constexpr States kNotFresh = kAlive & ~kFresh;

/// One answer in some states.
struct Ruling {
    States states;
    ProtocolAnswer answer;
};

struct Row {
    ProtocolCommand command;
    std::vector<Ruling> rulings;
};

using Call = ProtocolCommand::Call;

constexpr ProtocolAnswer kDeadAnswer{-EIO, "daemon.c, cachefiles_daemon_write(): CACHEFILES_DEAD is looked at before anything else"};
constexpr ProtocolAnswer kNoFolder{-EINVAL, "daemon.c, cachefiles_daemon_bind(): no cache directory was specified"};
constexpr ProtocolAnswer kBoundAlready{-EBUSY, "daemon.c, cachefiles_daemon_bind(): a cache that is bound is not bound again"};
constexpr ProtocolAnswer kBinds{0, "daemon.c, cachefiles_daemon_bind(); cachefiles.rst, \"Turning on On-demand Mode\""};
constexpr ProtocolAnswer kNoArgument{-EINVAL, "daemon.c, cachefiles_daemon_dir() and its like: the argument is missing"};
constexpr ProtocolAnswer kLimit{0, "daemon.c, cachefiles_daemon_brun() and its like; cachefiles.rst, \"Configuration\": a limit between its neighbours"};
constexpr ProtocolAnswer kNoLimit{-EINVAL, "daemon.c, cachefiles_daemon_brun(): a number of percent below 100; cachefiles.rst, \"Cache Culling\""};
constexpr ProtocolAnswer kNotReady{-EIO, "daemon.c, cachefiles_daemon_cull(), cachefiles_daemon_inuse(): the cache is not ready"};
constexpr ProtocolAnswer kNotThere{-ENOENT, "namei.c, cachefiles_lookup_for_cull(): the name is negative"};
constexpr ProtocolAnswer kInUse{-EBUSY, "namei.c, cachefiles_lookup_for_cull(): S_KERNEL_FILE"};
constexpr ProtocolAnswer kNoName{-EINVAL, "daemon.c, cachefiles_daemon_cull(), cachefiles_daemon_inuse(): a name in the current folder, not a path"};
constexpr ProtocolAnswer kNoCommand{-EOPNOTSUPP, "daemon.c, cachefiles_daemon_write(): no such command"};
constexpr ProtocolAnswer kNotOnDemand{-EOPNOTSUPP, "ondemand.c, cachefiles_ondemand_copen(), cachefiles_ondemand_restore(): not in on-demand mode"};
constexpr ProtocolAnswer kNoMessage{-EINVAL, "ondemand.c, cachefiles_ondemand_copen(): no number, or no OPEN of that number that was read"};

std::vector<Row> make_rows() {
    // copen of what can be no OPEN.
    const std::vector<Ruling> no_copen = {{kUnbound | kOriginal, kNotOnDemand}, {kOnDemand, kNoMessage}};
    const std::vector<Ruling> limit = {{kAlive, kLimit}};
    const std::vector<Ruling> no_limit = {{kAlive, kNoLimit}};
    const std::vector<Ruling> no_command = {{kAlive, kNoCommand}};
    const std::vector<Ruling> no_argument = {{kAlive, kNoArgument}};
    static const std::string kPage(4096, 'x');
    return {
        {{"read(2) of 1 byte", Call::read_one_byte},
         {{kUnbound, {0, "daemon.c, cachefiles_daemon_read(): the cache is not ready"}},
          {kOriginal, {-EMSGSIZE, "daemon.c, cachefiles_do_daemon_read(): the state of the cache is longer"}},
          {kOpenUnread, {-EMSGSIZE, "ondemand.c, cachefiles_ondemand_daemon_read(): the request is longer, and stays"}},
          {kBound | kOpenRead | kReadRead, {0, "ondemand.c, cachefiles_ondemand_daemon_read(): no request that nobody has read"}},
          {kDead, {0, "internal.h, cachefiles_io_error(): every request was flushed"}}}},
        {{"bind"}, {{kFresh, kNoFolder}, {kConfigured, kBinds}, {kAnyBound, kBoundAlready}}},
        {{"bind ondemand"}, {{kFresh, kNoFolder}, {kConfigured, kBinds}, {kAnyBound, kBoundAlready}}},
        {{"bind NAME"}, {{kFresh, kNoFolder}, {kConfigured, {-EINVAL, "daemon.c, cachefiles_daemon_bind(): no argument but ondemand"}}, {kAnyBound, kBoundAlready}}},
        {{"dir PATH"}, {{kFresh, {0, "daemon.c, cachefiles_daemon_dir()"}}, {kNotFresh, {-EEXIST, "daemon.c, cachefiles_daemon_dir(): a second directory"}}}},
        {{"dir"}, no_argument},
        {{"tag NAME"}, {{kFresh, {0, "daemon.c, cachefiles_daemon_tag()"}}, {kNotFresh, {-EEXIST, "daemon.c, cachefiles_daemon_tag(): a second tag"}}}},
        {{"tag"}, no_argument},
        {{"brun 7%"}, limit},
        {{"bcull 5%"}, limit},
        {{"bstop 1%"}, limit},
        {{"frun 7%"}, limit},
        {{"fcull 5%"}, limit},
        {{"fstop 1%"}, limit},
        {{"brun 100%"}, no_limit},
        {{"brun 7"}, no_limit},
        {{"brun"}, no_argument},
        {{"cull NAME"}, {{kUnbound, kNotReady}, {kAnyBound, kNotThere}}},
        {{"cull cache"}, {{kUnbound, kNotReady}, {kAnyBound, kInUse}}},
        {{"cull NAME/NAME"}, {{kAlive, kNoName}}},
        {{"inuse NAME"}, {{kUnbound, kNotReady}, {kAnyBound, kNotThere}}},
        {{"inuse cache"}, {{kUnbound, kNotReady}, {kAnyBound, kInUse}}},
        {{"inuse lost+found"}, {{kUnbound, kNotReady}, {kAnyBound, {0, "namei.c, cachefiles_check_in_use(): it is there, and nobody uses it"}}}},
        {{"inuse NAME/NAME"}, {{kAlive, kNoName}}},
        {{"debug 0"}, {{kAlive, {0, "daemon.c, cachefiles_daemon_debug(); cachefiles.rst, \"Configuration\""}}}},
        {{"debug NAME"}, {{kAlive, {-EINVAL, "daemon.c, cachefiles_daemon_debug(): no mask"}}}},
        {{"secctx"}, no_argument},
        {{"NAME"}, no_command},
        {{"BIND"}, no_command},
        {{"(space)bind", Call::write_raw, " bind"}, no_command},
        {{"4096 bytes", Call::write_raw, kPage}, {{kAlive, {-EOPNOTSUPP, "daemon.c, cachefiles_daemon_write(): longer than a page less one byte"}}}},
        {{"(newline)", Call::write_raw, "\n"}, {{kAlive, {-EINVAL, "daemon.c, cachefiles_daemon_write(): nothing before the newline"}}}},
        {{"bind(NUL)", Call::write_raw, {"bind\0", 5}}, {{kAlive, {-EINVAL, "daemon.c, cachefiles_daemon_write(): a NUL in the text"}}}},
        {{"copen"}, no_copen},
        {{"copen ID"}, no_copen},
        {{"copen ,SIZE"}, no_copen},
        {{"copen NAME,SIZE"}, no_copen},
        {{"copen OTHER,SIZE"}, no_copen},
        {{"restore"}, {{kUnbound | kOriginal, kNotOnDemand}, {kOnDemand, {0, "ondemand.c, cachefiles_ondemand_restore(): what is not answered is offered again"}}}},
        // Last: it ends what the state is about.
        {{"copen ID,SIZE"},
         {{kUnbound | kOriginal, kNotOnDemand},
          {kBound, kNoMessage},
          {kOpenUnread, {-EINVAL, "ondemand.c, cachefiles_ondemand_copen(): the object has no id before its OPEN is read"}},
          {kOpenRead, {0, "ondemand.c, cachefiles_ondemand_copen(); cachefiles.rst, \"The OPEN Request\""}},
          {kReadRead, {-EINVAL, "ondemand.c, cachefiles_ondemand_copen(): the message is no OPEN"}}}},
    };
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = make_rows();
    return all;
}

constexpr std::array<std::string_view, kDeviceStates> kStateNames = {"fresh", "configured", "bound-original", "bound", "open-unread", "open-read", "read-read", "dead"};
constexpr std::array<std::string_view, kDeviceStates> kStateTexts = {
    "opened, nothing configured",
    "a folder and a tag given, not bound",
    "`bind`: bound, not on demand",
    "`bind ondemand`: bound, and no request",
    "bound on demand, with an OPEN that nobody has read",
    "bound on demand, with an OPEN that was read and not answered",
    "bound on demand, with a READ that was read and not answered",
    "bound on demand, and dead after an I/O error of the cache's file system",
};

const Row& row_of(const ProtocolCommand& command) {
    for (const auto& row : rows())
        if (row.command.text == command.text) return row;
    std::abort();  // not one of protocol_commands()
}

}  // namespace

std::string_view device_state_name(DeviceState state) { return kStateNames.at(static_cast<size_t>(state)); }
std::string_view device_state_text(DeviceState state) { return kStateTexts.at(static_cast<size_t>(state)); }

std::span<const ProtocolCommand> protocol_commands() {
    static const std::vector<ProtocolCommand> commands = [] {
        std::vector<ProtocolCommand> out;
        for (const auto& row : rows()) out.push_back(row.command);
        return out;
    }();
    return commands;
}

ProtocolAnswer protocol_answer(const ProtocolCommand& command, DeviceState state) {
    for (const auto& ruling : row_of(command).rulings)
        if ((ruling.states & one(state)) != 0) return ruling.answer;
    return kDeadAnswer;
}

std::string protocol_answer_text(const ProtocolCommand& command, int result) {
    if (result != 0) return ::strerrorname_np(-result);
    return command.call == Call::read_one_byte ? "nothing" : "taken";
}

std::string protocol_table() {
    std::string out = "| command |";
    std::string line = "\n|---|";
    for (const auto name : kStateNames) {
        out += fmt::format(" {} |", name);
        line += "---|";
    }
    out += line + "\n";
    for (const auto& command : protocol_commands()) {
        out += fmt::format("| `{}` |", command.text);
        for (size_t i = 0; i < kDeviceStates; ++i) out += fmt::format(" {} |", protocol_answer_text(command, protocol_answer(command, static_cast<DeviceState>(i)).result));
        out += "\n";
    }
    return out;
}

std::string protocol_sources() {
    std::string out;
    for (const auto& command : protocol_commands()) {
        std::vector<std::pair<std::string_view, std::string>> places;  // why, the states it is said of
        for (size_t i = 0; i < kDeviceStates; ++i) {
            const auto answer = protocol_answer(command, static_cast<DeviceState>(i));
            if (places.empty() || places.back().first != answer.why) places.emplace_back(answer.why, protocol_answer_text(command, answer.result) + " in " + std::string(kStateNames[i]));
            else places.back().second += ", " + std::string(kStateNames[i]);
        }
        out += fmt::format("{}\n", command.text);
        for (const auto& [why, states] : places) out += fmt::format("    {}: {}\n", states, why);
    }
    return out;
}

}  // namespace diobench
