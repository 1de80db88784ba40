// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/base/utc.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/run/write_outputs.h"
#include "bench/nightly/disk_reserve.h"
#include "bench/nightly/night_stages.h"
#include "bench/nightly/night_text.h"
#include "bench/nightly/retention.h"
#include "bench/results/export/textfile.h"
#include "bench/results/serve/store_families.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kStatusFileName = "status.json";
constexpr auto kNoticeLimit = std::chrono::minutes(2);
/// So often a night is gone on with; one that ends its program each time would never be told of.
constexpr int64_t kMostAttempts = 5;
/// Two nights in one second wait for each other; a longer wait is a clock that was wrong.
constexpr auto kLongestWait = std::chrono::seconds(2);

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "this host";
}

/// What must be the same for a night to go on: all that decides about what is measured, and nothing else.
std::string asked_of(const NightConfig& config) {
    std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", config.suite, config.filter.text(), machine_name(config.machine), config.seed, config.seeds, config.tree.string(), config.revision + config.debian);
    for (const auto& kernel : config.kernels) text += fmt::format("{} {}\n", kernel.series, kernel.verify);
    return sha256_hex(text);
}

NightRecord new_record(const NightConfig& config) {
    const std::time_t now = std::time(nullptr);
    NightRecord out;
    out.id = fmt::format("{:%Y%m%dT%H%M%S}", fmt::gmtime(now));
    out.started_at = utc_text(now);
    out.machine = machine_name(config.machine);
    out.suite = config.suite;
    out.seeds = static_cast<int64_t>(config.seeds);
    out.asked = asked_of(config);
    return out;
}

ProgressState begun(const NightRecord& night) {
    ProgressState out;
    out.kind = "night";
    out.id = night.id;
    out.suite = night.suite;
    out.machine = night.machine;
    out.started_at = night.started_at;
    return out;
}

StoredJudgement judgement_of(const NightRecord& night, const fs::path& folder) {
    StoredJudgement out;
    out.id = night.id;
    out.kind = kNightJudgement;
    out.started_at = night.started_at;
    out.elapsed_s = night.elapsed_s;
    out.suite = night.suite;
    out.machine = night.machine;
    if (!night.runs.empty()) out.run_id = night.runs.back();
    out.runs = night.runs;
    for (const auto& kernel : night.kernels) out.kernels[kernel.name] = verdict_name(night.verdict_on(kernel));
    out.verdict = verdict_name(night.verdict());
    out.exit_code = static_cast<int64_t>(night.exit_code());
    out.directory = fs::absolute(folder).lexically_normal().string();
    return out;
}

Status record_in_store(const NightRecord& night, const fs::path& folder) {
    auto store = ResultStore::open();
    if (!store) return forward(store);
    return store->record_judgement(judgement_of(night, folder));
}

/// Runs the command of [notify] with `text` on its standard input.
Status send_notice(const NightConfig& config, const std::string& subject, const std::string& text) {
    if (config.notice.command.empty()) return {};
    std::vector<std::string> argv = config.notice.command;
    for (auto& word : argv)
        if (size_t at = word.find("{subject}"); at != std::string::npos) word.replace(at, std::string_view("{subject}").size(), subject);
    CommandOptions options;
    options.time_limit = kNoticeLimit;
    options.input = text;
    auto done = run_checked(argv, options);
    if (!done) return forward(done);
    return {};
}

/// A night from its lock to its text; the lock is held as long as this lives.
class Night {
public:
    Night(const NightConfig& config, const NightOptions& options, FileLock lock)
        : config_(config), work_{config, options, {}, {}, nullptr, {}, {}}, lock_(std::move(lock)), reserve_({config.output, default_store_folder()}) {}

