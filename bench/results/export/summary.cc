// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/summary.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/export/conformance_text.h"
#include "bench/results/export/floor.h"
#include "bench/results/export/headline.h"
#include "bench/results/export/measures.h"

namespace diobench {

namespace {

constexpr size_t kWidth = 76;
constexpr size_t kIndent = 10;
constexpr size_t kHashDigits = 12;

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
    std::string series = kernel.series.empty() ? "no patch" : "series " + join(kernel.series, " + ");
    std::string hash = kernel.patch_sha256.empty() ? "" : fmt::format(", patches sha256 {}", kernel.patch_sha256.substr(0, kHashDigits));
    return fmt::format("{}: Linux {}, {}{}", kernel.name, kernel.base_version, series, hash);
}

std::string setup(const Run& run) {
    std::string out = labelled("Run", fmt::format("{}, suite {}, seed {}, started {}", run.id, run.suite, run.seed, run.started_at));
    std::string qemu = run.tool.contains("qemu") && run.machine != "host" && run.machine != "uml" ? ", QEMU " + run.tool.at("qemu") : "";
    out += labelled("Machine", fmt::format("{} ({}{}) on {}, {} CPUs, Linux {}", run.machine, run.accelerator, qemu, run.host.cpu,
                                           run.host.cpus, run.host.kernel));
    std::string clock = fmt::format("{}: {}. {}", run.clock.kind, run.clock.unit_is, clock_meaning(run.clock));
    if (!run.clock.note.empty()) clock += " " + run.clock.note;
    return out + labelled("Clock", clock);
}

std::string kernels_text(const std::vector<KernelResult>& kernels) {
    std::string out;
    for (const auto& kernel : kernels) {
        out += "  " + wrap_text(kernel_text(kernel), kWidth - 2, 4) + "\n";
        if (!kernel.purpose.empty()) out += "    " + wrap_text(kernel.purpose, kWidth - 4, 4) + "\n";
    }
    return out;
}

std::string bullets(const std::vector<std::string>& sentences) {
    std::string out;
    for (const auto& sentence : sentences) out += wrap_text("* " + sentence, kWidth, 2) + "\n";
    return out;
}

/// Arms that have no number in any row take the room of those that have.
Comparison without_empty_arms(const Comparison& comparison) {
    Comparison out = comparison;
    out.arms.clear();
    for (auto& row : out.rows) row.cells.clear();
    for (size_t arm = 0; arm < comparison.arms.size(); ++arm) {
        bool judged = arm == comparison.reference || arm == comparison.candidate;
        bool numbers = std::any_of(comparison.rows.begin(), comparison.rows.end(), [&](const ComparisonRow& row) {
            return row.cells[arm] != nullptr && row.cells[arm]->status == CellStatus::ok;
        });
        if (!judged && !numbers) continue;
        if (arm == comparison.reference) out.reference = out.arms.size();
        if (arm == comparison.candidate) out.candidate = out.arms.size();
        out.arms.push_back(comparison.arms[arm]);
        for (size_t row = 0; row < out.rows.size(); ++row) out.rows[row].cells.push_back(comparison.rows[row].cells[arm]);
    }
    return out;
}

std::string ascii(std::string text) {
    for (char& c : text)
        if (c != '\n' && (c < 0x20 || c > 0x7e)) c = '?';
    return text;
}

std::string section(std::string_view title) { return fmt::format("\n{}\n{}\n", title, std::string(title.size(), '-')); }

}  // namespace

std::string summary_text(const Comparison& comparison) {
    const Results& results = *comparison.results;
    std::string out = "diobench: direct against buffered reads, EROFS over fscache\n\n";
    out += setup(results.run);
    out += "Kernels:\n" + kernels_text(results.kernels);
    out += section("Answer") + bullets(wrong_floors(results)) + bullets(headline(comparison));
    out += section("Numbers");
    out += wrap_text("Reads with O_DIRECT from blobs that are in the cache file, page cache cold. \"buffered\": the same read without "
                     "O_DIRECT. \"raw\": O_DIRECT on the backing file. \"floor\": the same of the block device itself, by the same engine or with "
                     "fixed buffers, whichever takes less; it binds reads with O_DIRECT, not buffered ones, which are read ahead of when they "
                     "are sequential. \"ratio\": " +
                         comparison.arms.at(comparison.candidate).title + " / " + comparison.arms.at(comparison.reference).title +
                         ". \"page cache\": what the reads added to it.",
                     kWidth, 0) + "\n\n";
    out += comparison_tables(without_empty_arms(comparison), kWidth, Colours::never);
    auto wrong = problems(results);
    out += section("Refused, invalid or failed").substr(out.ends_with("\n\n") ? 1 : 0);
    out += wrong.empty() ? "Nothing.\n" : bullets(wrong);
    out += section("To reproduce");
    auto git = results.run.tool.find("git");
    out += wrap_text(fmt::format("diobench {} with the command below, or reproduce.sh beside this file.",
                                 git != results.run.tool.end() ? "at commit " + git->second : ""), kWidth, 0) + "\n";
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
    return write_file_atomic(file, summary_text(*comparison));
}

}  // namespace diobench
