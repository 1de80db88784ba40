// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/overhead.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr int kSchemaVersion = 1;

fs::path kept_path() { return cache_root() / "overhead.json"; }

double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<size_t>(at);
    const size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

bool holds(const InstructionRow& row) { return row.fio > 0 && row.ours > 0 && row.ours <= Overhead::kInstructionsAim * row.fio; }

bool holds(const IopsRow& row) {
    return !row.ours.empty() && !row.fio.empty() && spread_of(row.ours).median >= Overhead::kIopsAim * spread_of(row.fio).median;
}

std::string verdict_text(bool good) { return good ? coloured("holds", Colour::green) : coloured("MISSED", Colour::red); }

std::string spread_text(const Spread& spread) { return fmt::format("{:.1f}k ({:.1f} to {:.1f})", spread.median / 1e3, spread.low / 1e3, spread.high / 1e3); }

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
        if (!holds(row))
            out.push_back(fmt::format("io_uring at iodepth {} makes {:.0f} reads a second of ours and {:.0f} of fio's (medians); the aim is at least as many",
                                      row.iodepth, spread_of(row.ours).median, spread_of(row.fio).median));
    if (instructions.empty()) out.push_back("no instructions were counted");
    if (iops.empty()) out.push_back("no reads a second were measured");
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
                          {"reads_per_s", nlohmann::json::array()},
                          {"missed_aims", missed_aims()}};
    for (const auto& row : instructions)
        out["instructions_per_read"].push_back({{"iodepth", row.iodepth}, {"ours", row.ours}, {"fio", row.fio}, {"ratio", row.ours / row.fio}, {"holds", holds(row)}});
    for (const auto& row : iops)
        out["reads_per_s"].push_back({{"iodepth", row.iodepth}, {"ours", row.ours}, {"fio", row.fio}, {"ours_median", spread_of(row.ours).median},
                                      {"fio_median", spread_of(row.fio).median}, {"ratio", spread_of(row.ours).median / spread_of(row.fio).median},
                                      {"holds", holds(row)}});
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
        for (const auto& row : json.at("reads_per_s")) out.iops.push_back({row.at("iodepth"), row.at("ours"), row.at("fio")});
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
    out += fmt::format("{}\n  {:<8} {:>26} {:>26} {:>8}   {}\n",
                       coloured(fmt::format("reads a second, io_uring, random {}, {} in the page cache of this host: median (quartiles) of {} runs in turn",
                                            size_name(overhead.block_size_bytes), size_name(overhead.file_bytes),
                                            overhead.iops.empty() ? 0 : overhead.iops.front().ours.size()), Colour::bold),
                       "iodepth", "diobench", overhead.fio_version, "ratio", fmt::format("aim: at least {:.2f}", Overhead::kIopsAim));
    for (const auto& row : overhead.iops) {
        const Spread ours = spread_of(row.ours);
        const Spread fio = spread_of(row.fio);
        out += fmt::format("  {:<8} {:>26} {:>26} {:>8.2f}   {}\n", row.iodepth, spread_text(ours), spread_text(fio), ours.median / fio.median, verdict_text(holds(row)));
    }
    for (const auto& missed : overhead.missed_aims()) out += fmt::format("{} {}\n", coloured("missed:", Colour::red), missed);
    return out;
}

Result<std::optional<Overhead>> newest_overhead() {
    if (!fs::exists(kept_path())) return std::optional<Overhead>();
    auto text = read_file(kept_path());
    if (!text) return forward(text);
    auto overhead = Overhead::from_json(nlohmann::json::parse(*text, nullptr, false));
    if (!overhead) return forward(overhead);
    return std::optional(std::move(*overhead));
}

Status keep_overhead(const Overhead& overhead) {
    if (auto s = make_directories(cache_root()); !s) return s;
    return write_file_atomic(kept_path(), overhead.to_json().dump(1) + "\n");
}

}  // namespace diobench
