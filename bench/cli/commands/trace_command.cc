// SPDX-License-Identifier: GPL-2.0-only
// diobench trace: record the reads of a program, look at a trace, check one.
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/common/trace/record.h"

namespace diobench {

namespace {

/// Files that `show` prints a row for; --json has them all.
constexpr size_t kShownFiles = 12;

struct RecordArguments {
    std::string root;
    std::string output;
    std::vector<std::string> program;
};

struct ReadArguments {
    std::string file;
    std::string root;
    bool json = false;
};

/// A program may run for hours: where its trace goes must be known to be writable before.
Status check_output(const fs::path& output) {
    const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (fs::is_directory(output)) return fail("record trace", "--out " + output.string(), "it is a folder: name a file, such as start.trace");
    if (!fs::is_directory(folder)) return fail("record trace", "--out " + output.string(), "the folder " + folder.string() + " must exist");
    if (::access(folder.c_str(), W_OK) != 0) return fail_errno("record trace", "--out " + output.string());
    return {};
}

std::string summary_sentence(const TraceSummary& all, size_t files) {
    return fmt::format("{} reads of {} {}, {} in {}", all.reads, files, files == 1 ? "file" : "files", human_bytes(static_cast<double>(all.bytes)),
                       human_ns(static_cast<double>(all.duration_ns)));
}

Result<ExitCode> record(const RecordArguments& arguments) {
    if (auto s = check_output(arguments.output); !s) return forward(s);
    auto recording = record_trace(arguments.root, arguments.program);
    if (!recording) return forward(recording);
    const std::string head = coloured("diobench:", Colour::bold, 2);
    for (const auto& sentence : gap_sentences(recording->gaps)) fmt::print(stderr, "{} {}\n", head, sentence);
    const std::string ended = fmt::format("the program ended with exit status {}", recording->exit_status);
    if (recording->trace.reads.empty())
        return fail("record trace", "", fmt::format("no read of a file below {} was seen, and {} was not written; {}", arguments.root, arguments.output, ended),
                    ExitCode::invalid);
    if (auto s = write_file_atomic(arguments.output, format_recording(*recording, arguments.program)); !s) return forward(s);
    fmt::print(stderr, "{} {}: {}; {}\n", head, arguments.output, summary_sentence(summarize_trace(recording->trace), recording->trace.files.size()), ended);
    if (recording->gaps.incomplete()) return ExitCode::invalid;
    return static_cast<ExitCode>(recording->exit_status);
}

nlohmann::ordered_json to_json(const TraceSummary& summary) {
    return {{"reads", summary.reads},
            {"bytes", summary.bytes},
            {"small_reads", summary.small_reads},
            {"direct_reads", summary.direct_reads},
            {"sequential_reads", summary.sequential_reads},
            {"end_bytes", summary.end_bytes},
            {"duration_ns", summary.duration_ns}};
}

void print_json(const std::string& name, const Trace& trace) {
    const auto summaries = summarize_trace_files(trace);
    nlohmann::ordered_json out = {{"trace", name}, {"total", to_json(summarize_trace(trace))}, {"files", nlohmann::ordered_json::array()}};
    for (size_t i = 0; i < summaries.size(); ++i) {
        nlohmann::ordered_json one = {{"file", trace.files[i]}};
        one.update(to_json(summaries[i]));
        out["files"].push_back(std::move(one));
    }
    // A path need not be UTF-8.
    fmt::print("{}\n", json_text(out, 1));
}

std::string percent(uint64_t part, uint64_t whole) { return fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole)); }

void print_row(const TraceSummary& one, std::string_view file) {
    fmt::print("{:>8}  {:>11}  {:>6}  {:>6}  {:>10}  {}\n", one.reads, human_bytes(static_cast<double>(one.bytes)), percent(one.small_reads, one.reads),
               percent(one.direct_reads, one.reads), percent(one.sequential_reads, one.reads), file);
}

