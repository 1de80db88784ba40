// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/read_label.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

std::string read_label(const Dimensions& d) {
    const std::string_view pattern = d.pattern == Pattern::sequential ? "seq" : d.pattern == Pattern::random ? "rand" : name_of(d.pattern);
    std::string label = fmt::format("{} {} qd{} {}", pattern, size_name(d.block_size_bytes), d.iodepth, d.engine);
    return d.numjobs > 1 ? fmt::format("{} x{}", label, d.numjobs) : label;
}

}  // namespace diobench
