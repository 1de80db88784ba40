// SPDX-License-Identifier: GPL-2.0-only
#include "bench/judge/attribute.h"

#include <memory>

#include "bench/profile/difference.h"
#include "bench/profile/profile_cells.h"

namespace diobench {

namespace {

/// A glob for one id: brackets and the like stand for themselves.
std::string literal(const std::string& id) {
    std::string out;
    for (char c : id) {
        if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// Profiles by cell, made when a cell is first asked for.
class Profiler {
public:
    explicit Profiler(const GateReport& report, const GateOptions& options) : baseline_(report.baseline), candidate_(report.candidate) {
        request_.kernels = {options.baseline, options.candidate};
        request_.suite = options.suite;
        request_.seed = options.seed;
        request_.tree = options.tree;
        request_.revision = options.revision;
    }
    Result<std::vector<AttributedFunction>> functions(const std::string& cell) {
        request_.filter = literal(cell);
        auto profiles = profile_cells(request_);
        if (!profiles) return forward(profiles);
        const CellProfile* before = profiles->find(baseline_, cell, request_.seed);
        const CellProfile* after = profiles->find(candidate_, cell, request_.seed);
        if (before == nullptr || after == nullptr) return fail("count instructions of", cell, "one of the kernels gave no number for it", ExitCode::invalid);
        auto difference = diff(*before, *after);
        if (!difference) return forward(difference);
        std::vector<AttributedFunction> out;
        for (const auto& row : difference->rows)
            out.push_back({row.function, difference->per_op(static_cast<double>(row.baseline.instructions)),
                           difference->per_op(static_cast<double>(row.candidate.instructions)), row.share.value_or(0)});
        return out;
    }

private:
    std::string baseline_, candidate_;
    ProfileRequest request_;
};

}  // namespace

Result<Attribution> attribute_by_instructions(const GateReport& report, const GateOptions& options) {
    auto profiler = std::make_shared<Profiler>(report, options);
    return Attribution([profiler](const std::string& cell) { return profiler->functions(cell); });
}

}  // namespace diobench
