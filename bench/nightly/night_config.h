// SPDX-License-Identifier: GPL-2.0-only
// nightly.toml: what a night measures, against what, and whom it tells (docs/nightly.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"

namespace diobench {

/// [[kernel]]: one arm of the night.
struct NightKernel {
    std::string series;         ///< name, or folder (relative ones: to nightly.toml)
    std::string against;        ///< "last-good", "pin:NAME", another kernel of the night, or empty: it is not judged
    bool verify = true;         ///< the conformance suite first
    int64_t line = 0;
};

inline constexpr std::string_view kLastGood = "last-good";
inline constexpr std::string_view kPinPrefix = "pin:";

/// Whom the text of a night is given to.
struct NightNotice {
    enum class When { always, news, red };
    When when = When::news;            ///< news: a red night, and one that ended otherwise than the night before
    std::vector<std::string> command;  ///< gets the text on standard input; "{subject}" is replaced; empty: nobody
};

struct NightConfig {
    fs::path file;
    std::vector<NightKernel> kernels;
    std::string suite = "nightly";
    CellFilter filter;
    MachineKind machine = MachineKind::exact;
    uint64_t seed = 1;
    uint64_t seeds = 5;
    fs::path policy;        ///< empty: gate.toml of the project
    fs::path output;        ///< gets a folder a night
    std::string debian;     ///< "6.12": its newest point release that Debian has is fetched first, and is the source; empty: none
    fs::path tree;          ///< kernel source; empty: the distribution's
    std::string revision;   ///< of `tree`
    std::string fetch;      ///< remote of `tree` that is fetched first; empty: none
    fs::path textfile;      ///< for the node exporter; empty: none
    std::string push;       ///< URL of a Pushgateway; empty: none
    std::string instance;   ///< name of this machine there; empty: the host's
    std::vector<std::string> lists;  ///< archives of mailing lists that are followed; empty: none
    fs::path interest;      ///< follow.toml of them; empty: the usual one
    NightNotice notice;
    uint64_t keep_nights = 30;   ///< output folders
    uint64_t keep_days = 400;    ///< of numbers in the store
    uint64_t least_free_mib = 4096;  ///< of disk space, or the night does not begin
};

/// Strict: an unknown key, a wrong type or range, a kernel that is judged against none of the night, and what a
/// real clock cannot do are errors with file:line. `file` is for messages; relative paths are taken from its folder.
[[nodiscard]] Result<NightConfig> parse_night_config(const std::string& text, const fs::path& file);
[[nodiscard]] Result<NightConfig> read_night_config(const fs::path& file);

}  // namespace diobench
