// SPDX-License-Identifier: GPL-2.0-only
// fio's I/O engines: which read files here, what stands for the others, and which read no files at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace diobench {

/// Why a job with this engine reads nothing that could be measured; nothing if it does.
[[nodiscard]] std::optional<std::string> fio_engine_without_files(std::string_view engine);

struct EngineChoice {
    std::string_view engine;  ///< that reads here; empty: nobody knows the name
    std::string_view why;     ///< it is another than was asked for; empty: it is the same
};
[[nodiscard]] EngineChoice fio_engine_here(std::string_view engine);

}  // namespace diobench
