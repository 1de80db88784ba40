// SPDX-License-Identifier: GPL-2.0-only
// A night in ten lines, fit for a mail.
#pragma once

#include <string>
#include <vector>

#include "bench/nightly/night_record.h"

namespace diobench {

/// "diobench night 2026-11-23 on lab-3: REGRESSION: dio +4.9 % latency_ns.mean".
[[nodiscard]] std::string night_subject(const NightRecord& night, const std::string& host);
/// The whole text, the subject first. `earlier`: nights before it, the newest first. `folder`: of the night.
[[nodiscard]] std::string night_text(const NightRecord& night, const std::vector<NightRecord>& earlier, const std::string& host, const fs::path& folder);
/// True if this night calls for a person: it is red, ended otherwise than the one before, or is the first on another base.
[[nodiscard]] bool is_news(const NightRecord& night, const std::vector<NightRecord>& earlier);
/// Red: everything but pass and inconclusive.
[[nodiscard]] bool is_red(const NightRecord& night);

}  // namespace diobench
