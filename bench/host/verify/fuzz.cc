// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/fuzz.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/verify/damage_generator.h"
#include "bench/host/verify/fuzz_boots.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

/// Images that share a cache.
constexpr uint64_t kImagesPerCase = 8;
/// Of the first boot, of which it is not known how long it takes.
constexpr uint64_t kFirstCases = 4;
constexpr uint64_t kMostCases = 200;
/// About how long a boot takes: time that is lost when it dies at its start.
constexpr double kBootSeconds = 15;
/// Finds that are minimised; more are mostly more of the same.
constexpr size_t kMostFinds = 4;
/// Boots for each.
constexpr unsigned kMostTrials = 60;

struct Find {
    uint64_t number = 0;  ///< of the image, or of the first of `images`
    std::vector<DamagedImage> images;  ///< more than one: none of them shows it alone
    CaseRecord record;
};

class Fuzzer {
public:
    Fuzzer(const FuzzRequest& request, DamageGenerator generator, Progress& progress) : request_(request), boots_(request.boots, request.kernel), generator_(std::move(generator)), progress_(progress) {}

    Result<FuzzOutcome> run() {
        started_ = Clock::now();
        progress_.stage("fuzz " + request_.kernel);
        if (auto s = leave_out_what_fails_undamaged(); !s) return forward(s);
        started_ = Clock::now();
        if (auto s = try_until_time_is_over(); !s) return forward(s);
        // Workers find in any order.
        std::sort(finds_.begin(), finds_.end(), [](const Find& a, const Find& b) { return a.number < b.number; });
        for (auto& find : finds_)
            if (auto s = finish(find); !s) return forward(s);
        if (outcome_.records.empty()) outcome_.records.push_back(nothing_found());
        outcome_.boots = boots_.take_boots();
        return std::move(outcome_);
    }

private:
    using Cases = std::vector<std::pair<std::string, std::vector<DamagedImage>>>;

    /// Runs cases on the kernel; their records.
    Result<std::vector<CaseRecord>> run_on_kernel(const Cases& cases, const std::string& label, FuzzBoots::Until until = FuzzBoots::Until::all_ran,
                                                  const std::function<void(const CaseRecord&)>& on_case = {}) {
        FuzzBoots::Cases run{.describe = [&](ConformancePlan& plan) { plan.damaged.insert(cases.begin(), cases.end()); }, .label = label};
        for (const auto& [name, images] : cases) run.names.push_back(name);
        run.on_case = [&](const CaseRecord& one) {
            if (on_case) on_case(one);
            tell();
        };
        return boots_.run(run, until);
    }

