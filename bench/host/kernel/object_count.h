// SPDX-License-Identifier: GPL-2.0-only
// How much there is to compile, for the progress line only.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// Counts the objects that the Makefiles of `tree` name for configuration
/// `config_text`, by following obj-y, obj-$(CONFIG_X) and the folders in
/// them.  Conditionals and computed names are not evaluated, so it is an estimate.
[[nodiscard]] size_t estimate_objects(const fs::path& tree, const std::string& arch, std::string_view config_text);
/// The number of objects in an object tree whose recorded dependencies name one of `changed` (paths inside the source tree).
[[nodiscard]] size_t count_affected_objects(const fs::path& object_tree, const std::vector<std::string>& changed);

}  // namespace diobench
