// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_record.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/json_text.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// night.json never gets shorter than this, so that a full disk leaves room to say so in place.
constexpr size_t kPaddedBytes = 16384;

Json kernel_json(const KernelOfNight& k) {
    return {{"name", k.name},           {"base_version", k.base_version}, {"image_sha256", k.image_sha256}, {"verified", k.verified},
            {"new_failures", k.new_failures}, {"cells_ok", k.cells_ok},   {"cells_unsupported", k.cells_unsupported}, {"cells_known", k.cells_known},
            {"cells_missing", k.cells_missing}, {"baseline", k.baseline}, {"verdict", k.verdict},           {"judged", k.judged},
            {"worst", k.worst}};
}

KernelOfNight kernel_of(const Json& json) {
    KernelOfNight k;
    for (auto [key, text] : {std::pair{"name", &k.name}, {"base_version", &k.base_version}, {"image_sha256", &k.image_sha256}, {"baseline", &k.baseline},
                             {"verdict", &k.verdict}, {"judged", &k.judged}, {"worst", &k.worst}})
        *text = json.at(key).get<std::string>();
    for (auto [key, number] : {std::pair{"verified", &k.verified}, {"new_failures", &k.new_failures}, {"cells_ok", &k.cells_ok},
                               {"cells_unsupported", &k.cells_unsupported}, {"cells_known", &k.cells_known}, {"cells_missing", &k.cells_missing}})
        *number = json.at(key).get<int64_t>();
    return k;
}

template <class Value, class Name>
Value value_of(const Json& word, std::initializer_list<Value> all, Name name) {
    for (Value value : all)
        if (word.get<std::string>() == name(value)) return value;
    throw Json::other_error::create(501, fmt::format("'{}' is no word of this file", word.get<std::string>()), nullptr);
}

NightFinding finding_of(const Json& json) {
    NightFinding out;
    out.verdict = value_of(json.at("verdict"), {Verdict::pass, Verdict::inconclusive, Verdict::regression, Verdict::invalid}, verdict_name);
    out.exit_code = static_cast<ExitCode>(json.at("exit_code").get<int>());
    out.text = json.at("text").get<std::string>();
    out.kernel = json.value("kernel", "");
    return out;
}

NightRecord night_of(const Json& json) {
    NightRecord out;
    for (auto [key, text] : {std::pair{"id", &out.id}, {"started_at", &out.started_at}, {"stage", &out.stage}, {"machine", &out.machine}, {"suite", &out.suite}})
        *text = json.at(key).get<std::string>();
    out.elapsed_s = json.at("elapsed_s").get<double>();
    out.state = value_of(json.at("state"), {NightState::running, NightState::ended, NightState::unfinished}, state_name);
    out.seeds = json.at("seeds").get<int64_t>();
    out.asked = json.value("asked", "");
    out.source_commit = json.value("source_commit", "");
    out.source_problem = json.value("source_problem", "");
    out.attempts = json.value("attempts", int64_t{1});
    out.runs = json.at("runs").get<std::vector<std::string>>();
    for (const auto& kernel : json.at("kernels")) out.kernels.push_back(kernel_of(kernel));
    for (const auto& finding : json.at("findings")) out.findings.push_back(finding_of(finding));
    out.notes = json.at("notes").get<std::vector<std::string>>();
    return out;
}

/// Into the blocks that the file has already.
Status overwrite(const fs::path& file, const std::string& text) {
    auto fd = UniqueFd::open(file.string(), O_WRONLY);
    if (!fd) return forward(fd);
    return write_all(fd->get(), text, file.string());
}

}  // namespace

std::string_view state_name(NightState state) {
    switch (state) {
    case NightState::running: return "running";
    case NightState::ended: return "ended";
    case NightState::unfinished: break;
    }
    return "unfinished";
}

int64_t NightRecord::cells_ok() const {
    int64_t sum = 0;
    for (const auto& kernel : kernels) sum += kernel.cells_ok;
    return sum;
}

