// SPDX-License-Identifier: GPL-2.0-only
// What /dev/cachefiles answers to each command in each state of a cache: a
// table with the place in Linux 6.12 that makes each of its cells right.
// protocol/states-* hold a booted kernel against it, docs/protocol.md shows it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diobench {

enum class DeviceState : uint8_t {
    fresh,           ///< opened, nothing configured
    configured,      ///< with a folder and a tag
    bound_original,  ///< `bind`: no daemon answers for data
    bound,           ///< `bind ondemand`, no request
    open_unread,     ///< an OPEN that nobody has read
    open_read,       ///< an OPEN that was read and is not answered
    read_read,       ///< a READ that was read and is not answered
    dead,            ///< an I/O error of the cache's file system ended the cache; the device is still open
};
inline constexpr size_t kDeviceStates = 8;
/// "fresh", "bound-original"...
[[nodiscard]] std::string_view device_state_name(DeviceState state);
/// "`bind ondemand`, and no request": for sentences.
[[nodiscard]] std::string_view device_state_text(DeviceState state);

/// A command with what stands for a place: NAME (of nothing), PATH (of the cache's folder), ID (of the one request,
/// or 0), OTHER (of no request), SIZE (of the blob).
struct ProtocolCommand {
    std::string_view text;  ///< as it is shown
    enum class Call {
        write,         ///< the text
        write_raw,     ///< `raw`
        read_one_byte  ///< read(2) of one byte, for which every message is too long
    } call = Call::write;
    std::string_view raw = {};
};

/// What is right in one cell.
struct ProtocolAnswer {
    int result;            ///< 0: taken (read(2): nothing is there); else -errno
    std::string_view why;  ///< file and function of Linux 6.12, or of its documentation
};

/// In an order in which a command that is taken harms no later one, in the states from bound_original on.
[[nodiscard]] std::span<const ProtocolCommand> protocol_commands();
[[nodiscard]] ProtocolAnswer protocol_answer(const ProtocolCommand& command, DeviceState state);

/// "taken", "EINVAL".
[[nodiscard]] std::string protocol_answer_text(const ProtocolCommand& command, int result);
/// Commands by states, in Markdown.
[[nodiscard]] std::string protocol_table();
/// Why each cell is so, a line for each place that says so.
[[nodiscard]] std::string protocol_sources();

}  // namespace diobench
