// SPDX-License-Identifier: GPL-2.0-only
// A run as JUnit XML: what continuous integration shows as tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

inline constexpr std::string_view kJunitFileName = "junit.xml";

/// One <testcase>, whatever it stands for.
struct JunitCase {
    std::string class_name;  ///< "diobench." is put before it
    std::string name;
    double seconds = 0;
    enum class Outcome { passed, failed, skipped } outcome = Outcome::passed;
    std::string kind;    ///< of a failure or skip
    std::string reason;
};

/// The attributes of a <testsuite>.
struct JunitSuite {
    std::string name;
    std::string id;
    std::string started_at;  ///< UTC, ISO 8601
    double elapsed_s = 0;
};

/// A whole document of one suite; text that XML cannot hold is escaped.
[[nodiscard]] std::string junit_document(const JunitSuite& suite, const std::vector<JunitCase>& cases);

/// One test case a cell (boots collapsed), a conformance case, and a kernel: <failure> for
/// invalid, failed and broken kernels, <skipped> for unsupported ones and for
/// failures the series lists as known. `time` is that of the timed region, s.
[[nodiscard]] std::string junit_text(const Results& results);
[[nodiscard]] Status write_junit(const fs::path& file, const Results& results);

}  // namespace diobench
