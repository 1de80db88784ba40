// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/fuzz_reads.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/image/content.h"
#include "bench/common/plan/dimensions.h"
#include "bench/host/verify/fuzz_boots.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

/// Of the first boot, of which it is not known how long it takes.
constexpr uint64_t kFirstScenes = 6;
constexpr uint64_t kMostScenes = 400;
/// About how long a boot takes: time that is lost when it dies at its start, and a kernel grows older in it.
constexpr double kScenesBootSeconds = 90;
/// Finds that are minimised; more are mostly more of the same.
constexpr size_t kMostReadFinds = 3;
/// How often what two things at one time may show is tried again.
constexpr unsigned kTries = 3;
constexpr unsigned kMostRounds = 40;

/// Of scenes on the back ends of which the kernel says that it reads directly, and on others.
constexpr size_t kShareDirect = 3;
constexpr size_t kShareOther = 1;

struct ReadFind {
    uint64_t scene = 0;
    SceneChoice choice;
    CaseRecord record;
    bool alone = false;             ///< seen again in a boot of its own
    std::vector<std::string> before = {};  ///< else: what the boot ran until then
};

class ReadFuzzer {
public:
    ReadFuzzer(const ReadFuzzRequest& request, std::vector<std::string> backends, Progress& progress)
        : request_(request), boots_(request.boots, request.kernel), backends_(std::move(backends)), next_(request.first_scene), progress_(progress) {}

    Result<ReadFuzzOutcome> run() {
        progress_.stage("reads " + request_.kernel);
        if (auto s = read_until_enough(); !s) {
            progress_.finish(fmt::format("{}: {}", request_.kernel, how_far()));
            return forward(s);
        }
        elapsed_s_ = elapsed_s();
        for (auto& find : finds_)
            if (auto s = finish(find); !s) return forward(s);
        if (outcome_.records.empty()) outcome_.records.push_back({"reads/fuzz", Outcome::note, how_far() + ": nothing found", "", elapsed_s_});
        outcome_.boots = boots_.take_boots();
        return std::move(outcome_);
    }

private:
    [[nodiscard]] const std::string& backend_of(uint64_t scene) const { return backends_[content_word({0, 0}, scene, 0) % backends_.size()]; }
    [[nodiscard]] std::string name_of(uint64_t scene, const std::string& more = "") const {
        const std::string& backend = backend_of(scene);
        return fmt::format("reads/fuzz-{}{}{}", scene, more, backend == kFscache ? "" : "@" + backend);
    }

