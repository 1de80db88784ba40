// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/kernel_history.h"

namespace diobench {

Result<KernelHistory> KernelHistory::open(const StoreAddress& address) {
    auto store = ResultStore::open_existing(address);
    if (!store) return forward(store);
    return KernelHistory(std::move(*store));
}

Result<std::optional<KernelRun>> KernelHistory::last_verify(const std::string& kernel) {
    return store_ ? store_->last_verify(kernel) : std::optional<KernelRun>();
}

Result<std::optional<KernelRun>> KernelHistory::last_run(const std::string& kernel) {
    return store_ ? store_->last_measurement(kernel) : std::optional<KernelRun>();
}

}  // namespace diobench
