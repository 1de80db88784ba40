// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/near_name.h"

#include <algorithm>

#include "bench/common/base/edit_distance.h"

namespace diobench {

std::optional<std::string> nearest_name(std::string_view given, const std::vector<std::string>& known) {
    std::optional<std::string> best;
    size_t limit = std::min(kMistypedAtMost, given.size() / 2) + 1;
    for (const auto& name : known)
        if (const size_t distance = edit_distance(given, name); distance < limit) {
            best = name;
            limit = distance;
        }
    return best;
}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
    const auto near = nearest_name(given, known);
    return near ? "; did you mean " + *near + "?" : "";
}

}  // namespace diobench