Verdict NightRecord::verdict() const {
    Verdict out = cells_ok() == 0 ? Verdict::invalid : Verdict::pass;
    for (const auto& finding : findings) out = worse_of(out, finding.verdict);
    return out;
}

Verdict NightRecord::verdict_on(const KernelOfNight& kernel) const {
    Verdict out = kernel.cells_ok == 0 ? Verdict::invalid : Verdict::pass;
    for (const auto& finding : findings)
        if (finding.kernel.empty() || finding.kernel == kernel.name) out = worse_of(out, finding.verdict);
    return out;
}

ExitCode NightRecord::exit_code() const {
    const Verdict worst = verdict();
    ExitCode out = ExitCode::ok;
    for (const auto& finding : findings)
        if (finding.verdict == worst && (out == ExitCode::ok || finding.exit_code == ExitCode::invalid)) out = finding.exit_code;
    return out == ExitCode::ok ? exit_code_of(worst) : out;
}

Json night_json(const NightRecord& night) {
    Json kernels = Json::array();
    for (const auto& kernel : night.kernels) kernels.push_back(kernel_json(kernel));
    Json findings = Json::array();
    for (const auto& f : night.findings) findings.push_back({{"verdict", verdict_name(f.verdict)}, {"exit_code", static_cast<int>(f.exit_code)}, {"kernel", f.kernel}, {"text", f.text}});
    return {{"schema_version", kNightSchemaVersion},
            {"id", night.id},
            {"started_at", night.started_at},
            {"elapsed_s", night.elapsed_s},
            {"state", state_name(night.state)},
            {"stage", night.stage},
            {"verdict", verdict_name(night.verdict())},
            {"exit_code", static_cast<int>(night.exit_code())},
            {"machine", night.machine},
            {"suite", night.suite},
            {"seeds", night.seeds},
            {"asked", night.asked},
            {"source_commit", night.source_commit},
            {"source_problem", night.source_problem},
            {"attempts", night.attempts},
            {"runs", night.runs},
            {"kernels", std::move(kernels)},
            {"findings", std::move(findings)},
            {"notes", night.notes}};
}

Result<NightRecord> read_night(const fs::path& folder) {
    const fs::path file = folder / kNightFileName;
    auto text = read_file(file);
    if (!text) return forward(text);
    try {
        const auto json = Json::parse(*text);
        if (json.at("schema_version").get<int64_t>() != kNightSchemaVersion) return fail("read night", file.string(), "it is of another version of diobench", ExitCode::invalid);
        return night_of(json);
    } catch (const Json::exception& e) {
        return fail("read night", file.string(), e.what(), ExitCode::invalid);
    }
}

Status write_night(const fs::path& folder, const NightRecord& night) {
    std::string text = json_text(night_json(night));
    const fs::path file = folder / kNightFileName;
    std::error_code none;
    const auto there = fs::file_size(file, none);
    // At least as long as what it may have to be written over.
    const size_t length = std::max<size_t>(kPaddedBytes, none ? 0 : there);
    if (text.size() + 1 < length) text.append(length - text.size() - 1, ' ');
    text += '\n';
    auto written = write_file_atomic(file, text);
    if (written) return {};
    std::error_code ec;
    if (fs::file_size(file, ec) < text.size() || ec) return written;
    return overwrite(file, text);
}

Result<NightList> list_nights(const fs::path& output) {
    NightList out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(output, ec)) {
        if (entry.is_symlink() || !fs::exists(entry.path() / kNightFileName)) continue;
        auto night = read_night(entry.path());
        if (night) out.nights.push_back(std::move(*night));
        else out.unreadable.push_back(night.error().message());
    }
    if (ec && ec != std::errc::no_such_file_or_directory) return fail_errno("list nights in", output.string(), ec.value());
    std::sort(out.nights.begin(), out.nights.end(), [](const NightRecord& a, const NightRecord& b) { return a.id > b.id; });
    return out;
}

}  // namespace diobench
