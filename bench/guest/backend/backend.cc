// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/backend.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"

namespace diobench {

namespace {

std::vector<BackendInfo>& registry() {
    static std::vector<BackendInfo> backends;
    return backends;
}

Status copy_bytes(int from, int to, const std::string& name) {
    for (;;) {
        const ssize_t n = ::sendfile(to, from, nullptr, 1 << 20);
        if (n < 0) return fail_errno("copy into", name);
        if (n == 0) break;
    }
    if (::fsync(to) < 0) return fail_errno("sync", name);
    return {};
}

}  // namespace

BackendRegistration::BackendRegistration(BackendInfo info) {
    auto& backends = registry();
    backends.insert(std::upper_bound(backends.begin(), backends.end(), info, [](const auto& a, const auto& b) { return a.name < b.name; }), info);
}

std::span<const BackendInfo> all_backends() { return registry(); }

Result<const BackendInfo*> find_backend(std::string_view name) {
    std::string known(kNull);
    for (const auto& backend : all_backends()) {
        if (backend.name == name) return &backend;
        known += ", " + std::string(backend.name);
    }
    return fail("find back end", name, "known back ends are " + known);
}

bool is_unsupported(const Error& error) {
    static constexpr std::array kLacking = {ENOSYS, EOPNOTSUPP, ENODEV, ENOTBLK};
    return std::find(kLacking.begin(), kLacking.end(), error.errno_value) != kLacking.end();
}

tl::unexpected<Error> unsupported(std::string_view what, std::string_view why) {
    Error error = fail(std::string(what), "", std::string(why)).value();
    error.errno_value = EOPNOTSUPP;
    return tl::unexpected<Error>(std::move(error));
}

Result<std::string> copy_into_cache_file_system(const BackendWorld& world, const std::string& from, const std::string& name) {
    const std::string path = world.directory + "/" + name;
    if (::access(path.c_str(), F_OK) == 0) return path;
    if (auto s = make_directories(fs::path(path).parent_path()); !s) return forward(s);
    auto source = UniqueFd::open(from, O_RDONLY);
    if (!source) return forward(source);
    auto target = UniqueFd::open(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!target) return forward(target);
    if (auto s = copy_bytes(source->get(), target->get(), path); !s) return forward(s);
    return path;
}

Result<std::vector<std::string>> copy_blobs(const BackendWorld& world, const GuestImage& image) {
    std::vector<std::string> out;
    for (size_t i = 0; i < image.blobs.size(); ++i) {
        auto path = copy_into_cache_file_system(world, image.blobs[i], "images/" + image.blob_name(i) + ".erofs");
        if (!path) return forward(path);
        out.push_back(std::move(*path));
    }
    return out;
}

Status Backends::install(const std::string& name, const GuestImage& image) {
    const std::string key = name + "/" + image.layout;
    if (auto found = installed_.find(key); found != installed_.end()) return found->second;
    auto info = find_backend(name);
    if (!info) return forward(info);
    if (auto absent = world_.plan.absent_features.find(std::string((*info)->feature)); absent != world_.plan.absent_features.end())
        return unsupported("use back end " + name, absent->second);
    auto& backend = made_[name];
    if (!backend) backend = (*info)->create();
    return installed_.emplace(key, backend->install(world_, image)).first->second;
}

Result<OpenImage> Backends::open(const std::string& name, const GuestImage& image, CacheState state) {
    if (auto s = install(name, image); !s) return forward(s);
    return made_.at(name)->open(world_, image, state);
}

}  // namespace diobench
