// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/collect.h"

#include <fmt/format.h>
#include <map>
#include <sys/utsname.h>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

using json = nlohmann::json;
using ordered_json = nlohmann::ordered_json;

ordered_json empty_cell(const std::string& kernel, int64_t boot, const Cell& cell, const std::string& status, const std::string& reason) {
    return {{"kernel", kernel},          {"workload", cell.workload}, {"cell", cell.id()},
            {"boot", boot},              {"dimensions", cell.dimensions()},
            {"declared_io", name_of(cell.io)}, {"observed_io", nullptr},
            {"status", status},          {"reason", reason},          {"known", false},
            {"metrics", nullptr},        {"histogram", nullptr},
            {"histograms", nullptr},     {"page_cache_curve", nullptr}};
}

const KnownFailure* find_known(const std::vector<KnownFailure>& known, const std::string& id) {
    for (const auto& failure : known)
        if (!failure.smp_only && match_glob(failure.case_glob, id)) return &failure;
    return nullptr;
}

ConformanceEntry read_conformance(const json& record, const std::vector<KnownFailure>& known) {
    ConformanceEntry entry;
    entry.case_name = fmt::format("verify/{}/{}/{}", record.at("layout").get<std::string>(), record.at("device").get<std::string>(),
                                  record.at("path").get<std::string>());
    const std::string status = record.at("status");
    entry.status = status == "pass" ? ConformanceStatus::pass : status == "refused" ? ConformanceStatus::skip : ConformanceStatus::fail;
    entry.reason = record.at("reason");
    entry.seconds = record.at("seconds");
    if (entry.status == ConformanceStatus::fail)
        if (const KnownFailure* k = find_known(known, entry.case_name)) {
            entry.known = true;
            entry.reason += " (known: " + k->reason + ")";
        }
    return entry;
}

}  // namespace

void add_conformance(std::vector<ConformanceEntry>& all, ConformanceEntry entry) {
    for (auto& other : all) {
        if (other.case_name != entry.case_name) continue;
        if (entry.status == ConformanceStatus::fail && other.status != ConformanceStatus::fail) other = std::move(entry);
        return;
    }
    all.push_back(std::move(entry));
}

void withdraw_number(ordered_json& row, KernelStatus status, const std::string& reason) {
    if (status == KernelStatus::ok || row["status"] != "ok") return;
    row["status"] = status == KernelStatus::boot_failed ? "failed" : "invalid";
    row["reason"] = "no number for this arm: " + reason;
    row["observed_io"] = nullptr;
    for (const char* key : {"metrics", "histogram", "histograms", "page_cache_curve"}) row[key] = nullptr;
}

namespace {

/// One boot's records: cells by id, conformance, the error the guest gave.
struct Sorted {
    std::map<std::string, json> cells;
    std::string guest_error;
};

Sorted sort_records(const BootReport& boot, const std::vector<KnownFailure>& known, ArmOutcome& out) {
    Sorted sorted;
    for (const auto& record : boot.records) {
        std::string type = record.value("type", "");
        if (type == "cell") sorted.cells[record.at("cell")] = record;
        if (type == "error") sorted.guest_error = record.at("message");
        if (type == "conformance") add_conformance(out.conformance, read_conformance(record, known));
    }
    return sorted;
}

void worsen(ArmOutcome& out, KernelStatus status, const std::string& reason) {
    if (out.status != KernelStatus::ok) return;  // the first reason stands
    out.status = status;
    out.reason = reason;
}

}  // namespace

ArmOutcome collect_arm(const std::string& kernel, const std::vector<KnownFailure>& known, const std::vector<BootReport>& boots) {
    ArmOutcome out;
    std::vector<Sorted> sorted;
    for (const auto& boot : boots) {
        sorted.push_back(sort_records(boot, known, out));
        const BootResult& result = boot.result;
        out.boots.push_back({boot.boot, result.outcome, boot.device, "logs/" + result.console_log.filename().string(), result.elapsed_s,
                             result.usable() ? std::string() : result.last_lines});
        const std::string where = fmt::format(" (boot {}; console in logs/{})", boot.label.empty() ? boot.device : boot.label, result.console_log.filename().string());
        if (!sorted.back().guest_error.empty())
            worsen(out, KernelStatus::invalid, "the guest stopped: " + sorted.back().guest_error + where);
        else if (!result.usable())
            worsen(out, KernelStatus::boot_failed, (result.reason.empty() ? std::string(outcome_name(result.outcome)) : result.reason) + where);
    }
    for (const auto& entry : out.conformance)
        if (entry.status == ConformanceStatus::fail && !entry.known)
            worsen(out, KernelStatus::invalid, fmt::format("verification failed: {}: {}", entry.case_name, entry.reason));

    for (size_t b = 0; b < boots.size(); ++b)
        for (const Cell& cell : boots[b].cells) {
            auto found = sorted[b].cells.find(cell.id());
            ordered_json row = empty_cell(kernel, boots[b].boot, cell, "failed", "");
            if (found != sorted[b].cells.end()) {
                const json& record = found->second;
                for (const char* key : {"observed_io", "status", "reason", "metrics", "histogram", "histograms", "page_cache_curve"}) row[key] = record.at(key);
            } else {
                row["reason"] = "the cell did not come back";
                if (out.status == KernelStatus::ok) worsen(out, KernelStatus::invalid, "cell " + cell.id() + " did not come back");
            }
            if (std::string status = row["status"]; status == "invalid" || status == "failed")
                if (const KnownFailure* k = find_known(known, cell.id())) {
                    row["known"] = true;
                    row["reason"] = row["reason"].get<std::string>() + " (known: " + k->reason + ")";
                }
            out.cells.push_back(std::move(row));
        }
    for (auto& row : out.cells) withdraw_number(row, out.status, out.reason);
    return out;
}

KernelResult describe_kernel(const std::string& name, const std::vector<Series>& chain, const BuiltKernel* kernel) {
    KernelResult out;
    out.name = name;
    out.purpose = chain.back().purpose;
    for (const auto& series : chain) out.series.push_back(series.name);
    if (kernel == nullptr) return out;
    out.base_version = kernel->base_version;
    out.patch_sha256 = kernel->patch_sha256;
    out.config_sha256 = kernel->config_sha256;
    out.image_sha256 = kernel->image_sha256;
    out.build_seconds = kernel->build_seconds;
    out.build_cached = kernel->cached;
    out.notes = kernel->notes;
    if (auto absent = kernel->absent.find("cachestat"); absent != kernel->absent.end())
        out.notes.push_back(fmt::format("page cache counted by mincore(2) of a mapping ({})", absent->second));
    return out;
}

KernelResult describe_host_kernel() {
    KernelResult out;
    out.name = "host";
    out.purpose = "the kernel that runs on this host";
    utsname names{};
    ::uname(&names);
    out.base_version = names.release;
    out.series = {"host"};
    return out;
}

std::vector<ordered_json> absent_cells(const std::string& kernel, const std::vector<Cell>& cells, const std::string& reason) {
    std::vector<ordered_json> out;
    for (const Cell& cell : cells) out.push_back(empty_cell(kernel, 0, cell, "failed", reason));
    return out;
}

}  // namespace diobench
