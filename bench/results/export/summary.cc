// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/summary.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/export/conformance_text.h"
#include "bench/results/compare/answer.h"
#include "bench/results/compare/floor.h"
#include "bench/results/compare/headline.h"
#include "bench/results/compare/size_text.h"

namespace diobench {

namespace {

constexpr size_t kWidth = 72;
constexpr size_t kIndent = 10;
constexpr size_t kHashDigits = 12;
constexpr size_t kMostProblems = 2;
constexpr size_t kProblemLength = 2 * kWidth - 10;

/// "name:     text", wrapped under itself.
std::string labelled(std::string_view name, std::string_view text) {
    std::string head = fmt::format("{}:", name);
    std::string out = wrap_text(text, kWidth - kIndent, 0);
    std::string indented;
    for (const auto& line : split(out, '\n')) {
        indented += fmt::format("{:<{}}{}\n", indented.empty() ? head : "", kIndent, line);
    }
    return indented;
}

std::string kernel_text(const KernelResult& kernel) {
    std::string series = kernel.series.empty() ? "no patch" : join(kernel.series, " + ");
    std::string hash = kernel.patch_sha256.empty() ? "" : fmt::format(", patches {}", kernel.patch_sha256.substr(0, kHashDigits));
    const std::string size = kernel.size && kernel.size->patches != 0 ? "; " + size_text(*kernel.size) : "";
    return fmt::format("{}: {}, {}{}{}", kernel.name, kernel.base_version, series, hash, size);
}

std::string setup(const Run& run) {
    std::string out = labelled("Run", fmt::format("{}, suite {}, seed {}", run.id, run.suite, run.seed));
    out += labelled("Machine", fmt::format("{} ({}) on {}, {} CPUs, Linux {}", run.machine, run.accelerator, run.host.cpu, run.host.cpus, run.host.kernel));
    return out + labelled("Clock", fmt::format("{}: {}", run.clock.kind, run.clock.unit_is.substr(0, run.clock.unit_is.find(';'))));
}

std::string kernels_text(const std::vector<KernelResult>& kernels) {
    std::string out;
    for (const auto& kernel : kernels) {
        out += "  " + wrap_text(kernel_text(kernel), kWidth - 2, 4) + "\n";
        for (const auto& note : kernel.notes) out += "    " + wrap_text(note, kWidth - 4, 6) + "\n";
    }
    return out;
}

std::string bullets(const std::vector<std::string>& sentences) {
    std::string out;
    for (const auto& sentence : sentences) out += wrap_text("* " + sentence, kWidth, 2) + "\n";
    return out;
}

/// The first problems, each cut to some two lines, with those that no series declares before others: the page has all of them.
std::string shortened(std::vector<std::string> problems) {
    std::ranges::stable_partition(problems, [](const std::string& one) { return one.find("(known") == std::string::npos; });
    if (problems.empty()) return "Nothing.\n";
    std::string out;
    for (size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i) {
        const std::string& whole = problems[i];
        out += wrap_text("* " + (whole.size() <= kProblemLength ? whole : whole.substr(0, whole.rfind(' ', kProblemLength)) + " ..."), kWidth, 2) + "\n";
    }
    if (problems.size() > kMostProblems) out += fmt::format("  and {} more; report.html has all of them whole\n", problems.size() - kMostProblems);
    return out;
}

std::string ascii(std::string text) {
    for (char& c : text)
        if (c != '\n' && (c < 0x20 || c > 0x7e)) c = '?';
    return text;
}

std::string section(std::string_view title) { return fmt::format("\n{}\n{}\n", title, std::string(title.size(), '-')); }

}  // namespace

Result<std::string> summary_text(const Comparison& comparison) {
    auto answer = answer_of(comparison);
    if (!answer) return forward(answer);
    const Results& results = *comparison.results;
    std::string out = "diobench: direct against buffered reads, EROFS over fscache\n\n";
    out += setup(results.run);
    out += "Kernels:\n" + kernels_text(results.kernels);
    out += "\n" + bullets(wrong_floors(results)) + answer_text(*answer, kWidth, Colours::never);
    out += section("Refused, invalid or failed") + shortened(problems(results));
    if (!answer->next.empty()) out += fmt::format("\nNext: why that read costs what it costs\n  {}\n", answer->next);
    auto git = results.run.tool.find("git");
    out += fmt::format("\nTo reproduce{}, or with reproduce.sh beside this file:\n", git != results.run.tool.end() ? " at commit " + git->second : "");
    out += "  " + wrap_text(join(results.run.argv, " "), kWidth - 4, 6) + "\n";
    return ascii(std::move(out));
}

std::string verify_summary_text(const Results& results) {
    std::string out = "diobench: conformance of direct and buffered reads, EROFS over fscache\n\n";
    out += setup(results.run);
    out += "Kernels:\n" + kernels_text(results.kernels);
    out += section("Cases");
    out += results.run.suite == "mutants" ? mutants_text(results.kernels, kWidth, Ink::plain) : conformance_text(results.kernels, kWidth, Ink::plain);
    return ascii(std::move(out));
}

Status write_summary(const fs::path& file, const Results& results) {
    if (results.cells.empty()) return write_file_atomic(file, verify_summary_text(results));
    auto comparison = compare_arms(results, {});
    if (!comparison) return forward(comparison);
    auto text = summary_text(*comparison);
    return text ? write_file_atomic(file, *text) : Status(forward(text));
}

}  // namespace diobench
