// SPDX-License-Identifier: GPL-2.0-only
// Slurm: a job a build, an array of shards a kernel that waits for its build, one job that judges behind all of them.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/fleet/engine.h"

namespace diobench {

namespace {

constexpr const char* kSlurm = "fleet by slurm";

/// What one call of sbatch submits.
struct Batch {
    std::string name;
    std::vector<const FleetJobRow*> jobs;  ///< several: an array
    std::set<std::string> after;           ///< Slurm's job ids
    bool exclusive = false;
};

class SlurmEngine : public FleetEngine {
public:
    explicit SlurmEngine(std::string partition) : partition_(std::move(partition)) {}

    Result<size_t> slots() override {
        if (auto there = find_program("sbatch", "slurm-client"); !there) return forward(there);
        auto nodes = ask({"sinfo", "--noheader", "--Node", "--format=%N %t"});
        if (!nodes) return forward(nodes);
        std::set<std::string> usable;
        for (const auto& line : split(*nodes, '\n')) {
            const auto words = split(line, ' ');
            if (words.size() == 2 && !words[1].starts_with("down") && !words[1].starts_with("drain")) usable.insert(words[0]);
        }
        if (usable.empty()) return fail(kSlurm, partition_, "sinfo shows no node that is up: start slurmd on them, or scontrol update nodename=NODE state=resume");
        if (auto s = check_store(); !s) return forward(s);
        return usable.size();
    }

    Result<std::map<int64_t, std::string>> start(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs) override {
        auto constraint = constraint_for(request);
        if (!constraint) return forward(constraint);
        auto builders = constraint_of_builders(*constraint);
        if (!builders) return forward(builders);
        std::map<int64_t, std::string> out;
        std::map<std::string, std::string> builds;  // Slurm's ids by kernel
        std::map<std::string, std::vector<const FleetJobRow*>> shards;
        for (const auto& job : jobs) {
            if (job.kind == JobKind::shard) shards[job.kernel].push_back(&job);
            if (job.kind != JobKind::build) continue;
            auto id = submit(request, {"build", {&job}, {}, false}, *builders, out);
            if (!id) return forward(id);
            builds[job.kernel] = *id;
        }
        std::set<std::string> before_judge;
        for (const auto& [kernel, id] : builds) before_judge.insert(id);
        for (const auto& [kernel, array] : shards) {
            Batch batch{"shards", array, {}, false};
            if (const auto build = builds.find(kernel); build != builds.end()) batch.after.insert(build->second);
            auto id = submit(request, batch, *constraint, out);
            if (!id) return forward(id);
            before_judge.insert(*id);
        }
        for (const auto& job : jobs) {
            if (job.kind != JobKind::judge) continue;
            auto id = submit(request, {"judge", {&job}, before_judge, job.work.value("whole", false)}, *builders, out);
            if (!id) return forward(id);
        }
        return out;
    }

    Result<std::map<std::string, std::string>> states(const std::vector<std::string>& names) override {
        std::map<std::string, std::string> out;
        if (names.empty()) return out;
        auto queue = ask({"squeue", "--noheader", "--array", "--format=%i %T %R", "--jobs=" + join(jobs_of(names), ",")});
        if (!queue) return out;  // Slurm forgets what has ended, and does not know it any more
        for (const auto& line : split(*queue, '\n'))
            if (const size_t space = line.find(' '); space != std::string::npos) out[line.substr(0, space)] = std::string(trim(line.substr(space)));
        return out;
    }

    Status cancel(const std::vector<std::string>& names) override {
        if (names.empty()) return {};
        std::vector<std::string> argv{"scancel", "--quiet"};
        for (auto& id : jobs_of(names)) argv.push_back(std::move(id));
        auto done = run_command(argv);
        if (!done) return forward(done);
        return {};
    }

private:
    static Result<std::string> ask(const std::vector<std::string>& argv) {
        auto done = run_checked(argv);
        if (!done) return forward(done);
        return done->output;
    }

