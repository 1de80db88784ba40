// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/fscache_left.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr std::chrono::milliseconds kLookAgain{5};

/// Lines of a table behind its two lines of heading.
std::vector<std::string> table_rows(const std::string& name) {
    auto lines = split(read_file("/proc/fs/fscache/" + name).value_or(""), '\n');
    std::erase_if(lines, [](const auto& line) { return line.empty(); });
    lines.erase(lines.begin(), lines.begin() + std::min<ptrdiff_t>(2, static_cast<ptrdiff_t>(lines.size())));
    return lines;
}

}  // namespace

std::string left_in_fscache(const std::vector<std::string>& tables, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        std::string left;
        for (const auto& table : tables)
            if (auto rows = table_rows(table); !rows.empty())
                left += fmt::format("{}{} of /proc/fs/fscache/{}: {}", left.empty() ? "" : "; ", rows.size(), table, trim(rows.front()));
        if (left.empty() || std::chrono::steady_clock::now() > end) return left;
        std::this_thread::sleep_for(kLookAgain);
    }
}

}  // namespace diobench
