// SPDX-License-Identifier: GPL-2.0-only
// From a source and a series to a bootable image, built once for each content.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/config.h"
#include "bench/host/kernel/features.h"
#include "bench/host/kernel/make.h"
#include "bench/host/kernel/series.h"
#include "bench/host/kernel/source.h"

namespace diobench {

struct BuiltKernel {
    std::string name;
    Target target = Target::bzimage;
    std::string base_version;
    std::string source;               ///< where the source came from
    std::vector<std::string> series;  ///< in the order applied, the kernel's own last
    std::string purpose;
    std::string patch_sha256;   ///< over the contents of all patches in order
    std::string config_sha256;  ///< of the complete .config
    std::string image_sha256;
    std::string toolchain;
    double build_seconds = 0;  ///< what the build took when it was made
    bool cached = false;       ///< true if no compiler ran this time
    AbsentFeatures absent;     ///< what its source lacks of features.toml
    std::vector<std::string> config_lines;  ///< that were asked for and are in its .config
    std::vector<std::string> notes;         ///< what was asked for and left out or not taken, a sentence each
    fs::path image, config, system_map, log;
};

struct BuildOptions {
    Target target = Target::bzimage;
    fs::path config_dir;  ///< fragments; empty: the project's kernel-patches/config
    bool force = false;   ///< run make even if the image is in the cache
    std::vector<std::string> allow_missing;  ///< symbols that the tree need not take, with or without "CONFIG_"
};

/// What names a build: everything its result depends on, hashed.
struct BuildPlan {
    std::string version;  ///< of the source
    std::vector<Series> chain;  ///< as it is for that version
    std::vector<Series> machine;  ///< what the machine needs, below the chain and no part of the arm
    std::string patch_sha256;     ///< of the chain alone
    AbsentFeatures absent;        ///< of the source
    TreeConfig config;
    std::string merged_config;
    std::string toolchain;
    std::string key;
};

/// Reads the series and configuration and names the build, without building.
[[nodiscard]] Result<BuildPlan> plan_build(const KernelSource& source, const std::string& series, const BuildOptions& options = {});
/// The kernel, from the cache or built now.  A patch that does not apply or
/// compile, a dropped symbol and a full disk are errors with code `usage`
/// that say what and where to look; an interrupt leaves nothing that could be taken for whole.
[[nodiscard]] Result<BuiltKernel> build_kernel(const KernelSource& source, const std::string& series, Progress& progress,
                                               const BuildOptions& options = {});

}  // namespace diobench
