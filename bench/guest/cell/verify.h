// SPDX-License-Identifier: GPL-2.0-only
// Wrong bytes have no speed: every way of reading an image is checked byte by
// byte before anything is measured.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/known_content.h"
#include "bench/common/plan/guest_plan.h"

namespace diobench {

/// A way of reading that fails or passes as one.
enum class ReadPath { buffered_sequential, buffered_random, direct, mapped };
[[nodiscard]] std::string_view name_of(ReadPath path);
/// The path whose verification a cell depends on.
[[nodiscard]] ReadPath path_of(const Cell& cell);

struct PathResult {
    std::string layout;   ///< "flat"; "flat@loop" for another back end than fscache
    ReadPath path = ReadPath::direct;
    std::string status;   ///< pass, fail, refused
    std::string reason;   ///< empty for pass
    uint64_t bytes_checked = 0;
    double seconds = 0;
    [[nodiscard]] nlohmann::json to_json() const;
};

/// The files of an image that cells of this kind read.
[[nodiscard]] std::vector<const TestFile*> files_of(const Cell& cell, const GuestImage& image);
/// Whether cells read with a queue, too: then direct reads are verified so as well.
enum class Queued { no, yes };
/// Reads whole files in one way and compares every byte; the ends of the files
/// too (the short last read, then 0).  The page cache is dropped before.
[[nodiscard]] Result<PathResult> verify_path(const std::vector<const TestFile*>& files, const std::string& directory, ReadPath path, Queued queued, uint64_t seed,
                                             KnownContents& contents);

}  // namespace diobench
