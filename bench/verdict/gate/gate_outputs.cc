// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_outputs.h"

#include "bench/common/base/json_text.h"
#include "bench/results/export/junit.h"
#include "bench/results/export/summary.h"
#include "bench/results/store/calibration_file.h"
#include "bench/results/store/database.h"
#include "bench/results/store/gate_file.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"

namespace diobench {

Status write_gate_outputs(const fs::path& directory, const GateReport& report) {
    if (auto s = make_directories(directory); !s) return s;
    if (auto s = copy_calibration(report.machine, directory); !s) return s;
    if (auto s = write_file_atomic(directory / kSummaryFileName, gate_text(report, GateInk::plain)); !s) return s;
    if (auto s = write_file_atomic(directory / kJunitFileName, gate_junit(report)); !s) return s;
    if (auto s = write_file_atomic(directory / kCodeQualityFileName, json_text(gitlab_code_quality(report)) + "\n"); !s) return s;
    return write_file_atomic(directory / kGateFileName, json_text(gate_json(report)) + "\n");
}

Status record_gate(const GateReport& report) {
    auto judgement = judgement_of_gate(gate_json(report));
    if (!judgement) return forward(judgement);
    if (!report.directory.empty()) judgement->directory = fs::absolute(report.directory).lexically_normal().string();
    auto store = ResultStore::open();
    if (!store) return forward(store);
    return store->record_judgement(*judgement);
}

}  // namespace diobench
