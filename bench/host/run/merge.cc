// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/merge.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/collect.h"
#include "bench/host/run/conclude.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/fio_files.h"
#include "bench/host/run/resume_file.h"
#include "bench/host/run/write_outputs.h"

namespace diobench {

namespace {

constexpr std::string_view kOperation = "merge";

/// Of Run::tool, what decides about a number beside the kernel, by the name that a person knows it by.
constexpr std::pair<std::string_view, std::string_view> kDecidingTools[] = {
    {"qemu", "QEMU"}, {"guest", "guest program"}, {kCountingTool, "way to count by function"}, {"mkfs_erofs", "mkfs.erofs"}, {"cost_model", "cost model"}};

std::string place_of(const Shard& shard) { return fmt::format("{}/{}", shard.options.shard, shard.options.shards); }

/// What parts of one run have in common, by the name that a person knows it by.
std::map<std::string, std::string> identity_of(const Shard& shard) {
    const Run& run = shard.results.run;
    std::map<std::string, std::string> out = {{"number of parts", std::to_string(shard.options.shards)}, {"suite", run.suite},
                                              {"plan of which cells share a boot", run.plan_sha256},     {"machine", run.machine},
                                              {"accelerator", run.accelerator},                          {"seed", std::to_string(run.seed)},
                                              {"number of seeds", std::to_string(shard.options.seeds)},  {"kernels", ""}};
    for (const auto& [tool, name] : kDecidingTools)
        if (const auto found = run.tool.find(std::string(tool)); found != run.tool.end()) out[std::string(name)] = found->second;
    if (run.clock.kind == "real") out["host"] = fmt::format("{}, {} CPUs, Linux {}", run.host.cpu, run.host.cpus, run.host.kernel);
    for (const KernelResult& kernel : shard.results.kernels) {
        out["kernels"] += (out["kernels"].empty() ? "" : ", ") + kernel.name;
        out["kernel " + kernel.name] = fmt::format("{}, patches {:.12}, configuration {:.12}, image {:.12}", kernel.base_version, kernel.patch_sha256, kernel.config_sha256, kernel.image_sha256);
    }
    return out;
}

Status check_same(const Shard& first, const Shard& other) {
    Faults faults;
    auto ours = identity_of(first);
    auto theirs = identity_of(other);
    for (const auto& [what, value] : theirs) ours.try_emplace(what, "none");
    for (const auto& [what, value] : ours) {
        const std::string& there = theirs.try_emplace(what, "none").first->second;
        if (there != value)
            faults.add(fail(kOperation, other.directory.string(), fmt::format("another {}: {}; {} of {}", what, there, value, first.directory.string()), ExitCode::usage));
    }
    return faults.status();
}

/// The first cell in which two runs of one part differ; empty: none.
std::string first_difference(const Results& one, const Results& other) {
    const auto left = cells_to_json(one.cells);
    const auto right = cells_to_json(other.cells);
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        if (left[i].dump() != right[i].dump()) return one.cells[i].kernel + ": " + one.cells[i].cell;
    return left.size() == right.size() ? "" : fmt::format("{} cells, and {}", left.size(), right.size());
}

/// One of each part, in their order.
Result<std::vector<Shard>> one_of_each(std::vector<Shard> shards) {
    Faults faults;
    for (const Shard& shard : shards) faults.add(check_same(shards.front(), shard));
    if (auto s = faults.status(); !s) return forward(s);
    std::map<unsigned, Shard> parts;
    const unsigned count = shards.front().options.shards;
    for (Shard& shard : shards) {
        const auto [there, is_new] = parts.try_emplace(shard.options.shard, std::move(shard));
        if (is_new) continue;
        if (const std::string cell = first_difference(there->second.results, shard.results); !cell.empty())
            faults.add(fail(kOperation, shard.directory.string(), fmt::format("part {} is there twice, and differs from {} in {}; leave one out", place_of(shard), there->second.directory.string(), cell), ExitCode::invalid));
    }
    for (unsigned number = 1; number <= count; ++number)
        if (!parts.contains(number)) faults.add(fail(kOperation, fmt::format("{}/{}", number, count), fmt::format("this part is missing: make it with --shard {}/{}", number, count), ExitCode::invalid));
    if (auto s = faults.status(); !s) return forward(s);
    std::vector<Shard> out;
    for (auto& [number, shard] : parts) out.push_back(std::move(shard));
    return out;
}

/// The number of a part's boot among the boots of all parts (take_shard()).
int64_t boot_of_all(const Shard& shard, int64_t boot) { return boot * shard.options.shards + shard.options.shard - 1; }

void add_kernel(KernelResult& all, const KernelResult& part, const Shard& shard) {
    for (const auto& entry : part.conformance) add_conformance(all.conformance, entry);
    for (BootEntry boot : part.boots) {
        boot.boot = boot_of_all(shard, boot.boot);
        all.boots.push_back(std::move(boot));
    }
    if (all.status != KernelStatus::ok || part.status == KernelStatus::ok) return;  // the first reason stands
    all.status = part.status;
    all.reason = part.reason;
}

std::vector<KernelResult> kernels_of(const std::vector<Shard>& shards) {
    std::vector<KernelResult> out;
    for (size_t k = 0; k < shards.front().results.kernels.size(); ++k) {
        KernelResult kernel = shards.front().results.kernels[k];
        kernel.conformance.clear();
        kernel.boots.clear();
        for (const Shard& shard : shards) add_kernel(kernel, shard.results.kernels[k], shard);
        std::stable_sort(kernel.boots.begin(), kernel.boots.end(), [](const auto& a, const auto& b) { return a.boot < b.boot; });
        out.push_back(std::move(kernel));
    }
    return out;
}

/// Kernel by kernel, boot by boot, as in a run without parts.
std::vector<CellResult> cells_of(const std::vector<Shard>& shards, const std::vector<KernelResult>& kernels) {
    std::vector<CellResult> out;
    for (const Shard& shard : shards)
        for (CellResult cell : shard.results.cells) {
            cell.boot = boot_of_all(shard, cell.boot);
            out.push_back(std::move(cell));
        }
    const auto place = [&](const CellResult& cell) {
        const auto kernel = std::find_if(kernels.begin(), kernels.end(), [&](const KernelResult& one) { return one.name == cell.kernel; });
        return std::pair(kernel - kernels.begin(), cell.boot);
    };
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return out;
}

/// A job file's changes are the same in all parts; what ran of it is in that whose cells it is.
void add_fio_jobs(std::vector<FioJobRecord>& all, const std::vector<FioJobRecord>& part) {
    for (const FioJobRecord& job : part) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const FioJobRecord& one) { return one.name == job.name && one.layout == job.layout; });
        if (found == all.end()) all.push_back(job);
        else found->adapted.insert(found->adapted.end(), job.adapted.begin(), job.adapted.end());
    }
}

