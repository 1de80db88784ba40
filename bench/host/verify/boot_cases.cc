// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/boot_cases.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/machine/blame.h"
#include "bench/host/machine/initramfs.h"

namespace diobench {

namespace {

constexpr uint64_t kRamDiskKib = 192 << 10;
// A case has its own, shorter limit inside the machine, on a busy host 15 times as long.
constexpr std::chrono::seconds kSilenceLimit{420};
constexpr std::chrono::seconds kBootLimit{7200};
// Boots that a complaint of the kernel ended.  After these a kernel that
// complains all the time runs on, its later cases on whatever the earlier ones
// left.  KASAN reports once a boot: each read of such a kernel would be a page of text.
constexpr size_t kFreshBoots = 5;

/// What came out of one boot.
struct BootRecords {
    std::vector<CaseRecord> cases;
    std::string begun;        ///< the case that began and did not end; empty if there is none
    std::string guest_error;  ///< the guest's own
    DirectSupport direct = DirectSupport::unknown;  ///< found out
};

Outcome parse_outcome(const std::string& word) {
    for (Outcome outcome : {Outcome::pass, Outcome::skip, Outcome::note})
        if (word == outcome_name(outcome)) return outcome;
    return Outcome::fail;
}

void take_record(const nlohmann::json& record, BootRecords& out, const CaseBoots& setup) {
    const std::string type = record.value("type", "");
    if (type == "case-begin") out.begun = record.value("case", "");
    if (type == "error") out.guest_error = record.value("message", "");
    if (type != "case") return;
    out.begun.clear();
    if (auto direct = parse_direct_support(record.value("direct", "unknown"))) out.direct = *direct;
    out.cases.push_back({record.value("case", ""), parse_outcome(record.value("outcome", "")), record.value("text", ""),
                         record.value("kernel_text", ""), record.value("seconds", 0.0)});
    if (setup.on_case) setup.on_case(out.cases.back());
}

bool wants_kmemleak(const std::string& name) {
    const Case* found = find_case(name);
    return found != nullptr && found->wants_kmemleak;
}

/// How many cases from the first on want the same kernel command line.
size_t alike_in_front(const std::vector<std::string>& cases) {
    const bool wanted = wants_kmemleak(cases.front());
    const auto other = std::find_if(cases.begin(), cases.end(), [&](const auto& name) { return wants_kmemleak(name) != wanted; });
    return static_cast<size_t>(other - cases.begin());
}

Result<BootResult> boot_once(const CaseBoots& setup, const std::vector<std::string>& cases, size_t number, BootRecords& records) {
    const std::string label = fmt::format("{}-{}", setup.label, number);
    const fs::path initramfs = setup.work_directory / (label + ".cpio");
    ConformancePlan plan = setup.plan;
    size_t count = alike_in_front(cases);
    if (setup.cases_per_boot != 0) count = std::min(count, setup.cases_per_boot);
    plan.cases.assign(cases.begin(), cases.begin() + static_cast<ptrdiff_t>(count));
    plan.keep_going = number >= kFreshBoots;
    if (auto s = write_boot_initramfs(initramfs, setup.constant_initramfs, {{kConformancePlanFile, 0644, InitramfsBytes{plan.to_json().dump()}}}); !s) return forward(s);
    BootRequest request;
    request.label = label;
    request.kind = setup.machine.kind;
    request.accelerator = setup.machine.accelerator;
    request.cpus = setup.machine.cpus;
    request.kernel_image = setup.kernel_image;
    request.initramfs = initramfs;
    request.extra_command_line = fmt::format("{} brd.rd_nr=2 brd.rd_size={} null_blk.nr_devices=0 slub_debug={} page_poison=1 printk.devkmsg=on log_buf_len=4M kmemleak={} {}", kConformanceRole, kRamDiskKib, setup.machine.slub_debug,
                                             wants_kmemleak(plan.cases.front()) ? "on" : "off", setup.machine.kernel_parameters);
    request.memory_mib = setup.machine.memory_mib;
    request.log_dir = setup.log_directory;
    request.silence_limit = kSilenceLimit;
    request.total_limit = kBootLimit;
    request.on_fatal_text = OnFatalText::go_on;
    request.on_record = [&](std::string_view text) {
        auto record = nlohmann::json::parse(text, nullptr, false);
        if (record.is_object()) take_record(record, records, setup);
    };
    auto result = boot(request);
    std::error_code ec;
    fs::remove(initramfs, ec);
    return result;
}

/// What a case said last in the kernel's log (say_in_kernel_log()); empty if nothing.
std::string last_said(const fs::path& console) {
    constexpr std::string_view kMark = " diobench: ";
    const std::string text = read_file(console).value_or("");
    const size_t at = text.rfind(kMark);
    return at == std::string::npos ? "" : std::string(trim(std::string_view(text).substr(at + kMark.size(), text.find('\n', at) - at - kMark.size())));
}

/// The case during which the machine ended.
CaseRecord died_in(const std::string& name, const BootResult& result) {
    std::string reason = result.reason.empty() ? "the machine ended in the middle of the case" : result.reason;
    if (const auto said = last_said(result.console_log); !said.empty()) reason += "; during: " + said;
    return {name, Outcome::fail, reason + " (console: logs/" + result.console_log.filename().string() + ")", result.last_lines, result.elapsed_s};
}

/// A machine that ends badly behind a case's record, or says so between two cases, fails the case it ran last.
void blame_last(BootRecords& records, const BootResult& result, const CaseBoots& setup) {
    const bool fatal = result.outcome == BootOutcome::panic || result.outcome == BootOutcome::oops || result.outcome == BootOutcome::hang;
    if (records.cases.empty() || records.cases.back().outcome == Outcome::fail || (!fatal && result.complete)) return;
    records.cases.back() = died_in(records.cases.back().name, result);
    if (setup.on_case) setup.on_case(records.cases.back());
}

void remove_done(std::vector<std::string>& left, const std::vector<CaseRecord>& done) {
    std::erase_if(left, [&](const std::string& name) {
        return std::any_of(done.begin(), done.end(), [&](const CaseRecord& one) { return one.name == name; });
    });
}

}  // namespace

Result<CaseRun> run_cases(const CaseBoots& asked, std::vector<std::string> left) {
    CaseRun out;
    CaseBoots setup = asked;
    for (size_t number = 0; !left.empty(); ++number) {
        BootRecords records;
        auto result = boot_once(setup, left, number, records);
        if (!result) return forward(result);
        if (number == 0) {
            out.command = result->machine_command;
            out.kernel_command_line = result->kernel_command_line;
        }
        out.boots.push_back({static_cast<int64_t>(number), result->outcome, "", "logs/" + result->console_log.filename().string(),
                             result->elapsed_s, result->usable() ? std::string() : result->last_lines});
        if (!records.begun.empty()) {
            records.cases.push_back(died_in(records.begun, *result));
            if (setup.on_case) setup.on_case(records.cases.back());
        } else {
            blame_last(records, *result, setup);
        }
        if (was_silent(*result)) out.silent = *result;
        if (records.cases.empty()) {
            out.machine_fault = !records.guest_error.empty() ? "the guest stopped: " + records.guest_error
                                : !result->reason.empty()    ? result->reason
                                                             : "the machine ended before the first case";
            out.machine_fault += fmt::format(" (console: logs/{})", result->console_log.filename().string());
            return out;
        }
        // What one boot found out need not be asked again.
        if (records.direct != DirectSupport::unknown) setup.plan.direct = records.direct;
        out.direct = setup.plan.direct;
        remove_done(left, records.cases);
        for (auto& one : records.cases) out.cases.push_back(std::move(one));
        if (setup.enough && setup.enough()) break;
    }
    return out;
}

}  // namespace diobench
