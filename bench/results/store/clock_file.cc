// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/clock_file.h"

#include <fmt/format.h>

#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/common/digest/sha256.h"

namespace diobench {

namespace {

constexpr const char* kNoStopwatch = "No stopwatch has been held against these numbers: diobench calibrate --clock";

/// Another kernel or more memory is no other stopwatch, another processor is.
fs::path kept_for(const std::string& cpu, int64_t cpus) { return cache_root() / fmt::format("clock-{}.json", sha256_hex(fmt::format("{} {}", cpus, cpu)).substr(0, 12)); }

std::string interval_text(const nlohmann::ordered_json& interval, double scale, int digits) {
    return fmt::format("{:.{}f} to {:.{}f}", interval.at("low").get<double>() * scale, digits, interval.at("high").get<double>() * scale, digits);
}

/// "(uml) names the same side as faster in 30 of 32 comparisons (95 %: 79 to 99 %), ratios apart by a factor of 1.38 in the median (1.21 to 1.52)".
std::string summary_words(const nlohmann::ordered_json& summary, const std::string& machine, double confidence) {
    const int64_t judged = summary.at("judged");
    std::string out = fmt::format("({}) ", machine);
    if (judged == 0) out += fmt::format("finds no side faster in {} comparisons", summary.at("ratios").get<int64_t>());
    else
        out += fmt::format("names the same side as faster in {} of {} comparisons ({:g} %: {} %)", summary.at("agree").get<int64_t>(), judged, confidence * 100,
                           interval_text(summary.at("agree_share"), 100, 0));
    if (summary.at("median_factor").is_null()) return out;
    out += fmt::format(", ratios apart by a factor of {:.2f} in the median", summary.at("median_factor").get<double>());
    const auto& interval = summary.at("median_factor_interval");
    return interval.at("high").is_null() ? out : out + fmt::format(" ({})", interval_text(interval, 1, 2));
}

}  // namespace

Status write_clock(const fs::path& directory, const nlohmann::ordered_json& clock) {
    return write_file_atomic(directory / kClockFileName, json_text(clock) + "\n");
}

Status keep_clock(const nlohmann::ordered_json& clock) {
    const auto& host = clock.at("host");
    return write_file_atomic(kept_for(host.at("cpu"), host.at("cpus")), json_text(clock) + "\n");
}

Status copy_clock(const HostInfo& host, const fs::path& directory) {
    const fs::path kept = kept_for(host.cpu, host.cpus);
    std::error_code ec;
    if (!fs::exists(kept, ec)) return {};
    auto text = read_file(kept);
    if (!text) return forward(text);
    return write_file_atomic(directory / kClockFileName, *text);
}

std::string stopwatch_sentence(const nlohmann::ordered_json& clock) {
    std::string out;
    for (const auto& one : clock.at("clocks"))
        for (const auto& summary : one.at("summaries"))
            if (summary.at("family") == kAllFamilies && summary.at("exact_clock") == "counted" && summary.at("ratios") > 0)
                out += fmt::format("{} {}", out.empty() ? "A stopwatch on this host" : "; one", summary_words(summary, one.at("machine"), clock.at("confidence")));
    return out.empty() ? kNoStopwatch : out;
}

Result<std::string> stopwatch_sentence_of(const fs::path& directory) {
    const fs::path file = directory / kClockFileName;
    std::error_code ec;
    if (!fs::exists(file, ec)) return std::string(kNoStopwatch);
    auto text = read_file(file);
    if (!text) return forward(text);
    try {
        const auto clock = nlohmann::ordered_json::parse(*text);
        if (clock.at("schema_version") != kClockSchemaVersion) return fail("read", file.string(), "it is of another version: remove it, or run diobench calibrate --clock");
        return stopwatch_sentence(clock);
    } catch (const nlohmann::json::exception& e) {
        return fail("read", file.string(), e.what());
    }
}

}  // namespace diobench