    Result<NightOutcome> run() {
        if (auto s = begin(); !s) return forward(s);
        {
            RunProgress progress(config_.output, begun(work_.record));
            work_.progress = &progress;
            if (auto s = work(); !s) return forward(s);
            tell();
            progress.finish(static_cast<int>(work_.record.exit_code()));
        }
        return NightOutcome{work_.record, work_.folder, text_};
    }

private:
    /// A new night, or one that goes on; nights that did not end are put on record.
    Status begin() {
        auto listed = list_nights(config_.output);
        if (!listed) return forward(listed);
        auto& nights = listed->nights;
        for (auto& night : nights) {
            if (night.state == NightState::ended) continue;
            const bool newest = &night == &nights.front();
            if (newest && work_.options.resume && night.asked == asked_of(config_) && night.attempts < kMostAttempts) return go_on(night, {nights.begin() + 1, nights.end()});
            if (night.state == NightState::running)
                if (auto s = put_on_record(night); !s) return s;
        }
        work_.record = new_record(config_);
        const auto waits_since = Clock::now();
        while (!nights.empty() && work_.record.id <= nights.front().id) {  // the night before took no second
            if (interrupted()) return interrupted_error("nightly");
            if (Clock::now() - waits_since > kLongestWait)
                return fail("nightly", (config_.output / nights.front().id).string(),
                            "this night is dated later than now: the clock was wrong then or is wrong now; set it, or move that folder away");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            work_.record = new_record(config_);
        }
        if (!nights.empty() && nights.front().state == NightState::unfinished)
            work_.record.notes.push_back(fmt::format("the night before, {}, did not end: it stopped at \"{}\"{}", nights.front().id, nights.front().stage,
                                                     work_.options.resume && nights.front().asked != work_.record.asked ? ", and nightly.toml asks for something else now" : ""));
        for (const auto& why : listed->unreadable) work_.record.notes.push_back("an earlier night counts for nothing: " + why);
        earlier_ = std::move(nights);
        work_.folder = config_.output / work_.record.id;
        if (begin_record()) return {};
        reserve_.release();  // a full disk: this is what it was kept for
        return begin_record();
    }

    Status begin_record() {
        if (auto s = make_directories(work_.folder); !s) return s;
        return write_night(work_.folder, work_.record);
    }

    Status go_on(const NightRecord& night, std::vector<NightRecord> earlier) {
        const NightRecord fresh = new_record(config_);
        work_.record = fresh;
        work_.record.source_commit = night.source_commit;
        work_.record.source_problem = night.source_problem;
        work_.record.attempts = night.attempts + 1;
        work_.record.id = night.id;
        work_.record.started_at = night.started_at;
        work_.record.elapsed_s = night.elapsed_s;
        work_.record.notes.push_back(fmt::format("it was interrupted at \"{}\" and went on at {}", night.stage, fresh.started_at));
        work_.folder = config_.output / night.id;
        earlier_ = std::move(earlier);
        return write_night(work_.folder, work_.record);
    }

    /// A night whose program is gone: nobody else will say so.
    Status put_on_record(NightRecord& night) {
        night.state = NightState::unfinished;
        night.findings.push_back({Verdict::invalid, ExitCode::invalid,
                                  fmt::format("it did not end{}: it stopped at \"{}\"", night.attempts > 1 ? fmt::format(" in {} attempts", night.attempts) : "", night.stage)});
        if (auto s = record_in_store(night, config_.output / night.id); !s) return s;
        return write_night(config_.output / night.id, night);
    }

    [[nodiscard]] double elapsed_s() const { return before_s_ + std::chrono::duration<double>(Clock::now() - started_).count(); }

    Status note_stage(std::string_view name) {
        work_.record.stage = name;
        work_.record.elapsed_s = elapsed_s();
        work_.progress->stage(name, name);
        return write_night(work_.folder, work_.record);
    }

    /// Everything until the verdict. What goes wrong ends the night early and is a finding; an interrupt leaves it to be resumed.
    Status work() {
        before_s_ = work_.record.elapsed_s;
        struct Stage {
            std::string_view name;
            Status (*run)(NightWork&);
        };
        const Stage stages[] = {{"fetch", fetch_source}, {"verify", verify_night}, {"measure", measure_night}, {"judge", judge_night}, {"report", report_night}, {"follow", follow_lists}};
        Status s = check_space();
        for (const auto& stage : stages) {
            if (!s) break;
            s = note_stage(stage.name);
            if (s) s = stage.run(work_);
        }
        if (interrupted()) {
            work_.record.notes.clear();
            work_.record.findings.clear();
            (void)write_night(work_.folder, work_.record);
            fmt::print(stderr, "night {} stopped at \"{}\"; diobench nightly --resume goes on with it\n", work_.record.id, work_.record.stage);
            return interrupted_error("nightly");
        }
        if (!s) work_.find(Verdict::invalid, s.error().code == ExitCode::ok ? ExitCode::usage : s.error().code, fmt::format("{}: {}", work_.record.stage, s.error().message()));
        return {};
    }

    Status check_space() {
        work_.record.stage = "disk space";
        const std::vector<fs::path> folders = {config_.output, cache_root(), default_store_folder()};
        for (const auto& folder : folders)
            if (auto s = make_directories(folder); !s) return s;
        if (auto s = check_free_space(folders, config_.least_free_mib << 20); !s) return s;
        return reserve_.keep();
    }

