// SPDX-License-Identifier: GPL-2.0-only
// The daemon's side of cachefiles' on-demand mode, spoken step by step by a case:
// take a request, answer another one, write too little, close what is still needed.
//
// Whoever reads meanwhile is another process; serve_until() answers as a good
// daemon does until that one has ended.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/guest/conformance/world.h"
#include "bench/guest/daemon/protocol.h"

namespace diobench {

class DaemonScript {
public:
    /// Makes the world's cache (own_daemon is set) and binds it; nobody else answers there.
    [[nodiscard]] static Result<DaemonScript> begin(World& world, CacheOptions options = {});
    DaemonScript(DaemonScript&&) = default;
    DaemonScript& operator=(DaemonScript&&) = delete;
    /// Takes the CLOSEs of images that are unmounted, as a good daemon does: a worker of Linux 6.12 waits for each, and with it
    /// the volume, even if its descriptor is closed (an unread CLOSE has no object id that could be found).
    ~DaemonScript();

    // What arrives.

    /// The next request; nothing if none can be read within `limit`.  An error has read(2)'s errno.
    [[nodiscard]] Result<std::optional<CachefilesRequest>> take(milliseconds limit = milliseconds(5000));
    /// The next request, which has to be an OPEN, a CLOSE or a READ: anything else is an error.
    template <class Request>
    [[nodiscard]] Result<Request> expect() {
        auto request = take();
        if (!request) return forward(request);
        if (*request)
            if (auto* found = std::get_if<Request>(&**request)) return *found;
        return fail("take a request of the expected kind", "/dev/cachefiles", *request ? "it is of another kind" : "none came within 5 s");
    }
    /// Whether poll(2) says POLLIN within `limit`.
    [[nodiscard]] bool readable(milliseconds limit = milliseconds(0)) const;

    // Single answers; 0, or -errno.

    [[nodiscard]] int command(std::string_view text) const { return world_->cache_command(text); }
    [[nodiscard]] int copen(uint32_t msg_id, int64_t size_or_error) const { return command(copen_command(msg_id, size_or_error)); }
    [[nodiscard]] static int complete(int anonymous_fd, uint32_t msg_id);

    // What a good daemon does.

    /// Keeps the descriptor of an OPEN, which is known from now on, and answers nothing; the size of the image's blob, bytes.
    [[nodiscard]] Result<uint64_t> adopt(const OpenRequest& open);
    /// The same, and answers it with that size.
    [[nodiscard]] Status accept(const OpenRequest& open);
    /// Writes the blob's bytes of [offset, offset + length) into the cache; the rest of the last page is zero.
    [[nodiscard]] Status write(uint32_t object_id, uint64_t offset_bytes, uint64_t length_bytes) const;
    [[nodiscard]] Status serve(const CachefilesRequest& request);
    /// Serves until `process` has ended; nothing if it has not within 10 s.
    [[nodiscard]] Result<std::optional<ReaderProcess::End>> serve_until(ReaderProcess& process);
    /// The same: what the process says is wrong, or that `what` it does never returns.
    [[nodiscard]] Result<std::string> serve_until_end(ReaderProcess& process, std::string_view what);

    /// Serves until `process` has ended, and answers as well what it could not serve; what is wrong with the end of `what` it does.
    [[nodiscard]] Result<std::string> answer_until_end(ReaderProcess& process, std::string_view what);

    /// The anonymous descriptor of an object that was accepted, or -1.
    [[nodiscard]] int descriptor(uint32_t object_id) const;
    /// The object of the last OPEN that was accepted.
    [[nodiscard]] uint32_t last_object() const { return last_object_; }
    /// Closes the anonymous descriptor of an object.
    void forget(uint32_t object_id) { objects_.erase(object_id); }
    /// Of all objects: of a cache that is dead no CLOSE comes.
    void forget_all() { objects_.clear(); }
    /// READs that serve() answered.
    [[nodiscard]] uint64_t reads_served() const { return reads_served_; }
    /// The blob's bytes, zeros behind its end.
    [[nodiscard]] Result<std::string> bytes(uint32_t object_id, uint64_t offset_bytes, uint64_t length_bytes) const;

private:
    struct Object {
        UniqueFd anonymous;
        UniqueFd source;
    };
    explicit DaemonScript(World& world) : world_(&world) {}

    World* world_;
    std::map<uint32_t, Object> objects_;
    uint32_t last_object_ = 0;
    uint64_t reads_served_ = 0;
};

}  // namespace diobench