    [[nodiscard]] double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }
    [[nodiscard]] double rate() const { return static_cast<double>(reads_) / std::max(elapsed_s(), 0.1); }
    /// Takes the lock: not under it.
    bool is_enough() {
        std::lock_guard lock(mutex_);
        return reads_ >= request_.reads || finds_.size() >= kMostReadFinds;
    }
    [[nodiscard]] std::string how_far() const {
        return fmt::format("{} reads ({} direct) in {} scenes of seed {}, {:.0f} s, {:.0f} reads/s; --fuzz-from {} goes on", reads_, direct_, scenes_, boots_.seed(), elapsed_s(), rate(), next_);
    }

    [[nodiscard]] bool reads_directly(uint64_t scene) const {
        const ConformancePlan& plan = boots_.plan();
        return (backend_of(scene) == kFscache ? plan.direct : plan.file_direct) == DirectSupport::direct;
    }

    void count(uint64_t number) {
        const ReadScene scene = make_scene(boots_.seed(), number);
        std::lock_guard lock(mutex_);
        ++scenes_;
        reads_ += scene.reads();
        if (reads_directly(number)) direct_ += scene.direct_reads();
        progress_.update(std::min<size_t>(reads_, request_.reads), request_.reads, fmt::format("{:.0f} reads/s, {} found", rate(), finds_.size()));
    }

    Status read_until_enough() {
        std::optional<Error> error;
        auto work = [&](unsigned worker) {
            uint64_t scenes = kFirstScenes;
            for (unsigned boot = 0; !is_enough(); ++boot) {
                const auto begun = Clock::now();
                auto s = read_some(scenes, fmt::format("reads-{}-{}", worker, boot));
                if (!s) {
                    std::lock_guard lock(mutex_);
                    if (!error) error = s.error();
                    reads_ = std::max(reads_, request_.reads);  // the others end as well
                    return;
                }
                scenes = cases_for(scenes, std::chrono::duration<double>(Clock::now() - begun).count(), kScenesBootSeconds, most_scenes());
            }
        };
        std::vector<std::thread> workers;
        for (unsigned i = 1; i < request_.jobs; ++i) workers.emplace_back(work, i);
        work(0);
        for (auto& worker : workers) worker.join();
        if (error) return tl::unexpected<Error>(*error);
        std::sort(finds_.begin(), finds_.end(), [](const ReadFind& a, const ReadFind& b) { return a.scene < b.scene; });
        return {};
    }

    /// Each machine's part of what is left.
    uint64_t most_scenes() {
        std::lock_guard lock(mutex_);
        const uint64_t per_scene = std::max<uint64_t>(scenes_ == 0 ? 1000 : reads_ / scenes_, 1);
        const uint64_t left = (request_.reads - std::min(reads_, request_.reads)) / per_scene / request_.jobs + 1;
        return std::min(left, kMostScenes);
    }

    Status read_some(uint64_t count_of_scenes, const std::string& label) {
        std::vector<uint64_t> numbers;
        {
            std::lock_guard lock(mutex_);
            for (uint64_t i = 0; i < count_of_scenes; ++i) numbers.push_back(next_++);
        }
        // lockdep is off after the first mapping of a file.
        std::stable_partition(numbers.begin(), numbers.end(), [](uint64_t number) { return !scene_maps_files(number); });
        std::map<std::string, uint64_t> scenes;
        FuzzBoots::Cases cases{.describe = [&](ConformancePlan& plan) { for (const auto& [name, number] : scenes) plan.scenes[name] = {number}; }, .label = label};
        for (const uint64_t number : numbers) {
            cases.names.push_back(name_of(number));
            scenes[cases.names.back()] = number;
        }
        cases.on_case = [&](const CaseRecord& one) {
            if (const auto scene = scenes.find(one.name); scene != scenes.end() && one.outcome == Outcome::pass) count(scene->second);
        };
        auto records = boots_.run(cases, FuzzBoots::Until::one_failed);
        if (!records) return forward(records);
        for (size_t i = 0; i < records->size(); ++i) {
            const CaseRecord& one = (*records)[i];
            if (one.outcome != Outcome::fail) continue;
            ReadFind find{scenes.at(one.name), {scenes.at(one.name)}, one};
            for (size_t before = 0; before < i; ++before) find.before.push_back((*records)[before].name);
            keep(std::move(find));
        }
        return {};
    }

    void keep(ReadFind find) {
        std::lock_guard lock(mutex_);
        if (finds_.size() >= kMostReadFinds || !seen_.insert(fault_signature(find.record)).second) return;
        progress_.finish(fmt::format("{}: {} after {} reads, {:.0f} s: {}", request_.kernel, find.record.name, reads_, elapsed_s(), find.record.text.substr(0, 300)));
        finds_.push_back(std::move(find));
    }

    /// The first of some parts of a scene that shows a fault, `parts.size()` if none does; `find` becomes that part.
    Result<size_t> first_to_show(ReadFind& find, const std::vector<std::vector<size_t>>& parts) {
        std::map<std::string, SceneChoice> choices;
        FuzzBoots::Cases cases{.describe = [&](ConformancePlan& plan) { plan.scenes.insert(choices.begin(), choices.end()); }, .label = fmt::format("reads-minimise-{}", find.scene)};
        for (size_t i = 0; i < parts.size(); ++i) {
            cases.names.push_back(name_of(find.scene, fmt::format("-part-{}", i)));
            choices[cases.names.back()] = {find.scene, parts[i]};
        }
        auto records = boots_.run(cases, FuzzBoots::Until::one_failed);
        if (!records) return forward(records);
        for (const auto& one : *records) {
            if (one.outcome != Outcome::fail) continue;
            find.record = one;
            find.choice = choices.at(one.name);
            return static_cast<size_t>(std::find(cases.names.begin(), cases.names.end(), one.name) - cases.names.begin());
        }
        return parts.size();
    }

    /// Whether the scene shows it by itself; races may need more than one try.
    Status try_alone(ReadFind& find) {
        std::vector<size_t> all(make_scene(boots_.seed(), find.scene).operations.size());
        for (size_t i = 0; i < all.size(); ++i) all[i] = i;
        const std::vector<std::vector<size_t>> tries(kTries, all);
        ReadFind again = find;
        auto first = first_to_show(again, tries);
        if (!first) return forward(first);
        find.alone = *first < tries.size();
        if (find.alone) find.record = again.record;
        return {};
    }

    Status minimise(ReadFind& find) {
        const size_t size = make_scene(boots_.seed(), find.scene).operations.size();
        unsigned round = 0;
        auto fewest = fewest_operations(size, [&](const std::vector<std::vector<size_t>>& parts) {
            progress_.update(++round, 0, fmt::format("scene {}, {} operations", find.scene, find.choice.operations ? find.choice.operations->size() : size));
            return first_to_show(find, parts);
        }, kMostRounds);
        if (!fewest) return forward(fewest);
        return {};
    }

    Status finish(ReadFind& find) {
        progress_.stage("minimise " + find.record.name);
        // Kept before, so that an interrupt does not lose it.
        if (auto s = write(find); !s) return s;
        if (auto s = try_alone(find); !s) return s;
        if (find.alone)
            if (auto s = minimise(find); !s) return s;
        if (auto s = write(find); !s) return s;
        find.record.name = name_of(find.scene);
        find.record.text += fmt::format("; scene {} of seed {}{}: see {}", find.scene, boots_.seed(),
                                        find.choice.operations ? fmt::format(", {} operations of it", find.choice.operations->size())
                                        : find.alone           ? ""
                                                               : ", not seen again when it ran alone",
                                        folder(find).string());
        outcome_.records.push_back(find.record);
        return {};
    }

    [[nodiscard]] fs::path folder(const ReadFind& find) const { return request_.directory / fmt::format("{}-reads-{}", request_.kernel, find.scene); }

    Status write(const ReadFind& find) {
        if (auto s = make_directories(folder(find)); !s) return s;
        const ReadScene scene = find.choice.scene(boots_.seed());
        std::string text = fmt::format("Kernel {}: what it does wrong with some of the operations below, on back end {}.\n\n{}\n\nThe scene: {}\n", request_.kernel, backend_of(find.scene), find.record.text,
                                       scene.text());
        for (size_t i = 0; i < scene.operations.size(); ++i) text += fmt::format("  {}. {}\n", i + 1, scene.operations[i].text(scene));
        if (!find.before.empty() && !find.alone) text += fmt::format("\nIt was not seen when the scene ran alone. The boot had run before: {}\n", join(find.before, " "));
        text += fmt::format("\nTo see the whole scene again:\n  diobench verify {} --case 'data/flat/*' --backend {} --seed {} --fuzz-from {} --fuzz-reads 1\n", request_.kernel, backend_of(find.scene),
                            boots_.seed(), find.scene);
        if (!find.record.kernel_text.empty()) text += "\nThe kernel said:\n" + find.record.kernel_text + "\n";
        if (auto s = write_file_atomic(folder(find) / "scene.json", find.choice.to_json().dump(1)); !s) return s;
        return write_file_atomic(folder(find) / "README.txt", text);
    }

    const ReadFuzzRequest& request_;
    FuzzBoots boots_;
    std::vector<std::string> backends_;
    const Clock::time_point started_ = Clock::now();
    double elapsed_s_ = 0;
    std::mutex mutex_;
    uint64_t next_;
    uint64_t reads_ = 0;
    uint64_t direct_ = 0;
    uint64_t scenes_ = 0;
    Progress& progress_;
    std::vector<ReadFind> finds_;
    std::set<std::string> seen_;
    ReadFuzzOutcome outcome_;
};

}  // namespace

std::vector<std::string> scene_backends(const ConformancePlan& plan, const std::vector<std::string>& asked_for) {
    constexpr std::array kOnes = {kFscache, std::string_view("file"), std::string_view("file-directio")};
    std::vector<std::string> out;
    for (const std::string_view one : kOnes) {
        if (!asked_for.empty() && std::find(asked_for.begin(), asked_for.end(), one) == asked_for.end()) continue;
        if (plan.absent_features.contains(one == kFscache ? "fscache" : "file-backed")) continue;
        const DirectSupport support = one == kFscache ? plan.direct : plan.file_direct;
        out.insert(out.end(), support == DirectSupport::direct ? kShareDirect : kShareOther, std::string(one));
    }
    return out;
}

Result<ReadFuzzOutcome> fuzz_reads(const ReadFuzzRequest& request, Progress& progress) {
    auto backends = scene_backends(request.boots.plan, request.backends);
    if (backends.empty()) return fail("fuzz reads", request.kernel, "there are scenes for the back ends fscache, file and file-directio, and this kernel has none of those that are asked for");
    return ReadFuzzer(request, std::move(backends), progress).run();
}

}  // namespace diobench
