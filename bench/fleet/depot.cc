// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/depot.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <random>
#include <vector>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"

namespace diobench {

namespace {

/// rsync's exit codes when what it was to send is not there.
constexpr int kNothingThere = 23;

std::string fresh_suffix() {
    std::random_device random;
    return fmt::format(".part-{:08x}{:08x}", random(), random());
}

Status copy_all(const fs::path& from, const fs::path& to) {
    std::error_code ec;
    fs::copy(from, to, fs::copy_options::recursive, ec);
    if (ec) return fail_errno("copy " + from.string() + " to", to.string(), ec.value());
    return {};
}

}  // namespace

std::string ssh_command() {
    const char* given = std::getenv("DIOBENCH_SSH");
    return given != nullptr && *given != '\0' ? given : "ssh -o BatchMode=yes -o ConnectTimeout=10";
}

Depot::Depot(std::string where) : where_(std::move(where)) {
    const size_t colon = where_.find(':');
    if (colon != std::string::npos && where_.find('/') > colon) {
        host_ = where_.substr(0, colon);
        folder_ = where_.substr(colon + 1);
    } else {
        folder_ = where_;
    }
}

std::string Depot::place_of(const std::string& name) const { return (is_remote() ? host_ + ":" : "") + (fs::path(folder_) / name).string(); }

Status Depot::put(const fs::path& from, const std::string& name) const { return is_remote() ? put_remote(from, name) : put_local(from, fs::path(folder_) / name); }

Status Depot::put_local(const fs::path& from, const fs::path& to) const {
    if (auto s = make_directories(to.parent_path()); !s) return s;
    const fs::path part = to.string() + fresh_suffix();
    if (auto s = copy_all(from, part); !s) return s;
    std::error_code ec;
    fs::rename(part, to, ec);
    if (ec) {  // a folder with something in it
        if (auto s = remove_tree(to); !s) return s;
        fs::rename(part, to, ec);
    }
    if (ec) return fail_errno("rename to", to.string(), ec.value());
    return {};
}

Status Depot::put_remote(const fs::path& from, const std::string& name) const {
    const std::string to = (fs::path(folder_) / name).string();
    const std::string part = to + fresh_suffix();
    auto words = split(ssh_command(), ' ');
    const auto on_host = [&](const std::string& command) -> Status {
        std::vector<std::string> argv = words;
        argv.insert(argv.end(), {host_, command});
        auto done = run_checked(argv);
        if (!done) return forward(done);
        return {};
    };
    if (auto s = on_host(shell_text({"mkdir", "-p", fs::path(to).parent_path().string()})); !s) return s;
    const std::string source = fs::is_directory(from) ? from.string() + "/" : from.string();
    if (auto sent = run_checked({"rsync", "-a", "-e", ssh_command(), source, host_ + ":" + part}); !sent) return forward(sent);
    return on_host(fmt::format("{} && {}", shell_text({"rm", "-rf", to}), shell_text({"mv", part, to})));
}

Result<bool> Depot::get(const std::string& name, const fs::path& to) const {
    if (auto s = make_directories(to.parent_path()); !s) return forward(s);
    if (!is_remote()) {
        std::error_code ec;
        if (!fs::exists(fs::path(folder_) / name, ec)) return false;
        if (auto s = copy_all(fs::path(folder_) / name, to); !s) return forward(s);
        return true;
    }
    auto fetched = run_command({"rsync", "-a", "-e", ssh_command(), place_of(name), to.parent_path().string() + "/"});
    if (!fetched) return forward(fetched);
    if (fetched->exit_status == kNothingThere) return false;
    if (fetched->exit_status != 0) return fail("fetch", place_of(name), last_lines(fetched->output, 2));
    const fs::path arrived = to.parent_path() / fs::path(name).filename();
    std::error_code ec;
    if (arrived != to) fs::rename(arrived, to, ec);
    if (ec) return fail_errno("rename to", to.string(), ec.value());
    return true;
}

Result<std::string> sha256_of_tree(const fs::path& folder) {
    std::error_code ec;
    if (fs::is_regular_file(folder, ec)) return sha256_of_file(folder);
    std::vector<std::string> names;
    for (fs::recursive_directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec))
        if (at->is_regular_file()) names.push_back(at->path().lexically_relative(folder).string());
    if (ec) return fail_errno("list", folder.string(), ec.value());
    std::sort(names.begin(), names.end());
    std::string all;
    for (const auto& name : names) {
        auto digest = sha256_of_file(folder / name);
        if (!digest) return digest;
        all += *digest + " " + name + "\n";
    }
    return sha256_hex(all);
}

}  // namespace diobench
