// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/case_name.h"

#include <string>

#include "bench/common/base/text.h"
#include "bench/common/plan/dimensions.h"

namespace diobench {

namespace {

constexpr char kAt = '@';

/// Holds the glob against the name with its back end, which `otherwise` stands for where the glob has none.
bool matches(std::string_view glob, std::string_view name, std::string_view otherwise) {
    const CaseName parts = parse_case_name(name);
    std::string pattern(glob);
    if (glob.find(kAt) == std::string_view::npos) (pattern += kAt) += otherwise;
    return match_glob(pattern, std::string(parts.statement) + kAt + std::string(parts.backend));
}

}  // namespace

CaseName parse_case_name(std::string_view name) {
    const size_t at = name.find(kAt);
    if (at == std::string_view::npos) return {name, kFscache};
    return {name.substr(0, at), name.substr(at + 1)};
}

bool asks_for(std::string_view glob, std::string_view name) { return matches(glob, name, "*"); }

bool speaks_of(std::string_view glob, std::string_view name) { return matches(glob, name, kFscache); }

}  // namespace diobench
