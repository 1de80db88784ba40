// SPDX-License-Identifier: GPL-2.0-only
// A full disk, said in one sentence.
#pragma once

#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// True if `output` of a command says that the file system was full.
[[nodiscard]] bool says_disk_full(std::string_view output);
/// The error for a file system that is full under `place`: how much is left and what may go.
[[nodiscard]] Error disk_full_error(std::string_view operation, const fs::path& place);
/// `error`, or disk_full_error() if a full disk was its cause.
[[nodiscard]] Error explain_full_disk(const Error& error, const fs::path& place);

}  // namespace diobench
