// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/daemon/protocol.h"

#include <cstring>
#include <linux/cachefiles.h>
#include <sys/ioctl.h>

namespace diobench {

Result<CachefilesRequest> parse_cachefiles_message(std::string_view message) {
    auto bad = [](const std::string& why) { return fail("read cachefiles message", "", why, ExitCode::invalid); };
    cachefiles_msg head{};
    if (message.size() < sizeof head) return bad("shorter than its header");
    std::memcpy(&head, message.data(), sizeof head);
    if (head.len != message.size()) return bad("says " + std::to_string(head.len) + " bytes, has " + std::to_string(message.size()));
    message.remove_prefix(sizeof head);
    switch (head.opcode) {
    case CACHEFILES_OP_OPEN: {
        cachefiles_open open{};
        if (message.size() < sizeof open) return bad("OPEN without its header");
        std::memcpy(&open, message.data(), sizeof open);
        message.remove_prefix(sizeof open);
        if (open.volume_key_size == 0 || uint64_t{open.volume_key_size} + open.cookie_key_size != message.size())
            return bad("OPEN whose keys do not fit");
        // The volume key's size counts its NUL, the cookie key has none.
        return OpenRequest{head.msg_id, head.object_id, static_cast<int>(open.fd),
                           std::string(message.substr(0, open.volume_key_size - 1)),
                           std::string(message.substr(open.volume_key_size))};
    }
    case CACHEFILES_OP_CLOSE: return CloseRequest{head.msg_id, head.object_id};
    case CACHEFILES_OP_READ: {
        cachefiles_read read{};
        if (message.size() != sizeof read) return bad("READ of another size");
        std::memcpy(&read, message.data(), sizeof read);
        return ReadRequest{head.msg_id, head.object_id, read.off, read.len};
    }
    default: return bad("unknown opcode " + std::to_string(head.opcode));
    }
}

std::string copen_command(uint32_t msg_id, int64_t size_or_error) {
    return "copen " + std::to_string(msg_id) + "," + std::to_string(size_or_error);
}

Status complete_read(int anonymous_fd, uint32_t msg_id) {
    if (::ioctl(anonymous_fd, CACHEFILES_IOC_READ_COMPLETE, static_cast<unsigned long>(msg_id)) < 0)
        return fail_errno("complete READ", std::to_string(msg_id));
    return {};
}

}  // namespace diobench