    [[nodiscard]] double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }
    [[nodiscard]] double left_s() const { return static_cast<double>(request_.time.count()) - elapsed_s(); }

    void tell() {
        std::lock_guard lock(mutex_);
        const auto total = static_cast<size_t>(request_.time.count());
        progress_.update(std::min(total, static_cast<size_t>(elapsed_s())), total, fmt::format("{} damaged images, {} found", tried_.load(), finds_.size()));
    }

    /// A kernel that reads an image wrongly as it is has another fault.
    Status leave_out_what_fails_undamaged() {
        Cases cases;
        for (const auto& image : generator_.images()) cases.push_back({"mount/undamaged-" + image, {DamagedImage{image, {}}}});
        auto records = run_on_kernel(cases, "undamaged");
        if (!records) return forward(records);
        for (const auto& one : *records) {
            if (one.outcome == Outcome::skip) return fail("fuzz", request_.kernel, one.text);
            if (one.outcome != Outcome::fail) continue;
            const std::string image = one.name.substr(one.name.find('-') + 1);
            generator_.leave_out(image);
            left_out_.push_back(image);
        }
        if (generator_.images().empty()) return fail("fuzz", request_.kernel, "it reads no image right, damaged or not");
        return {};
    }

    Status try_until_time_is_over() {
        std::optional<Error> error;
        auto work = [&](unsigned worker) {
            uint64_t cases = kFirstCases;
            for (unsigned boot = 0; left_s() > 0 && found() < kMostFinds; ++boot) {
                const auto begun = Clock::now();
                auto s = try_some(cases, fmt::format("fuzz-{}-{}", worker, boot));
                if (!s) {
                    std::lock_guard lock(mutex_);
                    if (!error) error = s.error();
                    return;
                }
                const double took_s = std::chrono::duration<double>(Clock::now() - begun).count();
                cases = cases_for(cases, took_s, std::min(kBootSeconds, left_s()), kMostCases);
            }
        };
        std::vector<std::thread> workers;
        for (unsigned i = 1; i < request_.jobs; ++i) workers.emplace_back(work, i);
        work(0);
        for (auto& worker : workers) worker.join();
        if (error) return tl::unexpected<Error>(*error);
        return {};
    }

    size_t found() {
        std::lock_guard lock(mutex_);
        return finds_.size();
    }

    Status try_some(uint64_t count, const std::string& label) {
        Cases cases;
        std::map<std::string, uint64_t> numbers;
        for (uint64_t i = 0; i < count; ++i) {
            const uint64_t first = next_.fetch_add(kImagesPerCase);
            std::vector<DamagedImage> images;
            for (uint64_t n = first; n < first + kImagesPerCase; ++n) images.push_back(generator_.image(n));
            cases.push_back({fmt::format("mount/fuzz-{}", first), std::move(images)});
            numbers[cases.back().first] = first;
        }
        auto records = run_on_kernel(cases, label, FuzzBoots::Until::one_failed, [this](const CaseRecord&) { tried_ += kImagesPerCase; });
        if (!records) return forward(records);
        for (const auto& one : *records) {
            if (one.outcome != Outcome::fail || found() >= kMostFinds) continue;
            const auto images = std::find_if(cases.begin(), cases.end(), [&](const auto& some) { return some.first == one.name; });
            if (auto s = tell_apart({numbers.at(one.name), images->second, one}, label); !s) return s;
        }
        return {};
    }

    /// Which image of a case it was.
    Status tell_apart(Find find, const std::string& label) {
        Cases cases;
        for (size_t i = 0; i < find.images.size(); ++i) cases.push_back({fmt::format("mount/fuzz-{}", find.number + i), {find.images[i]}});
        auto records = run_on_kernel(cases, label + "-which", FuzzBoots::Until::one_failed);
        if (!records) return forward(records);
        const uint64_t first = find.number;
        for (const auto& one : *records) {
            if (one.outcome != Outcome::fail) continue;
            find.number = static_cast<uint64_t>(std::strtoull(one.name.c_str() + one.name.rfind('-') + 1, nullptr, 10));
            find.images = {find.images.at(find.number - first)};
            find.record = one;
            break;
        }
        std::lock_guard lock(mutex_);
        if (finds_.size() >= kMostFinds || !seen_.insert(fault_signature(find.record)).second) return {};
        finds_.push_back(std::move(find));
        return {};
    }

    /// Whether one image shows a fault.
    Result<std::optional<CaseRecord>> shows(const DamagedImage& damaged, const Find& find) {
        auto records = run_on_kernel({{find.record.name, {damaged}}}, fmt::format("minimise-{}", find.number));
        if (!records) return forward(records);
        if (records->front().outcome != Outcome::fail) return std::optional<CaseRecord>{};
        return std::optional<CaseRecord>{std::move(records->front())};
    }

    /// Takes one edit, then one byte away after the other, as long as what is left shows it.
    Status minimise(Find& find) {
        unsigned trials = 0;
        DamagedImage& damaged = find.images.front();
        const auto take = [&](const DamagedImage& less) -> Result<bool> {
            progress_.update(++trials, 0, fmt::format("image {}, {} bytes changed", find.number, less.changed_bytes()));
            auto shown = shows(less, find);
            if (!shown) return forward(shown);
            if (!*shown) return false;
            damaged = less;
            find.record = std::move(**shown);
            return true;
        };
        for (size_t i = damaged.edits.size(); i-- > 0 && damaged.edits.size() > 1 && trials < kMostTrials;)
            if (auto taken = take(without_edit(damaged, i)); !taken) return forward(taken);
        for (size_t i = 0; i < damaged.edits.size(); ++i)
            for (size_t byte = 0; byte < damaged.edits[i].after.size() && trials < kMostTrials; ++byte) {
                const auto& edit = damaged.edits[i];
                if (edit.after[byte] == edit.before[byte] || damaged.changed_bytes() == 1) continue;
                if (auto taken = take(without_byte(damaged, i, byte)); !taken) return forward(taken);
            }
        return {};
    }

    Status finish(Find& find) {
        progress_.stage("minimise " + find.record.name);
        // Kept before, so that an interrupt does not lose it.
        if (auto s = write(find); !s) return s;
        if (find.images.size() == 1) {
            if (auto s = minimise(find); !s) return s;
            if (auto s = write(find); !s) return s;
        }
        find.record.name = fmt::format("mount/fuzz-{}", find.number);
        find.record.text += fmt::format("; {} of seed {}, {}: see {}", find.images.size() == 1 ? "image" : "images from", request_.boots.plan.seed, damage_text(find), folder(find).string());
        outcome_.records.push_back(find.record);
        return {};
    }

    static std::string damage_text(const Find& find) {
        if (find.images.size() > 1) return fmt::format("{} one after the other", find.images.size());
        return fmt::format("{} bytes changed, {}", find.images.front().changed_bytes(), find.images.front().text());
    }

    [[nodiscard]] fs::path folder(const Find& find) const { return request_.directory / fmt::format("{}-{}", request_.kernel, find.number); }

    Status write(const Find& find) {
        if (auto s = make_directories(folder(find)); !s) return s;
        std::string text = fmt::format("Kernel {}: a damaged EROFS image that it does not take as it should.\n\n{}\n\n", request_.kernel, find.record.text);
        for (size_t i = 0; i < find.images.size(); ++i) {
            const auto& damaged = find.images[i];
            if (auto s = write_blobs(damaged, i, folder(find)); !s) return s;
            text += fmt::format("image-{}.0.erofs is the image \"{}\" of seed {} with {} bytes changed:\n", i, damaged.image, request_.boots.plan.seed, damaged.changed_bytes());
            for (const auto& edit : damaged.edits) text += "  " + DamagedImage{"", {edit}}.text().substr(2) + "\n";
        }
        text += "\nTo see it: serve the files by a daemon of cachefiles, mount image-0.0.erofs with fsid= (image-0.1.erofs and so on with\n"
                "device=), list all directories, read every file, without and with O_DIRECT, and unmount.\n";
        if (!find.record.kernel_text.empty()) text += "\nThe kernel said:\n" + find.record.kernel_text + "\n";
        return write_file_atomic(folder(find) / "README.txt", text);
    }

    Status write_blobs(const DamagedImage& damaged, size_t index, const fs::path& folder) {
        auto image = find_test_image(damaged.image);
        if (!image) return forward(image);
        auto blobs = test_image_blobs(**image, request_.boots.plan.seed);
        if (!blobs) return forward(blobs);
        for (size_t b = 0; b < blobs->size(); ++b) {
            auto bytes = read_file((*blobs)[b]);
            if (!bytes) return forward(bytes);
            if (b == 0) bytes = damaged.apply(std::move(*bytes));
            if (auto s = write_file_atomic(folder / fmt::format("image-{}.{}.erofs", index, b), *bytes); !s) return s;
        }
        return {};
    }

    [[nodiscard]] CaseRecord nothing_found() const {
        std::string text = fmt::format("{} damaged images of seed {} in {:.0f} s: nothing found", tried_.load(), request_.boots.plan.seed, elapsed_s());
        if (!left_out_.empty()) text += "; left out, for this kernel does not read them right undamaged: " + join(left_out_, ", ");
        return {"mount/fuzz", tried_ == 0 ? Outcome::skip : Outcome::note, text, "", elapsed_s()};
    }

    const FuzzRequest& request_;
    FuzzBoots boots_;
    DamageGenerator generator_;
    Progress& progress_;
    Clock::time_point started_;
    std::atomic<uint64_t> next_{0};
    std::atomic<uint64_t> tried_{0};
    std::vector<std::string> left_out_;
    std::mutex mutex_;
    std::vector<Find> finds_;
    std::set<std::string> seen_;
    FuzzOutcome outcome_;
};

}  // namespace

Result<FuzzOutcome> fuzz_kernel(const FuzzRequest& request, Progress& progress) {
    auto generator = DamageGenerator::create(request.boots.plan.seed);
    if (!generator) return forward(generator);
    return Fuzzer(request, std::move(*generator), progress).run();
}

}  // namespace diobench
