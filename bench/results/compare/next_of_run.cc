// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/next_of_run.h"

#include <filesystem>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// The last folder of a path, whether or not it ends with a slash.
std::string last_of(const std::string& path) {
    const std::filesystem::path whole(path);
    return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

}  // namespace

std::optional<std::string> kernel_as_given(const Run& run, const std::string& kernel) {
    for (const auto& word : run.argv)
        if (word.starts_with("--tree") || word.starts_with("--rev")) return std::nullopt;
    for (const auto& word : run.argv)
        if (word == kernel || last_of(word) == kernel) return shell_text({word});
    const size_t at = kernel.find('@');
    if (at == std::string::npos) return shell_text({kernel});
    // A base's name in results is the end of what was given: a version, or a tag of somebody's tree.
    const std::string series = kernel.substr(0, at);
    for (const auto& word : run.argv)
        if (const size_t here = word.rfind('@'); here != std::string::npos && last_of(word.substr(0, here)) == series && word.ends_with(kernel.substr(at + 1))) return shell_text({word});
    return std::nullopt;
}

std::string next_of_run(const ClassTable& table) {
    const Run& run = table.results->run;
    if (run.machine != "exact" || run.suite == kOwnSuite) return "";
    const ReadPair* worst = nullptr;
    for (const ClassRow& row : table.work) {
        const ClassFigure* figure = row.direct ? table.figure(row, table.candidate) : nullptr;
        if (figure == nullptr || figure->worse == 0 || !figure->gap.empty()) continue;
        if (worst == nullptr || figure->worst.ratio > worst->ratio) worst = &figure->worst;
    }
    if (worst == nullptr) return "";
    std::string kernels;
    for (const auto& name : {table.reference, table.candidate}) {
        if (table.results->find_kernel(name) == nullptr) continue;  // buffered reads are no kernel
        const auto given = kernel_as_given(run, name);
        if (!given) return "";
        kernels += " --kernel " + *given;
    }
    return fmt::format("diobench profile{} --suite {} --filter {}", kernels, run.suite, shell_text({worst->cell->cell}));
}

}  // namespace diobench
