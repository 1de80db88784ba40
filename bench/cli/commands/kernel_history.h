// SPDX-License-Identifier: GPL-2.0-only
// What the store of results remembers of a kernel, without making a store.
#pragma once

#include <optional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/results/store/database.h"

namespace diobench {

class KernelHistory {
public:
    /// A store that is not there has no runs.
    [[nodiscard]] static Result<KernelHistory> open(const StoreAddress& address);
    /// The newest run of the suite "verify" with this kernel.
    [[nodiscard]] Result<std::optional<KernelRun>> last_verify(const std::string& kernel);
    /// The newest run of any other suite.
    [[nodiscard]] Result<std::optional<KernelRun>> last_run(const std::string& kernel);

private:
    explicit KernelHistory(std::optional<ResultStore> store) : store_(std::move(store)) {}
    std::optional<ResultStore> store_;  ///< empty: there is none
};

}  // namespace diobench
