// SPDX-License-Identifier: GPL-2.0-only
// night.json: what a night found out, and how far it came (docs/nightly.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/verdict/pairs/verdict.h"

namespace diobench {

inline constexpr int64_t kNightSchemaVersion = 1;
inline constexpr std::string_view kNightFileName = "night.json";
/// The lines that are mailed and printed.
inline constexpr std::string_view kNightTextFileName = "mail.txt";

/// Something that makes a night worse than "pass".
struct NightFinding {
    Verdict verdict = Verdict::invalid;
    ExitCode exit_code = ExitCode::invalid;
    std::string text;
    std::string kernel = {};  ///< that it is about; empty: the whole night
    bool operator==(const NightFinding&) const = default;
};

/// One arm.
struct KernelOfNight {
    std::string name;
    std::string base_version;
    std::string image_sha256;
    int64_t verified = -1;        ///< conformance cases that passed; -1: not verified this night
    int64_t new_failures = 0;     ///< cases that failed and the series does not list
    int64_t cells_ok = 0;         ///< over all seeds
    int64_t cells_unsupported = 0;
    int64_t cells_known = 0;      ///< without a number, as the series says
    int64_t cells_missing = 0;    ///< failed or invalid
    std::string baseline;         ///< what it was judged against; empty: not judged
    std::string verdict;          ///< of its gate; empty: not judged
    std::string judged;           ///< the gate's sentence, or why it was not judged
    std::string worst;            ///< the line that decides: metric, cell, by how much; empty: none
    /// Something to hold it against was named, and it was not.
    [[nodiscard]] bool is_unjudged() const { return verdict.empty() && !judged.empty(); }
    bool operator==(const KernelOfNight&) const = default;
};

/// unfinished: its program ended before the night did (a kill, a loss of power, Ctrl-C).
enum class NightState { running, ended, unfinished };

struct NightRecord {
    std::string id;           ///< "20261123T020000": also the name of its folder
    std::string started_at;   ///< UTC, ISO 8601
    double elapsed_s = 0;     ///< of all attempts together
    int64_t attempts = 1;     ///< how often its program was started
    NightState state = NightState::running;
    std::string stage;        ///< where it is, or where it stopped
    std::string machine;
    std::string suite;
    int64_t seeds = 0;
    std::string asked;        ///< hash of what nightly.toml wants measured
    std::string source_commit;  ///< what [source] revision was when the night began, or the version of Debian's package; empty: none is named
    std::string source_problem; ///< why that is not the newest; empty: it is
    std::vector<std::string> runs;        ///< ids of its runs
    std::vector<KernelOfNight> kernels;
    std::vector<NightFinding> findings;
    std::vector<std::string> notes;       ///< what a reader should know
    bool operator==(const NightRecord&) const = default;

    /// Worst of the findings; a night that has measured nothing is invalid.
    [[nodiscard]] Verdict verdict() const;
    /// Worst of the findings about this kernel or the whole night; one without a number is invalid.
    [[nodiscard]] Verdict verdict_on(const KernelOfNight& kernel) const;
    /// 0 pass, 1 regression or failed check, 2 environment, 3 inconclusive, 4 invalid.
    [[nodiscard]] ExitCode exit_code() const;
    [[nodiscard]] int64_t cells_ok() const;
};

[[nodiscard]] nlohmann::ordered_json night_json(const NightRecord& night);
/// A file of another version or without a key is an error that names it.
[[nodiscard]] Result<NightRecord> read_night(const fs::path& folder);
/// Replaces `folder`/night.json in one step; on a full disk it is overwritten in place.
[[nodiscard]] Status write_night(const fs::path& folder, const NightRecord& night);
struct NightList {
    std::vector<NightRecord> nights;      ///< the newest first
    std::vector<std::string> unreadable;  ///< why, of each night.json that cannot be read
};
/// All nights in the folders of `output`. Folders without night.json are no nights.
[[nodiscard]] Result<NightList> list_nights(const fs::path& output);

[[nodiscard]] std::string_view state_name(NightState state);

}  // namespace diobench
