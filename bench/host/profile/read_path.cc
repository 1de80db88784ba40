// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/read_path.h"

#include <algorithm>
#include <array>

namespace diobench {

namespace {

constexpr std::array<std::string_view, 5> kPrefixes = {"erofs_", "z_erofs_", "cachefiles_", "fscache_", "netfs_"};

}  // namespace

bool is_read_path_function(std::string_view function) {
    const size_t begin = function.find_first_not_of('_');
    if (begin == std::string_view::npos) return false;
    const std::string_view name = function.substr(begin);
    return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string read_path_rule() {
    std::string out;
    for (std::string_view prefix : kPrefixes) out += prefix;
    return out;
}

double read_path_instructions_per_op(const CellProfile& profile) {
    if (profile.ops == 0) return 0;
    uint64_t sum = 0;
    for (const auto& [function, counts] : profile.functions)
        if (is_read_path_function(function)) sum += counts.instructions;
    return static_cast<double>(sum) / static_cast<double>(profile.ops);
}

}  // namespace diobench