Run run_of(const std::vector<Shard>& shards) {
    Run run = shards.front().results.run;
    run.findings.clear();
    run.fio_jobs.clear();
    run.elapsed_s = 0;
    for (const Shard& shard : shards) {
        for (const auto& finding : shard.results.run.findings)
            if (finding.starts_with(kNotCounted)) run.findings.push_back(finding);
        run.started_at = std::min(run.started_at, shard.results.run.started_at);
        run.elapsed_s += shard.results.run.elapsed_s;
        add_fio_jobs(run.fio_jobs, shard.results.run.fio_jobs);
    }
    return run;
}

/// What has its part's name of a boot in its own name.
Status copy_boots(const fs::path& from, const fs::path& to) {
    for (const char* folder : {"boots", "logs", kFioFolder, kProfileFolder}) {
        std::error_code ec;
        if (!fs::is_directory(from / folder, ec)) continue;
        fs::copy(from / folder, to / folder, fs::copy_options::recursive | fs::copy_options::skip_existing, ec);
        if (ec) return fail_errno("copy", (from / folder).string(), ec.value());
    }
    return {};
}

}  // namespace

Result<Shard> read_shard(const fs::path& directory) {
    auto options = read_resume_file(directory);
    if (!options) return forward(options);
    if (!fs::exists(directory / kResultsFileName))
        return fail(kOperation, directory.string(), "this part is not at its end: diobench run --resume " + shell_text({directory.string()}), ExitCode::invalid);
    auto results = read_results(directory);
    if (!results) return forward(results);
    if (results->run.plan_sha256.empty()) return fail(kOperation, directory.string(), "it is from before a run recorded its plan: make it again", ExitCode::usage);
    return Shard{directory, std::move(*options), std::move(*results)};
}

Result<Results> merge_results(std::vector<Shard> shards) {
    auto parts = one_of_each(std::move(shards));
    if (!parts) return forward(parts);
    Results head;
    head.run = run_of(*parts);
    head.kernels = kernels_of(*parts);
    auto document = to_json(head);
    document["cells"] = cells_to_json(cells_of(*parts, head.kernels));
    for (auto& row : document["cells"])
        if (const KernelResult* kernel = head.find_kernel(row["kernel"].get<std::string>())) withdraw_number(row, kernel->status, kernel->reason);
    return from_json(document);
}

Result<RunOutcome> merge_shards(const std::vector<fs::path>& directories, const fs::path& output, const std::vector<std::string>& argv) {
    std::vector<Shard> shards;
    Faults faults;
    for (const auto& directory : directories) faults.append(read_shard(directory), shards);
    if (auto s = faults.status(); !s) return forward(s);
    RunOptions options = shards.front().options;
    auto results = merge_results(std::move(shards));
    if (!results) return forward(results);
    if (auto s = refuse_unverified_numbers(*results); !s) return forward(s);
    conclude(*results);
    Run& run = results->run;
    run.id = begin_run(run.suite, run.machine, options.seed, argv).id;
    run.argv = argv;
    options.run_id = run.id;
    options.shard = options.shards = 1;
    const fs::path folder = output.empty() ? fs::path("out") / run.id : output;
    if (auto s = make_directories(folder); !s) return forward(s);
    for (const auto& directory : directories)
        if (auto s = copy_boots(directory, folder); !s) return forward(s);
    if (!options.profile_directory.empty()) options.profile_directory = folder / kProfileFolder;
    if (auto s = write_resume_file(folder, run, options); !s) return forward(s);
    if (auto s = write_outputs(folder, *results, reproduce_script(*results, options), output.empty() ? LatestLink::point : LatestLink::leave); !s) return forward(s);
    const auto exit_code = static_cast<ExitCode>(results->run.exit_code);
    return RunOutcome{std::move(*results), folder, 0, 0, exit_code};
}

}  // namespace diobench
