// SPDX-License-Identifier: GPL-2.0-only
// A file of an image on its way into the guest.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/common/image/test_images.h"

namespace diobench {

[[nodiscard]] nlohmann::json test_file_to_json(const TestFile& file);
/// Throws nlohmann::json::exception.
[[nodiscard]] TestFile test_file_from_json(const nlohmann::json& json);

}  // namespace diobench
