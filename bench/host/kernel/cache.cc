// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/cache.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/common/digest/sha256.h"

namespace diobench {

namespace {

constexpr int kSchemaVersion = 2;
constexpr const char* kRecord = "build.json";

fs::path kernels_root() { return cache_root() / "kernels"; }

/// The files of a finished kernel: name in the cache, and the member that holds its path.
struct Part {
    const char* name;
    fs::path BuiltKernel::*path;
};
constexpr Part kParts[] = {{"", &BuiltKernel::image},  // named as its target's image
                           {"config", &BuiltKernel::config},
                           {"System.map", &BuiltKernel::system_map},
                           {"build.log", &BuiltKernel::log}};

std::string name_of(const Part& part, Target target) {
    return *part.name != '\0' ? part.name : fs::path(traits(target).image).filename().string();
}

nlohmann::json to_json(const BuiltKernel& k) {
    return {{"name", k.name}, {"target", traits(k.target).name}, {"base_version", k.base_version}, {"source", k.source}, {"series", k.series}, {"purpose", k.purpose},
            {"patch_sha256", k.patch_sha256}, {"config_sha256", k.config_sha256}, {"image_sha256", k.image_sha256},
            {"toolchain", k.toolchain}, {"build_seconds", k.build_seconds}, {"absent_features", k.absent}};
}

Target target_of(const nlohmann::json& record) {
    for (Target target : kAllTargets)
        if (record.at("target") == traits(target).name) return target;
    throw nlohmann::json::other_error::create(501, "unknown target " + record.at("target").dump(), &record);
}

BuiltKernel from_json(const nlohmann::json& j, const fs::path& folder) {
    BuiltKernel k;
    j.at("name").get_to(k.name);
    k.target = target_of(j);
    j.at("base_version").get_to(k.base_version);
    j.at("source").get_to(k.source);
    j.at("series").get_to(k.series);
    j.at("purpose").get_to(k.purpose);
    j.at("patch_sha256").get_to(k.patch_sha256);
    j.at("config_sha256").get_to(k.config_sha256);
    j.at("image_sha256").get_to(k.image_sha256);
    j.at("toolchain").get_to(k.toolchain);
    j.at("build_seconds").get_to(k.build_seconds);
    k.absent = j.value("absent_features", AbsentFeatures());  // builds of before have none written down
    k.cached = true;
    for (const auto& part : kParts) k.*part.path = folder / name_of(part, k.target);
    return k;
}

/// build.json of one folder; the error says what is wrong with it.
Result<nlohmann::json> read_record(const fs::path& folder) {
    auto text = read_file(folder / kRecord);
    if (!text) return forward(text);
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object()) return fail("read", (folder / kRecord).string(), "not JSON");
    if (json.value("schema_version", 0) != kSchemaVersion) return fail("read", (folder / kRecord).string(), "of another version of diobench");
    return json;
}

/// Puts `part` in the place of `folder`, whatever was there, in one step.
Status swap_in(TempDirectory& part, const fs::path& folder) {
    if (::renameat2(AT_FDCWD, part.path().c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) return {};
    if (errno != ENOENT) {
        // A file system without exchange, or a damaged entry that is not a folder.
        if (auto s = remove_tree(folder); !s) return s;
    }
    if (::rename(part.path().c_str(), folder.c_str()) < 0) return fail_errno("rename to", folder.string());
    part.keep();
    return {};
}

}  // namespace

Status store_kernel(const std::string& key, const BuiltKernel& kernel) {
    auto part = TempDirectory::create(kernels_root(), ".part");
    if (!part) return forward(part);
    nlohmann::json record = to_json(kernel);
    record["schema_version"] = kSchemaVersion;
    record["key"] = key;
    record["built_at"] = utc_text();
    for (const auto& p : kParts) {
        auto data = read_file(kernel.*p.path);
        if (!data) return forward(data);
        const std::string name = name_of(p, kernel.target);
        if (auto s = write_file_atomic(part->path() / name, *data); !s) return s;
        record["files"][name] = sha256_hex(*data);
    }
    // A kernel for User Mode Linux is a program.
    if (is_user_mode(kernel.target)) fs::permissions(part->path() / name_of(kParts[0], kernel.target), fs::perms(0755));
    if (auto s = write_file_atomic(part->path() / kRecord, record.dump(1) + "\n"); !s) return s;
    fs::permissions(part->path(), fs::perms(0755));
    return swap_in(*part, kernels_root() / key);
}

Result<std::optional<BuiltKernel>> find_kernel(const std::string& key, std::string& damage) {
    damage.clear();
    const fs::path folder = kernels_root() / key;
    std::error_code ec;
    if (!fs::exists(folder, ec)) return std::nullopt;
    auto record = read_record(folder);
    if (!record) {
        damage = record.error().message();
        return std::nullopt;
    }
    try {
        const Target target = target_of(*record);
        for (const auto& p : kParts) {
            const std::string name = name_of(p, target);
            auto digest = sha256_of_file(folder / name);
            if (!digest)
                damage = digest.error().message();
            else if (record->at("files").at(name) != *digest)
                damage = (folder / name).string() + " is not what was built (its SHA-256 differs)";
            if (!damage.empty()) return std::nullopt;
        }
        return from_json(*record, folder);
    } catch (const nlohmann::json::exception& e) {
        damage = (folder / kRecord).string() + ": " + e.what();
        return std::nullopt;
    }
}

Result<std::vector<CachedKernel>> list_kernels() {
    std::vector<CachedKernel> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(kernels_root(), ec)) {
        const std::string key = entry.path().filename().string();
        if (key.starts_with(".")) continue;
        auto record = read_record(entry.path());
        if (!record) continue;
        try {
            out.push_back({key, from_json(*record, entry.path()), record->at("built_at")});
        } catch (const nlohmann::json::exception&) {
            continue;  // find_kernel() says so and builds it again
        }
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.built_at > b.built_at; });
    return out;
}

Status remove_kernel(const std::string& key) {
    std::error_code ec;
    if (!fs::exists(kernels_root() / key, ec)) return fail("remove kernel", key, "it is not in the cache");
    return remove_tree(kernels_root() / key);
}

}  // namespace diobench
