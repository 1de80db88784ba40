// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/read_profiles.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

#include "bench/host/profile/function_rules.h"
#include "bench/host/profile/cost_model.h"
#include "bench/host/profile/regions.h"

namespace diobench {

namespace {

using RegionsByTag = std::map<uint32_t, ProfileRegion>;

/// The regions of one boot.  A cell that is run again (to sample the page
/// cache over time) was measured the first time.
Result<RegionsByTag> read_boot(const fs::path& path) {
    auto text = read_file(path);
    if (!text) return forward(text);
    auto regions = parse_regions(*text, path.filename().string());
    if (!regions) return forward(regions);
    RegionsByTag out;
    for (auto& region : *regions) out.emplace(region.tag, std::move(region));
    return out;
}

/// Two cells of one boot with one tag could not be told apart.
Status check_tags(const Results& results) {
    std::map<uint32_t, std::string> names;
    for (const auto& cell : results.cells) {
        auto [found, fresh] = names.emplace(profile_tag(cell.cell), cell.cell);
        if (!fresh && found->second != cell.cell)
            return fail("profile", cell.cell, "it has the same tag as " + found->second + ": profile them one by one with --filter", ExitCode::invalid);
    }
    return {};
}

/// fio is not our program and executes no markers.
bool executes_markers(const CellResult& cell) { return !cell.dimensions.engine.starts_with("fio"); }

std::string sentence(const CellResult& cell, std::string_view why) { return fmt::format("{}: {}: {}", cell.kernel, cell.cell, why); }

/// What names a boot's files: "logs/dio-ram.console.txt" of kernel dio -> "ram".
Result<std::string> boot_label(const Results& results, const CellResult& cell) {
    const std::string prefix = "logs/" + cell.kernel + "-";
    constexpr std::string_view kSuffix = ".console.txt";
    if (const KernelResult* kernel = results.find_kernel(cell.kernel); kernel != nullptr)
        for (const auto& boot : kernel->boots)
            if (boot.boot == cell.boot && boot.console.starts_with(prefix) && boot.console.ends_with(kSuffix))
                return boot.console.substr(prefix.size(), boot.console.size() - prefix.size() - kSuffix.size());
    return fail("profile", sentence(cell, "the results do not say which boot it is of"), "", ExitCode::invalid);
}

/// A run with several seeds names them in its boots: "ram-2-seed7".
uint64_t seed_of(const Results& results, const std::string& label) {
    constexpr std::string_view kBefore = "-seed";
    const size_t at = label.rfind(kBefore);
    return at == std::string::npos ? static_cast<uint64_t>(results.run.seed) : std::strtoull(label.c_str() + at + kBefore.size(), nullptr, 10);
}

CellProfile make_profile(const CellResult& cell, uint64_t seed, const ProfileRegion& region) {
    CellProfile out;
    out.kernel = cell.kernel;
    out.cell = cell.cell;
    out.seed = seed;
    out.ops = static_cast<uint64_t>(cell.metric("ops").value_or(0));
    out.elapsed_ns = static_cast<uint64_t>(std::llround(cell.metric("seconds").value_or(0) * 1e9));
    out.bytes = static_cast<uint64_t>(cell.metric("bytes").value_or(0));
    out.user = region.user;
    out.copied = region.copied;
    out.traffic = region.traffic;
    out.functions = region.functions;
    return out;
}

/// Of every kernel that has counted cells.
Result<std::map<std::string, KernelRules>> read_rules(const Profiles& profiles, const std::map<std::string, fs::path>& system_maps) {
    std::map<std::string, KernelRules> out;
    for (const auto& profile : profiles.cells) {
        if (out.contains(profile.kernel)) continue;
        const auto map = system_maps.find(profile.kernel);
        if (map == system_maps.end()) return fail("profile", profile.kernel, "where its System.map is was not said", ExitCode::invalid);
        auto rules = KernelRules::read(map->second);
        if (!rules) return forward(rules);
        out.emplace(profile.kernel, std::move(*rules));
    }
    return out;
}

/// What the cost model says of a cell, if it was asked.
void add_modelled(const CellProfile& profile, CellResult& cell) {
    if (const auto cpu = modelled_cpu_ns(profile); cpu && profile.ops > 0) cell.metrics->emplace(kModelledCpu, *cpu / static_cast<double>(profile.ops));
    const auto mean = cell.metric("latency_ns.mean");
    for (const auto& [metric, processor] : {std::pair{kModelledLatency, plugin::kModelledProcessor}, std::pair{kModelledLatencyUml, plugin::kUserModeLinux}})
        if (const auto stretch = modelled_stretch(profile, processor); stretch && mean) cell.metrics->emplace(metric, *mean * *stretch);
}

const CellProfile* find_in(const std::vector<CellProfile>& all, std::string_view kernel, std::string_view cell, uint64_t seed) {
    auto found = std::find_if(all.begin(), all.end(), [&](const CellProfile& p) { return p.kernel == kernel && p.cell == cell && p.seed == seed; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

const CellProfile* Profiles::find(std::string_view kernel, std::string_view cell, uint64_t seed) const { return find_in(cells, kernel, cell, seed); }

const CellProfile* Profiles::find_not_proved(std::string_view kernel, std::string_view cell, uint64_t seed) const { return find_in(not_proved, kernel, cell, seed); }

Result<Profiles> read_profiles(const fs::path& directory, const Results& results) {
    if (auto s = check_tags(results); !s) return forward(s);
    Profiles out;
    for (const auto& kernel : results.kernels) out.kernels.push_back(kernel.name);
    std::map<fs::path, RegionsByTag> boots;
    for (const auto& cell : results.cells) {
        const KernelResult* kernel = results.find_kernel(cell.kernel);
        if (kernel == nullptr || kernel->status != KernelStatus::ok) continue;  // it has counted nothing, and the results say why
        const bool not_proved = cell.status == CellStatus::invalid && cell.observed_io == ObservedIo::mixed;
        if (cell.status != CellStatus::ok) out.uncounted.push_back(sentence(cell, cell.reason));
        if (cell.status != CellStatus::ok && !not_proved) continue;
        if (!executes_markers(cell)) {
            out.uncounted.push_back(sentence(cell, "its engine is another program, which marks nothing"));
            continue;
        }
        auto label = boot_label(results, cell);
        if (!label) return forward(label);
        const fs::path path = directory / cell.kernel / (*label + ".txt");
        if (!boots.contains(path)) {
            auto read = read_boot(path);
            if (!read) return forward(read);
            boots.emplace(path, std::move(*read));
        }
        auto region = boots.at(path).find(profile_tag(cell.cell));
        if (region == boots.at(path).end())
            return fail("profile", sentence(cell, "it has a number, and its instructions were not counted"), "", ExitCode::invalid);
        (not_proved ? out.not_proved : out.cells).push_back(make_profile(cell, seed_of(results, *label), region->second));
    }
    return out;
}

Status add_counted_metrics(const fs::path& directory, const std::map<std::string, fs::path>& system_maps, Results& results) {
    auto profiles = read_profiles(directory, results);
    if (!profiles) return forward(profiles);
    auto rules = read_rules(*profiles, system_maps);
    if (!rules) return forward(rules);
    for (const auto& [kernel, of_kernel] : *rules)
        for (const auto& sentence : of_kernel.unknown()) results.run.findings.push_back(fmt::format("{}: {}", kernel, sentence));
    // Profiles of cells with a number are in the order of these.
    auto profile = profiles->cells.begin();
    for (auto& cell : results.cells) {
        if (profile == profiles->cells.end()) break;
        if (profile->kernel != cell.kernel || profile->cell != cell.cell || !cell.metrics) continue;
        cell.metrics->merge(rules->at(cell.kernel).metrics_of(*profile));
        add_modelled(*profile, cell);
        ++profile;
    }
    return {};
}

}  // namespace diobench
