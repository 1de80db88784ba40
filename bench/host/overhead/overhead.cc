// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/overhead.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/overhead/t_io_uring.h"

namespace diobench {

namespace {

constexpr int kSchemaVersion = 2;

fs::path kept_path() { return cache_root() / "overhead.json"; }

double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<size_t>(at);
    const size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

bool holds(const InstructionRow& row) { return row.fio > 0 && row.ours > 0 && row.ours <= Overhead::kInstructionsAim * row.fio; }

bool holds(const IopsRow& row, double aim) {
    return !row.ours.empty() && !row.theirs.empty() && spread_of(row.ours).median >= aim * spread_of(row.theirs).median;
}

std::string verdict_text(bool good) { return good ? coloured("holds", Colour::green) : coloured("MISSED", Colour::red); }

std::string spread_text(const Spread& spread) { return fmt::format("{:.1f}k ({:.1f} to {:.1f})", spread.median / 1e3, spread.low / 1e3, spread.high / 1e3); }

/// The JSON of rows beside one program; `their_key` is what it is called there.
nlohmann::json rows_json(const std::vector<IopsRow>& rows, const std::string& their_key, double aim) {
    auto out = nlohmann::json::array();
    for (const auto& row : rows) {
        const double ours = spread_of(row.ours).median;
        const double theirs = spread_of(row.theirs).median;
        out.push_back({{"iodepth", row.iodepth}, {"ours", row.ours}, {their_key, row.theirs}, {"ours_median", ours}, {their_key + "_median", theirs},
                       {"ratio", ours / theirs}, {"holds", holds(row, aim)}});
    }
    return out;
}

std::vector<IopsRow> rows_of(const nlohmann::json& json, const char* their_key) {
    std::vector<IopsRow> out;
    for (const auto& row : json) out.push_back({row.at("iodepth"), row.at("ours"), row.at(their_key)});
    return out;
}

nlohmann::json features_json() {
    auto out = nlohmann::json::array();
    for (const auto& feature : kSameFeatures) out.push_back({{"name", feature.name}, {"on", feature.on}, {"option", feature.option}});
    return out;
}

std::string features_text() {
    std::vector<std::string> on;
    std::vector<std::string> off;
    for (const auto& feature : kSameFeatures) (feature.on ? on : off).emplace_back(feature.name);
    return fmt::format("both: {}; neither: {}; ours alone: latency of each read", join(on, ", "), join(off, ", "));
}

/// Rows beside one program, under their heading.
std::string rows_text(const std::string& heading, const std::vector<IopsRow>& rows, const std::string& them, double aim) {
    std::string out = fmt::format("{}\n  {:<8} {:>26} {:>26} {:>8}   {}\n", coloured(heading, Colour::bold), "iodepth", "diobench", them, "ratio",
                                  fmt::format("aim: at least {:.2f}", aim));
    for (const auto& row : rows) {
        const Spread ours = spread_of(row.ours);
        const Spread theirs = spread_of(row.theirs);
        out += fmt::format("  {:<8} {:>26} {:>26} {:>8.2f}   {}\n", row.iodepth, spread_text(ours), spread_text(theirs), ours.median / theirs.median,
                           verdict_text(holds(row, aim)));
    }
    return out;
}

/// What is read in runs of which `rows` are the result.
std::string reads_text(const Overhead& overhead, const std::vector<IopsRow>& rows) {
    return fmt::format("{}, {} in the page cache of this host: median (quartiles) of {} runs in turn", size_name(overhead.block_size_bytes),
                       size_name(overhead.file_bytes), rows.empty() ? 0 : rows.front().ours.size());
}

}  // namespace

Spread spread_of(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)};
}

std::vector<std::string> Overhead::missed_aims() const {
    std::vector<std::string> out;
    for (const auto& row : instructions)
        if (!holds(row))
            out.push_back(fmt::format("a null read at iodepth {} takes {:.0f} instructions of ours and {:.0f} of fio's; the aim is at most {:.0f}",
                                      row.iodepth, row.ours, row.fio, kInstructionsAim * row.fio));
    for (const auto& row : iops)
        if (!holds(row, kIopsAim))
            out.push_back(fmt::format("io_uring at iodepth {} makes {:.0f} reads a second of ours and {:.0f} of fio's (medians); the aim is at least as many",
                                      row.iodepth, spread_of(row.ours).median, spread_of(row.theirs).median));
    for (const auto& row : t_io_uring)
        if (!holds(row, kTIoUringAim))
            out.push_back(fmt::format("{} at iodepth {} makes {:.0f} reads a second of ours and {:.0f} of t/io_uring's (medians); the aim is at least {:.0f}",
                                      kSameFeaturesEngine, row.iodepth, spread_of(row.ours).median, spread_of(row.theirs).median,
                                      kTIoUringAim * spread_of(row.theirs).median));
    if (instructions.empty()) out.push_back("no instructions were counted");
    if (iops.empty()) out.push_back("no reads a second were measured");
    if (t_io_uring.empty()) out.push_back("no reads a second were measured beside t/io_uring");
    return out;
}

