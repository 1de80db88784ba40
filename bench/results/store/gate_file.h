// SPDX-License-Identifier: GPL-2.0-only
// From gate.json (docs/gate.md) to what the store keeps of a gate.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/common/base/error.h"
#include "bench/results/store/judgement.h"

namespace diobench {

/// The judgement, without its run_id; the id is made of when it started and what it judged. A file of another
/// version or without a key is an error.
[[nodiscard]] Result<StoredJudgement> judgement_of_gate(const nlohmann::ordered_json& gate);

}  // namespace diobench
