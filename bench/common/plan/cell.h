// SPDX-License-Identifier: GPL-2.0-only
// A cell: one point of the matrix that is measured on every kernel.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/plan/dimensions.h"

namespace diobench {

/// Cells that fio, the real program, reads: "fio" by a job file, "fio-libaio"
/// (any of its engines) as the cell says.
[[nodiscard]] constexpr bool is_fio(std::string_view engine) { return engine == "fio" || engine.starts_with("fio-"); }

struct Cell : Dimensions {
    std::string workload;
    uint64_t ops = 0;    ///< reads in the timed region, of all jobs together
    bool curve = false;  ///< run a second time, untimed, to sample the page cache over time

    /// "rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1", with a part
    /// more for all that is not as usual ("/jobs4", "/mem48m"): unique in a suite.
    [[nodiscard]] std::string id() const;
    /// The "dimensions" object of results.json.
    [[nodiscard]] nlohmann::json dimensions() const;
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<Cell> from_json(const nlohmann::json& json);
};

}  // namespace diobench
