// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/daemon_script.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/guest/conformance/reading.h"

namespace diobench {

namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr milliseconds kServedLimit{30000};
constexpr milliseconds kServedLook{1};
constexpr milliseconds kClosedLimit{1000};
constexpr milliseconds kClosedLook{20};

template <class... Calls>
struct Overloaded : Calls... {
    using Calls::operator()...;
};
template <class... Calls>
Overloaded(Calls...) -> Overloaded<Calls...>;

}  // namespace

Result<DaemonScript> DaemonScript::begin(World& world, CacheOptions options) {
    options.own_daemon = true;
    if (auto s = world.make_cache(options); !s) return forward(s);
    return DaemonScript(world);
}

DaemonScript::~DaemonScript() {
    for (auto left = kClosedLimit / kClosedLook; left > 0 && !objects_.empty(); --left) {
        auto request = take(kClosedLook);
        if (!request) return;
        if (*request) (void)serve(**request);
    }
}

Result<std::optional<CachefilesRequest>> DaemonScript::take(milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::array<char, kCachefilesMessageBytes> buffer;
    ssize_t n = 0;
    // A READ of a blob that has to be opened again first is counted by poll(2), and read(2) gives nothing yet.
    while ((n = ::read(world_->cache_device(), buffer.data(), buffer.size())) == 0) {
        const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        pollfd device{world_->cache_device(), POLLIN, 0};
        if (::poll(&device, 1, static_cast<int>(left.count())) < 0) return fail_errno("poll", "/dev/cachefiles");
    }
    if (n < 0) return fail_errno("read", "/dev/cachefiles");
    auto request = parse_cachefiles_message({buffer.data(), static_cast<size_t>(n)});
    if (!request) return forward(request);
    return std::optional(std::move(*request));
}

bool DaemonScript::readable(milliseconds limit) const {
    pollfd device{world_->cache_device(), POLLIN, 0};
    return ::poll(&device, 1, static_cast<int>(limit.count())) == 1 && (device.revents & POLLIN) != 0;
}

int DaemonScript::complete(int anonymous_fd, uint32_t msg_id) {
    auto done = complete_read(anonymous_fd, msg_id);
    return done ? 0 : -done.error().errno_value;
}

Result<uint64_t> DaemonScript::adopt(const OpenRequest& open) {
    // "flat.1": the fsid of a mount of the image "flat".
    const std::string path = fmt::format("/images/{}.0.erofs", open.cookie_key.substr(0, open.cookie_key.find('.')));
    Object object{UniqueFd(open.fd), {}};
    auto source = UniqueFd::open(path, O_RDONLY);
    if (!source) return forward(source);
    object.source = std::move(*source);
    struct stat st {};
    if (::fstat(object.source.get(), &st) < 0) return fail_errno("stat", path);
    last_object_ = open.object_id;
    objects_[open.object_id] = std::move(object);
    return static_cast<uint64_t>(st.st_size);
}

Status DaemonScript::accept(const OpenRequest& open) {
    auto size = adopt(open);
    if (!size) return forward(size);
    if (const int error = copen(open.msg_id, static_cast<int64_t>(*size)); error != 0) return fail_errno("answer OPEN of", open.cookie_key, -error);
    return {};
}

Result<std::string> DaemonScript::bytes(uint32_t object_id, uint64_t offset_bytes, uint64_t length_bytes) const {
    auto object = objects_.find(object_id);
    if (object == objects_.end()) return fail("find object", std::to_string(object_id), "no OPEN of it was accepted");
    std::string out(length_bytes, '\0');
    if (::pread(object->second.source.get(), out.data(), out.size(), static_cast<off_t>(offset_bytes)) < 0) return fail_errno("read", "a blob");
    return out;
}

Status DaemonScript::write(uint32_t object_id, uint64_t offset_bytes, uint64_t length_bytes) const {
    auto data = bytes(object_id, offset_bytes, length_bytes);
    if (!data) return forward(data);
    auto buffer = ReadBuffer::create(std::max<uint64_t>(length_bytes, kPageBytes));
    if (!buffer) return forward(buffer);
    std::copy(data->begin(), data->end(), reinterpret_cast<char*>(buffer->data()));
    const ssize_t n = ::pwrite(descriptor(object_id), buffer->data(), length_bytes, static_cast<off_t>(offset_bytes));
    if (n < 0) return fail_errno("write", "into the cache");
    if (static_cast<uint64_t>(n) != length_bytes) return fail("write", "into the cache", fmt::format("{} of {} bytes were taken", n, length_bytes));
    return {};
}

Status DaemonScript::serve(const CachefilesRequest& request) {
    return std::visit(Overloaded{[this](const OpenRequest& open) { return accept(open); },
                                 [this](const CloseRequest& close) {
                                     forget(close.object_id);
                                     return Status{};
                                 },
                                 [this](const ReadRequest& read) -> Status {
                                     if (auto s = write(read.object_id, read.offset_bytes, read.length_bytes); !s) return s;
                                     ++reads_served_;
                                     return complete_read(descriptor(read.object_id), read.msg_id);
                                 }},
                      request);
}

Result<std::optional<ReaderProcess::End>> DaemonScript::serve_until(ReaderProcess& process) {
    for (auto left = kServedLimit / kServedLook; left > 0; --left) {
        if (auto end = process.wait(milliseconds(0))) return end;
        auto request = take(kServedLook);
        if (!request) return forward(request);
        if (*request)
            if (auto s = serve(**request); !s) return forward(s);
    }
    return std::nullopt;
}

Result<std::string> DaemonScript::serve_until_end(ReaderProcess& process, std::string_view what) {
    auto end = serve_until(process);
    if (!end) return forward(end);
    return *end ? (*end)->text : fmt::format("{} does not return: {}", what, process.where());
}

Result<std::string> DaemonScript::answer_until_end(ReaderProcess& process, std::string_view what) {
    for (auto left = kServedLimit / kServedLook; left > 0; --left) {
        if (auto end = process.wait(milliseconds(0))) return end->text.empty() ? std::string() : fmt::format("{}: {}", what, end->text);
        auto request = take(kServedLook);
        if (!request) return forward(request);
        if (!*request || serve(**request)) continue;
        if (const auto* read = std::get_if<ReadRequest>(&**request)) (void)complete(descriptor(read->object_id), read->msg_id);
    }
    return fmt::format("{} does not return: {}", what, process.where());
}

int DaemonScript::descriptor(uint32_t object_id) const {
    auto object = objects_.find(object_id);
    return object == objects_.end() ? -1 : object->second.anonymous.get();
}

}  // namespace diobench
