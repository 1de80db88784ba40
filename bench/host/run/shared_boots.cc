// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/shared_boots.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/machine/qemu.h"

namespace diobench {

namespace {

/// The file's content, or nothing: then such a boot cannot be kept whole.
std::string text_of(const fs::path& file) {
    if (file.empty()) return {};
    return read_file(file).value_or("");
}

}  // namespace

Result<SharedBoots> SharedBoots::of_this_host() {
    auto qemu = find_program("qemu-system-x86_64", "qemu-system-x86");
    if (!qemu) return forward(qemu);
    auto order = exact_order_library();
    if (!order) return forward(order);
    auto plugin = exact_plugin();
    if (!plugin) return forward(plugin);
    std::string machine;
    for (const fs::path& part : {*qemu, *order, *plugin, fs::path("/proc/self/exe")}) {
        auto digest = sha256_of_file(part);
        if (!digest) return forward(digest);
        machine += *digest;
    }
    return SharedBoots(cache_root() / "boots", std::move(machine));
}

std::optional<SharedBoots> SharedBoots::given() {
    const char* folder = std::getenv(kBootsVariable);
    if (folder == nullptr || *folder == '\0') return std::nullopt;
    return SharedBoots(folder, "", std::numeric_limits<size_t>::max());
}

fs::path SharedBoots::path(const std::string& key) const { return folder_ / (sha256_hex(machine_ + key) + ".json"); }

bool SharedBoots::restore(const std::string& key, const BootPlace& place, BootReport& report) const {
    auto text = read_file(path(key));
    if (!text) return false;
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    const std::string profile = json.is_object() ? json.value("profile", "") : "";
    if (!place.profile.empty() && profile.empty()) return false;
    if (!boot_from_json(json, key, report)) return false;
    report.result.console_log = place.console;
    std::error_code ec;
    fs::last_write_time(path(key), fs::file_time_type::clock::now(), ec);
    if (!write_file_atomic(place.console, json.value("console", ""))) return false;
    if (place.profile.empty()) return true;
    return make_directories(place.profile.parent_path()) && write_file_atomic(place.profile, profile);
}

Status SharedBoots::keep(const std::string& key, const BootPlace& place, const BootReport& report) const {
    if (!worth_keeping(report)) return {};
    auto json = boot_to_json(key, report);
    json["console"] = text_of(place.console);
    json["profile"] = text_of(place.profile);
    if (auto s = make_directories(folder_); !s) return s;
    if (auto s = write_file_atomic(path(key), json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)); !s) return s;
    remove_oldest();
    return {};
}

void SharedBoots::remove_oldest() const {
    std::vector<std::pair<fs::file_time_type, fs::path>> all;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder_, ec)) all.emplace_back(entry.last_write_time(ec), entry.path());
    std::sort(all.rbegin(), all.rend());
    for (size_t i = most_; i < all.size(); ++i) fs::remove(all[i].second, ec);
}

}  // namespace diobench