    /// What happens to any night, good or bad; one that cannot be told of everywhere is told of wherever it can.
    void tell() {
        const bool broken = work_.record.verdict() == Verdict::invalid;
        if (broken) reserve_.release();
        take(end_in_store(), "record in the store");
        take(clean_up(), "remove old nights");
        work_.record.state = NightState::ended;
        if (!broken) work_.record.stage = "ended";
        publish();
        if (auto s = notify(); !s) {
            take(s, "notify");
            publish();  // who reads metrics alone hears of it
        }
        (void)write_file_atomic(work_.folder / kNightTextFileName, text_);
        report_trouble(write_night(work_.folder, work_.record));
        report_trouble(write_file_atomic(config_.output / kStatusFileName, json_text(night_json(work_.record)) + "\n"));
        report_trouble(point_latest(work_.folder));
    }

    /// The night as it stands to the store, monitoring and the text.
    void publish() {
        take(end_in_store(), "record in the store");
        if (auto s = export_numbers(); !s) {
            take(s, "export");
            take(end_in_store(), "record in the store");
        }
        text_ = night_text(work_.record, earlier_, host_name(), work_.folder);
    }

    Status end_in_store() {
        work_.record.elapsed_s = elapsed_s();
        return record_in_store(work_.record, work_.folder);
    }

    Status clean_up() {
        auto removed = remove_old_nights(config_);
        if (!removed) return forward(removed);
        if (!removed->empty()) work_.record.notes.push_back(*removed);
        return {};
    }

    /// The numbers that gate, the verdicts and the night itself.
    Result<Families> night_families() {
        Families out;
        if (!work_.runs.empty()) {
            const Results& first = work_.runs.front();
            auto numbers = textfile_families(first, [&](const CellResult& cell, const Metric& metric) {
                return work_.options.wanted(first.run, cell, metric);
            });
            if (!numbers) return forward(numbers);
            out = std::move(*numbers);
        }
        auto store = ResultStore::open();
        if (!store) return forward(store);
        auto verdicts = judgement_families(*store, kLastResultAge_s, std::time(nullptr));
        if (!verdicts) return forward(verdicts);
        merge_families(out, std::move(*verdicts));
        return out;
    }

    Status export_numbers() {
        if (config_.textfile.empty() && config_.push.empty()) return {};
        auto families = night_families();
        if (!families) return forward(families);
        if (!config_.textfile.empty())
            if (auto s = write_textfile(config_.textfile, *families); !s) return s;
        if (config_.push.empty()) return {};
        auto target = parse_push_target(config_.push, config_.instance);
        if (!target) return forward(target);
        return push(*target, *families);
    }

    [[nodiscard]] bool calls() const {
        switch (config_.notice.when) {
        case NightNotice::When::always: return true;
        case NightNotice::When::red: return is_red(work_.record);
        case NightNotice::When::news: break;
        }
        return is_news(work_.record, earlier_);
    }

    Status notify() {
        if (!calls()) return {};
        return send_notice(config_, night_subject(work_.record, host_name()), text_);
    }

    /// Numbers are not worse for it, but nobody would hear of them: environment.
    void take(const Status& status, std::string_view what) {
        if (status) return;
        const std::string text = fmt::format("{}: {}", what, status.error().message());
        const bool known = std::any_of(work_.record.findings.begin(), work_.record.findings.end(), [&](const NightFinding& f) { return f.text == text; });
        if (!known) work_.find(Verdict::invalid, ExitCode::usage, text);
    }

    static void report_trouble(const Status& status) {
        if (!status) fmt::print(stderr, "diobench: {}\n", status.error().message());
    }

    const NightConfig& config_;
    NightWork work_;
    FileLock lock_;
    DiskReserve reserve_;
    std::vector<NightRecord> earlier_;
    std::string text_;
    Clock::time_point started_ = Clock::now();
    double before_s_ = 0;
};

Result<NightOutcome> try_night(const NightConfig& config, const NightOptions& options) {
    if (auto s = make_directories(config.output); !s) return forward(s);
    auto lock = FileLock::try_acquire(config.output / ".lock");
    if (!lock) return forward(lock);
    if (!*lock) return fail("nightly", config.output.string(), "another night is under way there (its progress.json says how far it is)");
    return Night(config, options, std::move(**lock)).run();
}

}  // namespace

Result<NightOutcome> run_night(const NightConfig& config, const NightOptions& options) {
    auto outcome = try_night(config, options);
    if (outcome || interrupted()) return outcome;
    // There is no night that could tell of it.
    const std::string subject = fmt::format("diobench night on {}: NONE: {}", host_name(), outcome.error().message());
    if (auto s = send_notice(config, subject, subject + "\n"); !s) fmt::print(stderr, "diobench: notify: {}\n", s.error().message());
    return outcome;
}

}  // namespace diobench