void print_table(const std::string& name, const Trace& trace) {
    const auto summaries = summarize_trace_files(trace);
    const TraceSummary all = summarize_trace(trace);
    std::vector<size_t> order(summaries.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return summaries[a].bytes > summaries[b].bytes; });
    fmt::print("{}: {}\n\n", coloured(name, Colour::bold), summary_sentence(all, trace.files.size()));
    fmt::print("{:>8}  {:>11}  {:>6}  {:>6}  {:>10}  {}\n", "reads", "bytes", "small", "direct", "sequential", "file");
    for (size_t i = 0; i < std::min(order.size(), kShownFiles); ++i) print_row(summaries[order[i]], trace.files[order[i]]);
    if (order.size() > kShownFiles) fmt::print("{:>8}  {} more files (--json has all)\n", "...", order.size() - kShownFiles);
    print_row(all, "all");
    fmt::print("\nsmall: at most {}; sequential: begins where the read before of the same file ended\n", size_name(kSmallReadBytes));
}

Result<ExitCode> show(const ReadArguments& arguments) {
    auto trace = read_trace(arguments.file);
    if (!trace) return forward(trace);
    if (arguments.json) print_json(arguments.file, *trace);
    else print_table(arguments.file, *trace);
    return ExitCode::ok;
}

std::optional<uint64_t> size_below(const fs::path& root, const std::string& file) {
    struct stat st {};
    if (::stat((root / file).c_str(), &st) < 0 || !S_ISREG(st.st_mode)) return std::nullopt;
    return static_cast<uint64_t>(st.st_size);
}

Result<ExitCode> check(const ReadArguments& arguments) {
    auto trace = read_trace(arguments.file);
    if (!trace) return forward(trace);
    if (!arguments.root.empty()) {
        auto fits = check_trace_fits(*trace, arguments.file, [&](const std::string& file) { return size_below(arguments.root, file); });
        if (!fits) return forward(fits);
    }
    fmt::print("{}: {}\n", arguments.file, summary_sentence(summarize_trace(*trace), trace->files.size()));
    return ExitCode::ok;
}

void register_record(CLI::App& trace, CommandContext& context) {
    auto arguments = std::make_shared<RecordArguments>();
    auto* command = trace.add_subcommand("record", "Run a program and note each of its reads of files below a folder (by ptrace; no root needed)");
    command->footer("Example:\n"
                    "  diobench trace record --root /mnt/image --out start.trace -- chroot /mnt/image /usr/bin/python3 -c 'import json'\n"
                    "Exit: that of the program; 4 if reads are missing in the trace (io_uring, a 32-bit program, deleted files) or none was\n"
                    "seen; 130 after Ctrl-C, which ends the program and writes nothing (let timeout(1) end a program that does not end).");
    command->add_option("--root", arguments->root, "Only files below this folder; the trace names them relative to it")
        ->required()->check(CLI::ExistingDirectory)->option_text("DIR");
    command->add_option("--out", arguments->output, "The trace to write")->required()->option_text("FILE");
    command->add_option("PROGRAM", arguments->program, "The program and its arguments, behind --")->required()->option_text("-- PROGRAM ARGS ...");
    command->callback([&context, arguments] { context.body = [arguments] { return record(*arguments); }; });
}

void register_show(CLI::App& trace, CommandContext& context) {
    auto arguments = std::make_shared<ReadArguments>();
    auto* command = trace.add_subcommand("show", "Print what a trace reads");
    command->footer("Example:\n  diobench trace show start.trace");
    command->add_option("FILE", arguments->file, "A trace (docs/traces.md)")->required()->check(CLI::ExistingFile);
    command->add_flag("--json", arguments->json, "Print JSON, every file of it");
    command->callback([&context, arguments] { context.body = [arguments] { return show(*arguments); }; });
}

void register_check(CLI::App& trace, CommandContext& context) {
    auto arguments = std::make_shared<ReadArguments>();
    auto* command = trace.add_subcommand("check", "Refuse a trace with a mistake, and say where it is");
    command->footer("Example:\n  diobench trace check start.trace --root /mnt/image");
    command->add_option("FILE", arguments->file, "A trace (docs/traces.md)")->required()->check(CLI::ExistingFile);
    command->add_option("--root", arguments->root, "Also: every read must lie inside a file below this folder")->check(CLI::ExistingDirectory)->option_text("DIR");
    command->callback([&context, arguments] { context.body = [arguments] { return check(*arguments); }; });
}

}  // namespace

void register_trace_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("trace", "Record the reads of a program as a trace that a workload replays; show and check traces");
    command->require_subcommand(1);
    register_record(*command, context);
    register_show(*command, context);
    register_check(*command, context);
}

}  // namespace diobench