    /// "12_3" -> "12", each once.
    static std::vector<std::string> jobs_of(const std::vector<std::string>& names) {
        std::set<std::string> out;
        for (const auto& name : names) out.insert(name.substr(0, name.find('_')));
        return {out.begin(), out.end()};
    }

    /// Nodes of several hosts cannot share a file.
    static Status check_store() {
        auto hosts = ask({"scontrol", "show", "nodes", "--oneliner"});
        if (!hosts) return forward(hosts);
        std::set<std::string> names;
        for (const auto& word : split(replace_all(*hosts, "\n", " "), ' '))
            if (word.starts_with("NodeHostName=")) names.insert(word);
        return names.size() > 1 ? require_common_store("slurm") : Status();
    }

    /// The machine that it measures on, where nodes say what they can do (docs/fleet.md, "Nodes").
    static Result<std::string> constraint_for(const FleetRequestRow& request) {
        const std::string machine = request.description.value("machine", "exact");
        auto known = features();
        if (!known) return forward(known);
        if (known->contains(machine)) return machine;
        for (const char* other : {"exact", "uml", "kvm", "host"})
            if (known->contains(other)) return fail(kSlurm, machine, fmt::format("no node has the feature \"{}\", and others have \"{}\": is it there by diobench doctor?", machine, other));
        return std::string();
    }

    static Result<std::set<std::string>> features() {
        auto lines = ask({"sinfo", "--noheader", "--format=%f"});
        if (!lines) return forward(lines);
        std::set<std::string> out;
        for (const auto& line : split(*lines, '\n'))
            for (const auto& feature : split(line, ',')) out.insert(std::string(trim(feature)));
        return out;
    }

    /// Where some nodes have the feature "build", only these build and judge.
    static Result<std::string> constraint_of_builders(const std::string& constraint) {
        auto known = features();
        if (!known) return forward(known);
        if (!known->contains("build")) return constraint;
        return constraint.empty() ? "build" : constraint + "&build";
    }

    Result<std::string> submit(const FleetRequestRow& request, const Batch& batch, const std::string& constraint, std::map<int64_t, std::string>& out) {
        const fs::path logs = cache_root() / "logs" / "fleet";
        if (auto s = make_directories(logs); !s) return forward(s);
        std::vector<std::string> argv{"sbatch", "--parsable", "--requeue", "--export=ALL", "--kill-on-invalid-dep=yes", "--open-mode=append", "--chdir=/",
                                      fmt::format("--job-name=diobench-{}", batch.name), fmt::format("--comment={}", request.id),
                                      fmt::format("--output={}/{}-%j.txt", logs.string(), request.id)};
        std::string job = std::to_string(batch.jobs.front()->number);
        if (batch.name == "shards") {
            std::vector<std::string> numbers;
            for (const auto* one : batch.jobs) numbers.push_back(std::to_string(one->number));
            argv.push_back("--array=" + join(numbers, ","));
            job = "\"$SLURM_ARRAY_TASK_ID\"";
        }
        if (!batch.after.empty()) argv.push_back("--dependency=afterok:" + join({batch.after.begin(), batch.after.end()}, ":"));
        if (!constraint.empty()) argv.push_back("--constraint=" + constraint);
        if (!partition_.empty()) argv.push_back("--partition=" + partition_);
        if (batch.exclusive) argv.emplace_back("--exclusive");
        argv.push_back(fmt::format("--wrap=export DIOBENCH_NODE=\"$SLURMD_NODENAME\"; exec {} fleet work {} --job {}", shell_text({fs::read_symlink("/proc/self/exe").string()}), request.id, job));
        auto submitted = ask(argv);
        if (!submitted) return forward(submitted);
        const std::string answer(trim(*submitted));
        const std::string id = answer.substr(0, answer.find(';'));
        for (const auto* one : batch.jobs) out[one->number] = batch.name == "shards" ? fmt::format("{}_{}", id, one->number) : id;
        return id;
    }

    std::string partition_;
};

}  // namespace

std::unique_ptr<FleetEngine> make_slurm_engine(const EngineSettings& settings) { return std::make_unique<SlurmEngine>(settings.partition); }

}  // namespace diobench
