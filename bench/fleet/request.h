// SPDX-License-Identifier: GPL-2.0-only
// What a fleet is asked for: a command of one machine, as a file (docs/fleet.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"

namespace diobench {

enum class FleetCommand { run, verify, gate, nightly };
[[nodiscard]] std::string_view command_name(FleetCommand command);

struct FleetRequest {
    fs::path file;
    FleetCommand command = FleetCommand::run;
    std::vector<std::string> kernels;   ///< run, verify
    std::string baseline, candidate;    ///< gate
    fs::path config;                    ///< nightly: nightly.toml
    std::string suite = "quick";        ///< run, gate
    CellFilter filter;
    MachineKind machine = MachineKind::exact;
    uint64_t seed = 1;
    uint64_t seeds = 1;                 ///< run, gate
    fs::path policy;                    ///< gate; empty: gate.toml of the project
    std::vector<std::string> cases, backends;  ///< verify; empty: all
    fs::path tree;                      ///< kernel source; empty: the distribution's
    std::string revision;               ///< of `tree`
    std::vector<std::string> allow_missing;
    uint64_t shards = 0;                ///< how many; 0: three for each machine that is there
    uint64_t tries = 3;                 ///< so often a shard is begun at most
    uint64_t lease_s = 60;              ///< so long a machine may be silent before another one takes its shard
};

/// Strict: an unknown key, a key that its command does not take, and a wrong type or range are errors with file:line, all at
/// once. `file` is for messages; relative paths are taken from its folder.
[[nodiscard]] Result<FleetRequest> parse_fleet_request(const std::string& text, const fs::path& file);
[[nodiscard]] Result<FleetRequest> read_fleet_request(const fs::path& file);

/// The words of the command that judges it, without the program's name; results go to `output` (a night's go where nightly.toml says).
[[nodiscard]] std::vector<std::string> command_words(const FleetRequest& request, const fs::path& output);

}  // namespace diobench
