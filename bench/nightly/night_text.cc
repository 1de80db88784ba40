// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_text.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr size_t kKernelLines = 4;
constexpr size_t kNightsShown = 7;
/// So many inconclusive nights in a row are news again.
constexpr size_t kInconclusiveNights = 3;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<int64_t>(seconds);
    if (whole < 120) return fmt::format("{} s", whole);
    if (whole < 7200) return fmt::format("{} min", (whole + 30) / 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

/// Of a night that passed: that nothing was worse is only known of what was judged.
std::string good_reason(const NightRecord& night) {
    std::string text = fmt::format("{} cells", night.cells_ok());
    if (std::any_of(night.kernels.begin(), night.kernels.end(), [](const KernelOfNight& k) { return !k.verdict.empty(); })) text += ", none worse";
    for (const auto& kernel : night.kernels)
        if (kernel.is_unjudged()) text += fmt::format("; {} NOT JUDGED: {}", kernel.name, kernel.judged);
    return text;
}

/// What decides, in few words.
std::string reason(const NightRecord& night) {
    const Verdict worst = night.verdict();
    std::vector<const NightFinding*> deciding;
    for (const auto& finding : night.findings)
        if (finding.verdict == worst) deciding.push_back(&finding);
    if (worst == Verdict::pass) return good_reason(night);
    if (deciding.empty()) return "nothing was measured";
    std::string text = deciding.front()->text.substr(0, deciding.front()->text.find('\n'));
    if (deciding.size() > 1) text += fmt::format(" (and {} more)", deciding.size() - 1);
    return text;
}

std::string kernel_line(const KernelOfNight& k) {
    std::string text = fmt::format("{}: ", k.name);
    if (k.verified >= 0) text += k.new_failures == 0 ? fmt::format("{} cases right; ", k.verified) : fmt::format("{} CASES WRONG of {}; ", k.new_failures, k.verified + k.new_failures);
    text += fmt::format("{} cells", k.cells_ok);
    if (k.cells_unsupported > 0) text += fmt::format(", {} unsupported", k.cells_unsupported);
    if (k.cells_known > 0) text += fmt::format(", {} known failures", k.cells_known);
    if (k.cells_missing > 0) text += fmt::format(", {} MISSING", k.cells_missing);
    if (!k.verdict.empty()) text += fmt::format("; {} against {}", k.verdict, k.baseline);
    else if (k.is_unjudged()) text += "; not judged: " + k.judged;
    if (!k.worst.empty()) text += ": " + k.worst;
    return text;
}

std::string short_verdict(const NightRecord& night) {
    if (night.state != NightState::ended) return std::string(state_name(night.state));
    return std::string(verdict_name(night.verdict()));
}

std::string earlier_line(const std::vector<NightRecord>& earlier) {
    if (earlier.empty()) return "Earlier nights: none.";
    std::vector<std::string> words;
    for (size_t i = 0; i < earlier.size() && i < kNightsShown; ++i) words.push_back(fmt::format("{} {}", earlier[i].id.substr(0, 8), short_verdict(earlier[i])));
    return fmt::format("Earlier nights: {}.", join(words, ", "));
}

std::string good_line(const NightRecord& night, const std::vector<NightRecord>& earlier) {
    if (night.verdict() == Verdict::pass) return {};
    auto good = std::find_if(earlier.begin(), earlier.end(), [](const NightRecord& n) { return n.state == NightState::ended && n.verdict() == Verdict::pass; });
    return good == earlier.end() ? "Last good night: none." : fmt::format("Last good night: {}, {} ago.", good->id, good == earlier.begin() ? "one night" : fmt::format("{} nights", good - earlier.begin() + 1));
}

/// Nights before this inconclusive one that were so as well; 0 if it is none.
size_t inconclusive_in_a_row(const NightRecord& night, const std::vector<NightRecord>& earlier) {
    const auto undecided = [](const NightRecord& n) { return n.verdict() == Verdict::inconclusive; };
    if (!undecided(night)) return 0;
    const auto decided = std::find_if_not(earlier.begin(), earlier.end(), undecided);
    return static_cast<size_t>(decided - earlier.begin());
}

/// "dio is on Linux 6.12.118 (6.12.117 before)" of each kernel that was on another base in the newest nightly run that has it.
std::vector<std::string> new_bases(const NightRecord& night, const std::vector<NightRecord>& earlier) {
    std::vector<std::string> out;
    for (const KernelOfNight& kernel : night.kernels)
        for (const NightRecord& before : earlier) {
            const auto same = std::find_if(before.kernels.begin(), before.kernels.end(), [&](const KernelOfNight& one) { return one.name == kernel.name && !one.base_version.empty(); });
            if (same == before.kernels.end()) continue;
            if (!kernel.base_version.empty() && same->base_version != kernel.base_version) out.push_back(fmt::format("{} is on Linux {} ({} before)", kernel.name, kernel.base_version, same->base_version));
            break;
        }
    return out;
}

}  // namespace

bool is_red(const NightRecord& night) {
    const Verdict verdict = night.verdict();
    return verdict == Verdict::regression || verdict == Verdict::invalid;
}

bool is_news(const NightRecord& night, const std::vector<NightRecord>& earlier) {
    if (is_red(night)) return true;
    if (!earlier.empty() && std::any_of(night.kernels.begin(), night.kernels.end(), [](const KernelOfNight& k) { return k.is_unjudged(); })) return true;
    if (!new_bases(night, earlier).empty()) return true;
    if (inconclusive_in_a_row(night, earlier) % kInconclusiveNights == kInconclusiveNights - 1) return true;
    return !earlier.empty() && (earlier.front().state != NightState::ended || earlier.front().verdict() != night.verdict());
}

std::string night_subject(const NightRecord& night, const std::string& host) {
    return fmt::format("diobench night {} on {}: {}: {}", night.started_at.substr(0, 10), host, upper(verdict_name(night.verdict())), reason(night));
}

std::string night_text(const NightRecord& night, const std::vector<NightRecord>& earlier, const std::string& host, const fs::path& folder) {
    std::vector<std::string> lines = {night_subject(night, host)};
    lines.push_back(fmt::format("{} in {}; suite {} on {} with {} seed{}; exit code {}.", night.id, duration_text(night.elapsed_s), night.suite, night.machine, night.seeds,
                                night.seeds == 1 ? "" : "s", static_cast<int>(night.exit_code())));
    for (size_t i = 0; i < night.kernels.size() && i < kKernelLines; ++i) lines.push_back(kernel_line(night.kernels[i]));
    if (night.kernels.size() > kKernelLines) lines.back() += fmt::format(" (and {} more kernels)", night.kernels.size() - kKernelLines);
    std::vector<std::string> notes = new_bases(night, earlier);
    notes.insert(notes.end(), night.notes.begin(), night.notes.end());
    if (!notes.empty()) lines.push_back("Note: " + join(notes, "; "));
    if (auto good = good_line(night, earlier); !good.empty()) lines.push_back(good);
    lines.push_back(earlier_line(earlier));
    lines.push_back(fmt::format("Look: {}", folder.string()));
    return join(lines, "\n") + "\n";
}

}  // namespace diobench
