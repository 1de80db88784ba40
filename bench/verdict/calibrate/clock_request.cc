// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/clock_request.h"

#include <nlohmann/json.hpp>

#include "bench/host/run/environment.h"
#include "bench/verdict/calibrate/real_clocks.h"

namespace diobench {

namespace {

/// Files and series given as folders must be found from anywhere.
std::string absolute_text(const fs::path& path) { return path.empty() ? "" : fs::absolute(path).string(); }
std::string series_text(const std::string& name) { return fs::is_directory(name) ? fs::absolute(name).string() : name; }

}  // namespace

Status write_clock_request(const fs::path& directory, const ClockOptions& options) {
    std::vector<std::string> candidates;
    for (const auto& name : options.candidates) candidates.push_back(series_text(name));
    const HostInfo host = describe_host();
    const nlohmann::json json = {
        {"baseline", series_text(options.baseline)}, {"candidates", candidates}, {"suite", options.suite}, {"filter", options.filter.glob}, {"where", options.filter.where},
        {"machine", options.machine ? machine_name(*options.machine) : ""}, {"seed", options.seed}, {"seeds", options.seeds}, {"pairs", options.pairs},
        {"policy", absolute_text(options.policy)}, {"tree", absolute_text(options.tree)}, {"revision", options.revision}, {"argv", options.argv},
        {"host", {{"cpu", host.cpu}, {"cpus", host.cpus}, {"kernel", host.kernel}}}};
    return write_file_atomic(directory / kClockRequestFileName, json.dump(2) + "\n");
}

Result<ClockOptions> read_clock_request(const fs::path& directory) {
    const fs::path file = directory / kClockRequestFileName;
    auto text = read_file(file);
    if (!text)
        return fail("calibrate --clock --resume", directory.string(), "there is no " + std::string(kClockRequestFileName) + " in it: give the output directory of one that was begun");
    try {
        const auto json = nlohmann::json::parse(*text);
        const HostInfo here = describe_host();
        const auto& host = json.at("host");
        if (host.at("cpu") != here.cpu || host.at("cpus") != here.cpus || host.at("kernel") != here.kernel)
            return fail("calibrate --clock --resume", directory.string(), "it was begun on another host or another kernel of it: its clock is not this one's");
        ClockOptions out;
        out.baseline = json.at("baseline");
        out.candidates = json.at("candidates").get<std::vector<std::string>>();
        out.suite = json.at("suite");
        out.filter = {json.at("filter"), json.value("where", "")};
        for (const MachineKind kind : kRealClocks)
            if (json.at("machine") == machine_name(kind)) out.machine = kind;
        out.seed = json.at("seed");
        out.seeds = json.at("seeds");
        out.pairs = json.at("pairs");
        out.policy = json.at("policy").get<std::string>();
        out.tree = json.at("tree").get<std::string>();
        out.revision = json.at("revision");
        out.argv = json.at("argv").get<std::vector<std::string>>();
        out.output = directory;
        out.go_on = true;
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("calibrate --clock --resume", file.string(), e.what());
    }
}

}  // namespace diobench
