// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/fio_measurement.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// The JSON object in fio's output: from a line "{" to the line "}" that ends it.
std::string_view json_part(std::string_view output) {
    size_t from = output.starts_with("{\n") ? 0 : output.find("\n{\n");
    if (from == std::string_view::npos) return {};
    if (from != 0) ++from;
    const size_t to = output.find("\n}", from);
    return to == std::string_view::npos ? std::string_view() : output.substr(from, to + 2 - from);
}

/// fio's notes that say nothing of why something failed.
bool is_idle_note(std::string_view line) {
    for (std::string_view note : {"fio: pid=", "fio: file(s) open", "fio: terminating on", "fio: clocksource", "fio: job '"})
        if (line.starts_with(note)) return true;
    return false;
}

/// "func=open(/mnt/x), error=Invalid argument" of fio's "pid=..., err=..." line: call and reason.
std::string failed_call(std::string_view line) {
    const size_t call = line.find("func=");
    const size_t reason = line.find("error=");
    if (call == std::string_view::npos || reason == std::string_view::npos) return {};
    std::string_view name = line.substr(call + 5, reason - call - 5);
    while (!name.empty() && (name.back() == ' ' || name.back() == ',')) name.remove_suffix(1);
    return std::string(name) + ": " + std::string(trim(line.substr(reason + 6)));
}

/// What fio said of its first failure, in one sentence without its prefix.
std::string find_complaint(std::string_view output, std::string_view error_output) {
    std::string call;
    std::string note;
    for (std::string_view text : {error_output, output})
        for (const auto& line : split(text, '\n')) {
            if (!line.starts_with("fio: ")) continue;
            if (call.empty()) call = failed_call(line);
            if (note.empty() && !is_idle_note(line)) note = std::string(trim(std::string_view(line).substr(5)));
        }
    if (call.empty()) return note;
    return note.empty() ? call : call + " (" + note + ")";
}

std::string quoted_or(const std::string& complaint, std::string_view otherwise) {
    return complaint.empty() ? std::string(otherwise) : "fio says: " + complaint;
}

uint64_t ms_to_ns(double ms) { return static_cast<uint64_t>(std::llround(ms)) * 1'000'000; }

/// Adds one job of fio's output.
Status add_job(const nlohmann::json& job, FioMeasurement& out) {
    const auto& read = job.at("read");
    for (const char* other : {"write", "trim"})
        if (job.at(other).at("io_bytes").get<uint64_t>() != 0)
            return fail("read fio's output", job.at("jobname").get<std::string>(), "it wrote to a file that is only to be read", ExitCode::invalid);
    out.ops += read.at("total_ios").get<uint64_t>();
    out.bytes += read.at("io_bytes").get<uint64_t>();
    out.short_reads += read.at("short_ios").get<uint64_t>();
    if (const int error = job.at("error").get<int>(); error != 0) {
        ++out.errors;
        if (out.first_errno == 0) out.first_errno = error;
    }
    out.elapsed_ns = std::max(out.elapsed_ns, read.at("runtime").get<uint64_t>() * 1'000'000);
    const double runtime_ms = job.at("job_runtime").get<double>();
    // fio prints whole milliseconds as a share of another whole number of them.
    out.cpu_user_ns += ms_to_ns(job.at("usr_cpu").get<double>() * runtime_ms / 100);
    out.cpu_system_ns += ms_to_ns(job.at("sys_cpu").get<double>() * runtime_ms / 100);
    out.context_switches += job.at("ctx").get<uint64_t>();
    if (job.value("latency_target", uint64_t{0}) != 0 && job.contains("latency_depth")) out.latency_iodepth = std::max(out.latency_iodepth.value_or(0), job.at("latency_depth").get<uint64_t>());
    auto latency = histogram_from_fio(read.at("lat_ns"));
    if (!latency) return forward(latency);
    out.latency.merge(*latency);
    auto completion = histogram_from_fio(read.at("clat_ns"));
    if (!completion) return forward(completion);
    out.completion_latency.merge(*completion);
    return {};
}

}  // namespace

nlohmann::json FioMeasurement::to_json() const {
    return {{"open_errno", open_errno},
            {"ops", ops},
            {"bytes", bytes},
            {"errors", errors},
            {"short_reads", short_reads},
            {"first_errno", first_errno},
            {"complaint", complaint},
            {"elapsed_ns", elapsed_ns},
            {"between_snapshots_ns", between_snapshots_ns},
            {"latency", latency.to_json()},
            {"completion_latency", completion_latency.to_json()},
            {"cpu_user_ns", cpu_user_ns},
            {"cpu_system_ns", cpu_system_ns},
            {"cpu_ns", cpu_ns},
            {"context_switches", context_switches},
            {"latency_iodepth", latency_iodepth ? nlohmann::json(*latency_iodepth) : nlohmann::json()},
            {"version", version}};
}

