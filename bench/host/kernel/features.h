// SPDX-License-Identifier: GPL-2.0-only
// What a kernel tree has of what kernels differ in: kernel-patches/features.toml, looked for in the source.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/kernel/source.h"

namespace diobench {

/// One row of features.toml.
struct Feature {
    std::string name;
    std::string what;   ///< for people: "EROFS over fscache"
    std::string file;   ///< below the tree
    std::string text;   ///< that a line of it has, as whole words
    std::string since;  ///< first minor version of mainline that has it
    std::string until;  ///< the last; empty: the newest has it
};

/// Names of features that a tree lacks, each with a reason: "EROFS over fscache was removed in 7.2".
using AbsentFeatures = std::map<std::string, std::string>;

/// The rows of the project's features.toml, or of another file.  All faults of the file at once.
[[nodiscard]] Result<std::vector<Feature>> known_features(const fs::path& file = {});
/// True if a line of `text` has `words` with no letter, digit or '_' right before or behind.
[[nodiscard]] bool has_words(std::string_view text, std::string_view words);
/// Why a tree of this version has it not.
[[nodiscard]] std::string absence_reason(const Feature& feature, const std::string& version);
/// What the tree lacks; remembered beside it in the cache.
[[nodiscard]] Result<AbsentFeatures> absent_features(const KernelSource& source);

}  // namespace diobench
