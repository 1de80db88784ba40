// SPDX-License-Identifier: GPL-2.0-only
// Metrics that are sums over kernel functions: which functions, and why these.  A new one is a row of the table in the .cc
// and one of the metric table.
#pragma once

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/host/profile/cell_profile.h"
#include "bench/results/store/results.h"

namespace diobench {

inline constexpr std::string_view kReadPathInstructions = "instructions_per_op.read_path";

enum class Summed {
    entries,       ///< how often the functions were called
    instructions,  ///< what the functions execute themselves, without what they call; leading underscores of their names do not matter
};

/// Names with spaces between them. One that ends in '*' is of all functions that begin so.
struct FunctionList {
    std::string_view needed;  ///< a kernel that lacks one of these has another list
    std::string_view also;    ///< summed as well where they are there
};

/// A metric per read.  No function of a list calls another one of it, so that nothing is counted twice.
struct FunctionRule {
    std::string_view metric;  ///< of the metric table
    Summed summed;
    std::array<FunctionList, 3> lists;  ///< newest kernels first: the first that fits a kernel decides
    std::string_view why;               ///< these functions
};

[[nodiscard]] std::span<const FunctionRule> function_rules();
/// What the metrics follow from, as text: counts that other rules made are not comparable.
[[nodiscard]] std::string function_rules_text();

/// A function of EROFS, cachefiles, fscache or netfs. "f [module]" is f.
[[nodiscard]] bool is_read_path_function(std::string_view function);

/// The rules as they are for one kernel.
class KernelRules {
public:
    /// Of a kernel with these functions, named as in its profiles.
    explicit KernelRules(const std::set<std::string>& functions);
    /// Of the kernel with this System.map.
    [[nodiscard]] static Result<KernelRules> read(const fs::path& system_map);

    /// What follows from a cell's counts, per read, and its copied bytes per byte read.  What is not known is not there:
    /// everything of a cell without reads, and a rule none of whose lists fits the kernel, which is not 0.
    [[nodiscard]] Metrics metrics_of(const CellProfile& profile) const;
    /// A sentence for each of those rules.
    [[nodiscard]] std::vector<std::string> unknown() const;

private:
    struct Resolved {
        const FunctionRule* rule;
        std::vector<std::string> functions;  ///< of this kernel; none: the rule does not fit it
    };
    std::vector<Resolved> rules_;
};

}  // namespace diobench
