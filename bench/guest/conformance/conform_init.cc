// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/conform_init.h"

#include <cstdio>
#include <malloc.h>
#include <sys/mman.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/common/plan/case_name.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/conformance/damaged_case.h"
#include "bench/guest/conformance/direct_support.h"
#include "bench/guest/conformance/ext4_copy.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/plan.h"
#include "bench/guest/conformance/runner.h"
#include "bench/guest/conformance/scene_case.h"
#include "bench/guest/record/record_writer.h"

namespace diobench {

namespace {

class Boot {
public:
    Boot(ConformancePlan plan, RecordWriter writer, KernelLog log)
        : plan_(std::move(plan)), writer_(std::move(writer)), log_(std::move(log)) {}

    Status run() {
        if (auto s = seed_random(plan_.seed); !s) return s;
        if (auto s = check_machine(); !s) return s;
        if (auto s = mount_boot_folder(); !s) return s;
        if (plan_.direct == DirectSupport::unknown && !plan_.absent_features.contains("fscache"))
            if (auto s = learn_direct_support(); !s) return s;
        for (const auto& name : plan_.cases) {
            if (stopped_) return {};
            if (auto s = run_named(name); !s) return s;
        }
        return {};
    }

    Status send(const nlohmann::json& record) { return writer_.write(record.dump()); }
    Status finish() { return writer_.finish(); }

private:
    Status check_machine() {
        auto machine = describe_machine();
        if (!machine) return forward(machine);
        nlohmann::json record = *machine;
        record["type"] = "machine";
        if (auto s = send(record); !s) return s;
        if (plan_.config_symbols.empty()) return {};
        auto missing = missing_config(plan_.config_symbols);
        if (!missing) return forward(missing);
        if (missing->empty()) return {};
        return fail("check kernel configuration", missing->front(), "this line was asked for and is not in /proc/config.gz",
                    ExitCode::invalid);
    }

    Status run_named(const std::string& name) {
        if (auto images = plan_.damaged.find(name); images != plan_.damaged.end())
            return run_one(damaged_case(name, images->second), [] { return nlohmann::json::object(); });
        if (auto choice = plan_.scenes.find(name); choice != plan_.scenes.end()) {
            const Case scene = scene_case(name, choice->second.scene(plan_.seed));
            if (const std::string why = lacking(scene); !why.empty()) return skip(name, why);
            return run_one(scene, [] { return nlohmann::json::object(); });
        }
        const Case* found = find_case(name);
        if (found == nullptr) return fail("run case", name, "this guest does not have it", ExitCode::invalid);
        if (const std::string why = lacking(*found); !why.empty()) return skip(name, why);
        return run_one(*found, [] { return nlohmann::json::object(); });
    }

    /// Why this kernel cannot be asked; empty: it can.
    [[nodiscard]] std::string lacking(const Case& one) const {
        auto backend = find_backend(parse_case_name(one.name).backend);
        for (const std::string& feature : {backend ? std::string((*backend)->feature) : std::string(), one.feature})
            if (auto absent = plan_.absent_features.find(feature); absent != plan_.absent_features.end()) return absent->second;
        return {};
    }

    Status skip(const std::string& name, const std::string& why) {
        if (auto s = send({{"type", "case-begin"}, {"case", name}}); !s) return s;
        CaseResult result;
        result.finding = skipped(why);
        return send(result.record(name));
    }

    /// `more`: fields added to the case's record, asked for after it ran.
    template <class More>
    Status run_one(const Case& one, More more) {
        if (auto s = send({{"type", "case-begin"}, {"case", one.name}}); !s) return s;
        const bool file_backed = is_file_backed(parse_case_name(one.name).backend);
        auto result = run_case(one, plan_.seed, file_backed ? plan_.file_direct : plan_.direct, log_);
        if (!result) return forward(result);
        nlohmann::json record = result->record(one.name);
        record.update(more());
        if (auto s = send(record); !s) return s;
        stopped_ = plan_.stop_at_failure && result->finding.outcome == Outcome::fail;
        if (result->stop_reason.empty() || (plan_.keep_going && result->only_complained)) return {};
        stopped_ = true;
        return send({{"type", "stopped"}, {"reason", result->stop_reason}});
    }

    /// Runs mode/direct-support with what it finds kept.  A kernel that takes
    /// the open and fails later counts as direct: its cases will say what is wrong.
    Status learn_direct_support() {
        void* memory = ::mmap(nullptr, sizeof(DirectSupport), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return fail_errno("map", "memory");
        auto* found = new (memory) DirectSupport(DirectSupport::direct);
        const Case probe{"mode/direct-support", "", "", [found](World& world) -> Result<Finding> {
                             auto support = find_direct_support(world);
                             if (!support) return forward(support);
                             *found = *support;
                             return noted("found out by reading: " + std::string(direct_support_name(*support)));
                         }};
        auto status = run_one(probe, [found] { return nlohmann::json{{"direct", direct_support_name(*found)}}; });
        plan_.direct = *found;
        return status;
    }

    ConformancePlan plan_;
    RecordWriter writer_;
    KernelLog log_;
    bool stopped_ = false;
};

Result<ConformancePlan> read_plan() {
    auto text = read_file("/" + std::string(kConformancePlanFile));
    if (!text) return forward(text);
    return ConformancePlan::from_json(nlohmann::json::parse(*text, nullptr, false));
}

Status run_boot() {
    auto writer = RecordWriter::open_machine();
    if (!writer) return forward(writer);
    auto plan = read_plan();
    if (!plan) return forward(plan);
    auto log = KernelLog::open();
    if (!log) return forward(log);
    Boot boot(std::move(*plan), std::move(*writer), std::move(*log));
    if (auto s = boot.run(); !s) {
        // The host shows this sentence; the end record is left out on purpose.
        std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
        return boot.send({{"type", "error"}, {"message", s.error().message()}});
    }
    return boot.finish();
}

}  // namespace

void conform_main() {
    // Memory that a case gives back to the kernel comes again by page faults, each of which is dear under ARCH=um.
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (auto s = run_boot(); !s) std::fprintf(stderr, "init: %s\n", s.error().message().c_str());
    std::fflush(nullptr);
    power_off();
}

}  // namespace diobench
