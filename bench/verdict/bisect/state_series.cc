// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/state_series.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <optional>

#include "bench/host/kernel/series_file.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr size_t kLongestName = 48;  // a series' name has at most 64

/// "0001-erofs-x.patch" -> "erofs-x.patch"
std::string without_number(const std::string& file_name) {
    const size_t digits = file_name.find_first_not_of("0123456789");
    return digits != std::string::npos && digits > 0 && file_name[digits] == '-' ? file_name.substr(digits + 1) : file_name;
}

/// The kernels that all of both chains are meant for.
Status narrow_base(const WalkEnds& ends, Series& state) {
    std::optional<KernelVersion> least;
    std::optional<KernelVersion> most;
    for (const auto* chain : {&ends.baseline, &ends.candidate})
        for (const auto& series : *chain) {
            auto min = parse_kernel_version(series.base_min);
            if (!min) return forward(min);
            auto max = parse_kernel_version(series.base_max);
            if (!max) return forward(max);
            if (!least || *least < *min) {
                least = *min;
                state.base_min = series.base_min;
            }
            if (!most || *max < *most) {
                most = *max;
                state.base_max = series.base_max;
            }
        }
    if (least && most && *most < *least)
        return fail("bisect", state.name, fmt::format("no kernel is one for both ends: one is for Linux {} and later, the other for at most {}", state.base_min, state.base_max));
    return {};
}

std::vector<KnownFailure> known_failures_of(const WalkEnds& ends, size_t number, size_t length) {
    std::vector<KnownFailure> out;
    if (number < length) out = ends.baseline.back().known_failures;
    if (number > 0)
        for (const auto& failure : ends.candidate.back().known_failures)
            if (std::none_of(out.begin(), out.end(), [&](const KnownFailure& k) { return k.case_glob == failure.case_glob; })) out.push_back(failure);
    return out;
}

}  // namespace

std::string state_name(size_t number, std::string_view title) {
    std::string out = fmt::format("{:02}-", number);
    for (unsigned char c : title) {
        if (out.size() >= kLongestName) break;
        if (std::isalnum(c) != 0) out += static_cast<char>(c);
        else if (out.back() != '-') out += '-';
    }
    while (out.back() == '-') out.pop_back();
    return out;
}

Status write_state_series(const fs::path& folder, const PatchWalk& walk, size_t number, const WalkEnds& ends) {
    Series state;
    state.name = folder.filename().string();
    state.folder = folder;
    state.purpose = fmt::format("state {} of {} from {} to {}", number, walk.length(), ends.baseline.back().name, ends.candidate.back().name);
    if (auto s = narrow_base(ends, state); !s) return s;
    for (const auto key : {&Series::direct_io, &Series::file_direct_io}) {
        const std::string declared = declared_direct_io(number == 0 ? ends.baseline : ends.candidate, key);
        if (declared != "unknown") state.*key = declared;
    }
    state.known_failures = known_failures_of(ends, number, walk.length());

    if (auto s = remove_tree(folder); !s) return s;
    if (auto s = make_directories(folder); !s) return s;
    for (const auto& patch : walk.state(number)) {
        auto text = read_file(patch.file);
        if (!text) return forward(text);
        state.patches.push_back(folder / fmt::format("{:04}-{}", state.patches.size() + 1, without_number(patch.file.filename().string())));
        if (auto s = write_file_atomic(state.patches.back(), *text); !s) return s;
    }
    return write_file_atomic(folder / "series.toml", series_file_text(state));
}

}  // namespace diobench
