// SPDX-License-Identifier: GPL-2.0-only
// What mainline did with the mode that is measured: kernel-patches/mainline.toml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct MainlineEvent {
    std::string date;     ///< ISO 8601
    std::string version;  ///< the release that has it; empty: none has
    std::string text;
    std::string source;   ///< a commit or the id of a mail
};

/// In the order of the file. Errors name the file and what is wrong with it: no event, a key that is missing, empty or unknown.
[[nodiscard]] Result<std::vector<MainlineEvent>> mainline_events(const fs::path& file);
/// Of the project's own file.
[[nodiscard]] Result<std::vector<MainlineEvent>> mainline_events();
/// "Mainline: EROFS over fscache is removed (7.2, 2026-06-22)": the newest.
[[nodiscard]] std::string mainline_line(const std::vector<MainlineEvent>& events);

}  // namespace diobench
