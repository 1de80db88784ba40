// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/measure/known_metric.h"

#include <vector>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"

namespace diobench {

std::string no_such_metric(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& metric : metric_table()) names.emplace_back(metric.name);
    return "there is no such metric; known are " + join(names, ", ") + did_you_mean(name, names);
}

Result<const Metric*> known_metric(std::string_view operation, std::string_view object, std::string_view name) {
    if (const Metric* metric = find_metric(name)) return metric;
    return fail(operation, object, no_such_metric(name));
}

}  // namespace diobench