Result<FioMeasurement> FioMeasurement::from_json(const nlohmann::json& json) {
    try {
        FioMeasurement out;
        json.at("open_errno").get_to(out.open_errno);
        json.at("ops").get_to(out.ops);
        json.at("bytes").get_to(out.bytes);
        json.at("errors").get_to(out.errors);
        json.at("short_reads").get_to(out.short_reads);
        json.at("first_errno").get_to(out.first_errno);
        json.at("complaint").get_to(out.complaint);
        json.at("elapsed_ns").get_to(out.elapsed_ns);
        json.at("between_snapshots_ns").get_to(out.between_snapshots_ns);
        json.at("cpu_user_ns").get_to(out.cpu_user_ns);
        json.at("cpu_system_ns").get_to(out.cpu_system_ns);
        json.at("cpu_ns").get_to(out.cpu_ns);
        json.at("context_switches").get_to(out.context_switches);
        json.at("version").get_to(out.version);
        if (!json.at("latency_iodepth").is_null()) out.latency_iodepth = json.at("latency_iodepth").get<uint64_t>();
        auto latency = Histogram::from_json(json.at("latency"));
        if (!latency) return forward(latency);
        out.latency = *latency;
        auto completion = Histogram::from_json(json.at("completion_latency"));
        if (!completion) return forward(completion);
        out.completion_latency = *completion;
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("read a fio measurement", "", e.what(), ExitCode::invalid);
    }
}

Result<Histogram> histogram_from_fio(const nlohmann::json& latency) {
    auto bad = [](const std::string& why) { return fail("read fio's latencies", "", why, ExitCode::invalid); };
    const auto count = latency.at("N").get<uint64_t>();
    if (count == 0) return Histogram{};
    if (!latency.contains("bins")) return bad("there are " + std::to_string(count) + " but no bins; is the output format json+?");
    std::vector<uint64_t> counts(Histogram::kBuckets);
    uint64_t total = 0;
    for (const auto& [key, value] : latency.at("bins").items()) {
        uint64_t middle_ns = 0;
        auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), middle_ns);
        if (error != std::errc() || end != key.data() + key.size()) return bad("the bin \"" + key + "\" is not a number of ns");
        counts[Histogram::index_of(middle_ns)] += value.get<uint64_t>();
        total += value.get<uint64_t>();
    }
    if (total != count) return bad("the bins hold " + std::to_string(total) + " values instead of " + std::to_string(count));
    auto pairs = nlohmann::json::array();
    for (uint32_t i = 0; i < Histogram::kBuckets; ++i)
        if (counts[i] != 0) pairs.push_back({i, counts[i]});
    const double sum = latency.at("mean").get<double>() * static_cast<double>(count);
    return Histogram::from_json({{"sub_bucket_bits", Histogram::kSubBucketBits}, {"count", count},
                                 {"sum_ns", static_cast<uint64_t>(std::llround(sum))}, {"min_ns", latency.at("min").get<uint64_t>()},
                                 {"max_ns", latency.at("max").get<uint64_t>()}, {"counts", std::move(pairs)}});
}

Result<nlohmann::json> fio_json(std::string_view output, std::string_view error_output) {
    const std::string_view text = json_part(output);
    if (text.empty()) return fail("run fio", "", quoted_or(find_complaint(output, error_output), "it ended without a result"), ExitCode::invalid);
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail("read fio's output", "", quoted_or(find_complaint(output, error_output), "it is not JSON"), ExitCode::invalid);
    return json;
}

Result<FioMeasurement> parse_fio_output(std::string_view output, std::string_view error_output) {
    auto json = fio_json(output, error_output);
    if (!json) return forward(json);
    FioMeasurement out;
    out.complaint = find_complaint(output, error_output);
    try {
        json->at("fio version").get_to(out.version);
        for (const auto& job : json->at("jobs"))
            if (auto s = add_job(job, out); !s) return forward(s);
    } catch (const nlohmann::json::exception& e) {
        return fail("read fio's output", "", quoted_or(out.complaint, e.what()), ExitCode::invalid);
    }
    if (out.first_errno == 0) out.complaint.clear();
    if (out.ops == 0 && out.complaint.starts_with("open(")) out.open_errno = out.first_errno;
    return out;
}

}  // namespace diobench
