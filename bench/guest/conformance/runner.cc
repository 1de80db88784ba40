// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/runner.h"

#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/conformance/cache_stage.h"
#include "bench/guest/conformance/case_process.h"
#include "bench/guest/conformance/erofs_assertions.h"
#include "bench/guest/conformance/fscache_left.h"

namespace diobench {

namespace {

/// How long the kernel may take to forget a cache nobody uses any more.
constexpr milliseconds kForgetLimit{5000};

void show_blocked_tasks() {
    // Goes to the log, from where the report takes it.
    (void)write_knob("/proc/sysrq-trigger", "w");
    std::this_thread::sleep_for(milliseconds(100));
}

/// One more thing that is wrong, in front of what the case itself said.
void add_failure(CaseResult& result, const std::string& what) {
    const bool said = result.finding.outcome == Outcome::fail && !result.finding.text.empty();
    result.finding = failed(said ? what + "; " + result.finding.text : what);
}

std::string last_report(const std::vector<std::string>& messages) {
    const size_t from = messages.size() > kReportLines ? messages.size() - kReportLines : 0;
    return join({messages.begin() + static_cast<ptrdiff_t>(from), messages.end()}, "\n");
}

void take_timeout(CaseResult& result, const Case& one, const CaseProcess& process) {
    show_blocked_tasks();
    const std::string step = process.step();
    result.finding = failed(fmt::format("not at its end after {} s{}", one.limit_s, step.empty() ? "" : ": " + step));
}

void take_kernel_log(CaseResult& result, const Case& one, KernelLog& log, bool timed_out) {
    auto messages = log.read_new();
    if (!messages) return add_failure(result, messages.error().message());
    auto complaint = find_complaint(*messages, one.flood_lines);
    if (complaint && !complaint->inherent) {
        result.kernel_text = complaint->text;
        result.only_complained = result.stop_reason.empty();
        result.stop_reason = "the kernel complained: " + complaint->first;
        return add_failure(result, "the kernel printed: " + complaint->first);
    }
    if (timed_out) result.kernel_text = last_report(*messages);
    // Of a case that fails an inherent report explains nothing.
    else if (complaint && result.finding.outcome != Outcome::fail) result.kernel_text = complaint->text;
}

}  // namespace

nlohmann::json CaseResult::record(const std::string& name) const {
    return {{"type", "case"},   {"case", name},         {"outcome", outcome_name(finding.outcome)},
            {"text", finding.text}, {"seconds", seconds}, {"kernel_text", kernel_text}};
}

Result<CaseResult> run_case(const Case& one, uint64_t seed, DirectSupport direct, KernelLog& log) {
    const auto started = std::chrono::steady_clock::now();
    (void)set_erofs_assertions(Assertions::on);  // a case before may have been killed with them off
    auto process = CaseProcess::start(one, seed, direct);
    if (!process) return forward(process);
    CaseResult result;
    auto finding = process->wait();
    if (finding) result.finding = std::move(*finding);
    if (!finding) take_timeout(result, one, *process);
    std::string left = process->kill_all();
    if (!left.empty()) {
        add_failure(result, left);
        result.stop_reason = left;
    } else if (left = left_in_fscache({"caches", "volumes", "cookies"}, kForgetLimit); !left.empty()) {
        add_failure(result, "a reference is leaked: with the cache closed and everything unmounted there are still " + left);
        result.stop_reason = "fscache still holds " + left;
    } else if (auto removed = remove_stale_devices(); !removed) {
        add_failure(result, "a device is still in use after the case: " + removed.error().message());
        result.stop_reason = removed.error().message();
    }
    take_kernel_log(result, one, log, !finding);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return result;
}

}  // namespace diobench