nlohmann::json Overhead::to_json() const {
    nlohmann::json out = {{"schema_version", kSchemaVersion},
                          {"measured_at", measured_at},
                          {"fio_version", fio_version},
                          {"valgrind_version", valgrind_version},
                          {"host_kernel", host_kernel},
                          {"block_size_bytes", block_size_bytes},
                          {"file_bytes", file_bytes},
                          {"instructions_aim_ratio", kInstructionsAim},
                          {"iops_aim_ratio", kIopsAim},
                          {"instructions_per_read", nlohmann::json::array()},
                          {"reads_per_s", rows_json(iops, "fio", kIopsAim)},
                          {"t_io_uring", {{"aim_ratio", kTIoUringAim},
                                          {"engine", kSameFeaturesEngine},
                                          {"features", features_json()},
                                          {"reads_per_s", rows_json(t_io_uring, "t_io_uring", kTIoUringAim)}}},
                          {"missed_aims", missed_aims()}};
    for (const auto& row : instructions)
        out["instructions_per_read"].push_back({{"iodepth", row.iodepth}, {"ours", row.ours}, {"fio", row.fio}, {"ratio", row.ours / row.fio}, {"holds", holds(row)}});
    return out;
}

Result<Overhead> Overhead::from_json(const nlohmann::json& json) {
    try {
        if (json.at("schema_version") != kSchemaVersion)
            return fail("read overhead", "", "made by another version of diobench; run diobench overhead again", ExitCode::invalid);
        Overhead out;
        json.at("measured_at").get_to(out.measured_at);
        json.at("fio_version").get_to(out.fio_version);
        json.at("valgrind_version").get_to(out.valgrind_version);
        json.at("host_kernel").get_to(out.host_kernel);
        json.at("block_size_bytes").get_to(out.block_size_bytes);
        json.at("file_bytes").get_to(out.file_bytes);
        for (const auto& row : json.at("instructions_per_read")) out.instructions.push_back({row.at("iodepth"), row.at("ours"), row.at("fio")});
        out.iops = rows_of(json.at("reads_per_s"), "fio");
        out.t_io_uring = rows_of(json.at("t_io_uring").at("reads_per_s"), "t_io_uring");
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("read overhead", "", e.what(), ExitCode::invalid);
    }
}

std::string overhead_text(const Overhead& overhead) {
    std::string out = fmt::format("{}\n  {:<8} {:>10} {:>10} {:>8}   {}\n", coloured("instructions a read, null engine", Colour::bold), "iodepth", "diobench",
                                  overhead.fio_version, "ratio", fmt::format("aim: at most {:.2f}", Overhead::kInstructionsAim));
    for (const auto& row : overhead.instructions)
        out += fmt::format("  {:<8} {:>10.0f} {:>10.0f} {:>8.2f}   {}\n", row.iodepth, row.ours, row.fio, row.ours / row.fio, verdict_text(holds(row)));
    out += rows_text("reads a second, io_uring, random " + reads_text(overhead, overhead.iops), overhead.iops, overhead.fio_version, Overhead::kIopsAim);
    out += rows_text(fmt::format("reads a second, {}, ascending {}", kSameFeaturesEngine, reads_text(overhead, overhead.t_io_uring)), overhead.t_io_uring,
                     "t/io_uring", Overhead::kTIoUringAim);
    out += fmt::format("  {}\n", features_text());
    for (const auto& missed : overhead.missed_aims()) out += fmt::format("{} {}\n", coloured("missed:", Colour::red), missed);
    return out;
}

Result<std::optional<Overhead>> newest_overhead() {
    if (!fs::exists(kept_path())) return std::optional<Overhead>();
    auto text = read_file(kept_path());
    if (!text) return forward(text);
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (json.is_object() && json.value("schema_version", kSchemaVersion) != kSchemaVersion) return std::optional<Overhead>();
    auto overhead = Overhead::from_json(json);
    if (!overhead) return forward(overhead);
    return std::optional(std::move(*overhead));
}

Status keep_overhead(const Overhead& overhead) {
    if (auto s = make_directories(cache_root()); !s) return s;
    return write_file_atomic(kept_path(), overhead.to_json().dump(1) + "\n");
}

}  // namespace diobench
