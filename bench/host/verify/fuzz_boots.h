// SPDX-License-Identifier: GPL-2.0-only
// Cases that nobody wrote down (images damaged at random, reads at random), run on one kernel.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "bench/host/verify/boot_cases.h"

namespace diobench {

class FuzzBoots {
public:
    FuzzBoots(CaseBoots boots, std::string kernel) : boots_(std::move(boots)), kernel_(std::move(kernel)) {}

    struct Cases {
        std::vector<std::string> names = {};
        std::function<void(ConformancePlan&)> describe = {};  ///< puts what is behind the names into a plan
        std::string label = {};                               ///< behind that of the kernel: names the logs
        std::function<void(const CaseRecord&)> on_case = {};  ///< may be empty
    };
    enum class Until { all_ran, one_failed };
    /// Their records; an error if none ran.  Threads may call it side by side.
    [[nodiscard]] Result<std::vector<CaseRecord>> run(const Cases& cases, Until until);

    [[nodiscard]] uint64_t seed() const { return boots_.plan.seed; }
    [[nodiscard]] const ConformancePlan& plan() const { return boots_.plan; }
    /// Of all that was run.
    [[nodiscard]] std::vector<BootEntry> take_boots() { return std::move(entries_); }

private:
    CaseBoots boots_;
    std::string kernel_;
    std::mutex mutex_;
    std::vector<BootEntry> entries_;
};

/// What two records of one fault have in common: the words of the kernel, without numbers and what was mounted.
[[nodiscard]] std::string fault_signature(const CaseRecord& record);

/// Cases for the next boot, if `cases` of them took `took_s` and one shall take `wanted_s`; one at least.
[[nodiscard]] uint64_t cases_for(uint64_t cases, double took_s, double wanted_s, uint64_t most);

}  // namespace diobench
