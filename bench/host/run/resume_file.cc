// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/resume_file.h"

#include <nlohmann/json.hpp>

#include "bench/host/kernel/base.h"

namespace diobench {

namespace {

std::vector<std::string> absolute(const std::vector<fs::path>& paths) {
    std::vector<std::string> out;
    for (const auto& path : paths) out.push_back(fs::absolute(path).string());
    return out;
}

std::vector<fs::path> paths_at(const nlohmann::json& object, const char* key) {
    std::vector<fs::path> out;
    for (const auto& text : object.at(key)) out.emplace_back(text.get<std::string>());
    return out;
}

/// Series and trees given as folders must be found from anywhere.
std::vector<std::string> kernels_of(const RunOptions& options) {
    std::vector<std::string> out;
    for (const auto& name : options.kernels) out.push_back(absolute_kernel_name(name));
    return out;
}

nlohmann::json given_json(const std::map<std::string, GivenKernel>& given) {
    auto out = nlohmann::json::object();
    for (const auto& [name, kernel] : given) out[name] = {{"key", kernel.key}, {"config_lines", kernel.config_lines}, {"notes", kernel.notes}};
    return out;
}

std::string absolute_or_empty(const fs::path& path) { return path.empty() ? "" : fs::absolute(path).string(); }

/// The folder of a run may be moved before it is resumed.
std::string inside_or_absolute(const fs::path& path, const fs::path& output) {
    if (path.empty()) return "";
    const fs::path inside = fs::absolute(path).lexically_relative(fs::absolute(output));
    return inside.empty() || *inside.begin() == ".." ? fs::absolute(path).string() : inside.string();
}

}  // namespace

nlohmann::json run_options_json(const fs::path& output, const std::string& run_id, const RunOptions& options) {
    return {
        {"run_id", run_id},
        {"kernels", kernels_of(options)},
        {"suite", options.suite},
        {"workload_files", absolute(options.own.files)},
        {"fio_jobs", absolute(options.own.fio_jobs)},
        {"strict_fio", options.own.strict_fio},
        {"reads_of_mixed", options.own.reads_of_mixed},
        {"fio_variables", options.own.fio_variables},
        {"filter", options.filter.glob},
        {"where", options.filter.where},
        {"only", options.only},
        {"backwards", options.backwards},
        {"shard", options.shard},
        {"shards", options.shards},
        {"boots", options.boots},
        {"seeds", options.seeds},
        {"machine", machine_name(options.machine)},
        {"accelerator", options.accelerator ? nlohmann::json(accelerator_name(*options.accelerator)) : nlohmann::json()},
        {"seed", options.seed},
        {"tree", absolute_or_empty(options.tree)},
        {"revision", options.revision},
        {"allow_missing", options.allow_missing},
        {"cache_device", absolute_or_empty(options.cache_device)},
        {"jobs", options.jobs},
        {"profile_directory", inside_or_absolute(options.profile_directory, output)},
        {"cost_model", options.cost_model},
        {"given", given_json(options.given)},
        {"argv", options.argv}};
}

Status write_resume_file(const fs::path& output, const Run& run, const RunOptions& options) {
    return write_file_atomic(output / kResumeFileName, run_options_json(output, run.id, options).dump(2) + "\n");
}

Result<RunOptions> read_resume_file(const fs::path& output) {
    auto text = read_file(output / kResumeFileName);
    if (!text)
        return fail("resume", output.string(), "there is no " + std::string(kResumeFileName) + " in it: give the output directory of a run that was begun");
    try {
        return run_options_from_json(nlohmann::json::parse(*text), output);
    } catch (const nlohmann::json::exception& e) {
        return fail("resume", (output / kResumeFileName).string(), e.what());
    }
}

RunOptions run_options_from_json(const nlohmann::json& json, const fs::path& output) {
    RunOptions out;
    out.run_id = json.at("run_id");
    out.kernels = json.at("kernels").get<std::vector<std::string>>();
    out.suite = json.at("suite");
    out.own.files = paths_at(json, "workload_files");
    out.own.fio_jobs = paths_at(json, "fio_jobs");
    out.own.strict_fio = json.value("strict_fio", false);
    out.own.reads_of_mixed = json.value("reads_of_mixed", false);
    if (json.contains("fio_variables")) out.own.fio_variables = json.at("fio_variables").get<std::map<std::string, std::string>>();
    out.filter = {json.at("filter"), json.value("where", "")};
    out.only = json.at("only").get<std::vector<std::string>>();
    out.backwards = json.value("backwards", false);
    out.shard = json.at("shard");
    out.shards = json.at("shards");
    out.boots = json.value("boots", std::vector<std::string>());
    out.seeds = json.at("seeds");
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host})
        if (json.at("machine") == machine_name(kind)) out.machine = kind;
    for (Accelerator accelerator : {Accelerator::tcg, Accelerator::kvm})
        if (json.at("accelerator") == accelerator_name(accelerator)) out.accelerator = accelerator;
    out.seed = json.at("seed");
    out.tree = json.at("tree").get<std::string>();
    out.revision = json.at("revision");
    out.allow_missing = json.value("allow_missing", std::vector<std::string>());
    out.cache_device = json.at("cache_device").get<std::string>();
    out.jobs = json.at("jobs");
    // Runs that were begun before there was one did not count.
    if (const std::string counts = json.value("profile_directory", ""); !counts.empty()) out.profile_directory = output / counts;
    out.cost_model = json.value("cost_model", false);
    const nlohmann::json all_given = json.value("given", nlohmann::json::object());
    for (const auto& [name, given] : all_given.items())
        out.given[name] = {given.at("key"), given.at("config_lines").get<std::vector<std::string>>(), given.at("notes").get<std::vector<std::string>>()};
    out.argv = json.at("argv").get<std::vector<std::string>>();
    out.output = output;
    return out;
}

}  // namespace diobench
