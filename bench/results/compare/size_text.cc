// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/size_text.h"

#include <fmt/format.h>

namespace diobench {

namespace {

std::string counted(int64_t count, std::string_view one, std::string_view many) { return fmt::format("{} {}", count, count == 1 ? one : many); }

std::string checkpatch_text(const SeriesSize& size) {
    if (!size.checkpatch) return "checkpatch did not run: " + size.checkpatch_reason;
    return fmt::format("checkpatch --strict: {}, {}, {}", counted(size.checkpatch->errors, "error", "errors"),
                       counted(size.checkpatch->warnings, "warning", "warnings"), counted(size.checkpatch->checks, "check", "checks"));
}

}  // namespace

std::string size_text(const SeriesSize& size) {
    if (size.patches == 0) return "no patch";
    return fmt::format("{}, {}, +{} -{} lines; {}", counted(size.patches, "patch", "patches"), counted(size.files, "file", "files"), size.lines_added,
                       size.lines_removed, checkpatch_text(size));
}

}  // namespace diobench
