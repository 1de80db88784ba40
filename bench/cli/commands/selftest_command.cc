// SPDX-License-Identifier: GPL-2.0-only
// diobench selftest: can this machine's numbers be trusted?  Calibration and overhead in one.
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/cli/commands/run_overhead.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/results/compare/headline.h"
#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/calibrate/calibrate.h"

namespace diobench {

namespace {

struct SelftestArguments {
    bool all = false;
    fs::path output;
    fs::path tree;
    std::string revision;
    std::vector<std::string> argv;
};

/// What one half came to.
struct SelftestPart {
    ExitCode code = ExitCode::ok;
    std::string text;
    std::string next;  ///< where to look; empty: nowhere
};

/// The short one: each equal kernel once by few reads, and two slowed kernels, of which one needs more time and one more memory.
CalibrateOptions calibrate_options(const SelftestArguments& arguments) {
    CalibrateOptions out;
    out.output = arguments.output;
    out.tree = arguments.tree;
    out.revision = arguments.revision;
    out.argv = arguments.argv;
    if (arguments.all) return out;
    out.least_cells = 1;
    out.filter.glob = "rand-read/fscache/flat/ram/local/*/random/4k/pread/*";
    out.slowed = {"slow-footprint", "slow-instructions-27"};
    return out;
}

OverheadOptions overhead_options(const SelftestArguments& arguments) {
    OverheadOptions out;
    if (!arguments.all) out.rounds = kFewestRounds;
    return out;
}

SelftestPart not_made(std::string_view what, const Error& error) {
    return {error.code, fmt::format("{} could not be made: {}", what, error.message()), error.code == ExitCode::usage ? "diobench doctor" : ""};
}

/// The first of what is wrong, and how much more there is.
std::string first_of(const std::vector<std::string>& wrong) {
    return wrong.front() + (wrong.size() > 1 ? fmt::format(" (and {} more)", wrong.size() - 1) : "");
}

SelftestPart calibration_part(const SelftestArguments& arguments) {
    auto outcome = calibrate(calibrate_options(arguments));
    if (!outcome) return not_made("calibration", outcome.error());
    const Calibration& calibration = outcome->calibration;
    fmt::print("{}{}\n", calibration_text(calibration), outcome->directory.string());
    const auto failures = calibration.failures();
    if (!failures.empty()) return {ExitCode::failed_check, "calibration: " + first_of(failures), "diobench show " + outcome->directory.string()};
    int64_t cells = 0;
    for (const auto& trial : calibration.same) cells += trial.cells;
    return {ExitCode::ok, fmt::format("no false alarm in {} cells of equal kernels, {} of {} slowed kernels found", cells, calibration.slow.size(), calibration.slow.size()), ""};
}

SelftestPart overhead_part(const SelftestArguments& arguments) {
    auto overhead = run_overhead(overhead_options(arguments));
    if (!overhead) return not_made("the comparison with fio", overhead.error());
    fmt::print("\n{}", overhead_text(*overhead));
    const auto missed = overhead->missed_aims();
    if (!missed.empty()) return {ExitCode::failed_check, "overhead: " + first_of(missed), "diobench overhead --rounds 10"};
    return {ExitCode::ok, "all aims of overhead hold", ""};
}

std::string_view selftest_word(ExitCode code) {
    switch (code) {
    case ExitCode::ok: return "PASS: this machine's numbers can be trusted";
    case ExitCode::failed_check: return "FAIL: this machine's numbers cannot be trusted as they are";
    case ExitCode::usage: return "NOT MADE: nothing says whether this machine's numbers can be trusted";
    case ExitCode::inconclusive: return "INCONCLUSIVE: it is open whether this machine's numbers can be trusted";
    case ExitCode::invalid: break;
    }
    return "INVALID: this machine's numbers cannot be trusted";
}

Result<ExitCode> selftest(const SelftestArguments& arguments) {
    const SelftestPart calibration = calibration_part(arguments);
    std::fflush(stdout);
    if (interrupted()) return interrupted_error("selftest");
    const SelftestPart overhead = overhead_part(arguments);
    if (interrupted()) return interrupted_error("selftest");
    const SelftestPart& worse = badness(overhead.code) > badness(calibration.code) ? overhead : calibration;
    const Colour colour = worse.code == ExitCode::ok ? Colour::green : Colour::red;
    fmt::print("\n{}\n", wrap_text(fmt::format("{}: {}; {}.", coloured(selftest_word(worse.code), colour), calibration.text, overhead.text), kTextWidth, 2));
    const std::string next = worse.code == ExitCode::ok && !arguments.all ? "diobench selftest --all" : worse.next;
    if (!next.empty()) fmt::print("next: {}\n", next);
    return worse.code;
}

}  // namespace

void register_selftest_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<SelftestArguments>();
    auto* command = app.add_subcommand("selftest", "Can this machine's numbers be trusted? calibrate and overhead in one, short or whole");
    command->footer("Examples:\n"
                    "  diobench selftest\n"
                    "  diobench selftest --all\n"
                    "The short one gates equal kernels by few reads and two slowed ones, and compares the reader with fio in two rounds.\n"
                    "--all is the whole of calibrate and of overhead; its result is kept for reports.\n"
                    "Exit: the worse of both: 0 both pass, 1 a false alarm, a slowdown that was not found or an aim that was missed, 2 one\n"
                    "could not be made, 4 a gate of equal kernels is invalid.");
    command->add_flag("--all", arguments->all, "The whole of both, which takes an hour or so");
    add_source_options(*command, arguments->tree, arguments->revision);
    command->add_option("--out", arguments->output, "Output directory of the calibration (default out/<run id>)");
    command->callback([&context, arguments] {
        arguments->argv = context.argv;
        context.body = [arguments] { return selftest(*arguments); };
    });
}

}  // namespace diobench
