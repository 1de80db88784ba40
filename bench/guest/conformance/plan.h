// SPDX-License-Identifier: GPL-2.0-only
// What one boot of a conformance machine is to do: written by the host into
// the initramfs as /conformance.json, read by the guest.
//
// Records that come back, one JSON object each:
//   {"type":"machine", ...}                           describe_machine()
//   {"type":"case-begin","case":NAME}                 before a case runs
//   {"type":"case","case":NAME,"outcome":"pass|fail|skip|note","text":...,
//    "seconds":N,"kernel_text":...}                   kernel_text: what the kernel complained of during the case;
//                                                     of case mode/direct-support also "direct": what was found
//   {"type":"stopped","reason":...}                   the guest cannot go on for the cases that are left: boot again
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/damage.h"
#include "bench/guest/conformance/direct.h"
#include "bench/guest/conformance/read_scene.h"

namespace diobench {

struct ConformancePlan {
    uint64_t seed = 1;
    DirectSupport direct = DirectSupport::unknown;  ///< as the series declares it
    DirectSupport file_direct = DirectSupport::unknown;  ///< the same of a file-backed mount
    std::vector<std::string> config_symbols;        ///< lines that /proc/config.gz must contain
    std::map<std::string, std::string> absent_features;  ///< of kernel-patches/features.toml: why this kernel has each not
    std::vector<std::string> cases;                 ///< names, in the order they are run
    /// After a complaint of the kernel: false ends the boot, so that the next case
    /// has a sound kernel; true goes on with what is left of this one.
    bool keep_going = false;
    /// Cases of no file of cases/: names of `cases`, and the damaged images of each.
    std::map<std::string, std::vector<DamagedImage>> damaged = {};
    /// The same: reads at random.
    std::map<std::string, SceneChoice> scenes = {};
    /// A case that fails ends the boot.
    bool stop_at_failure = false;

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<ConformancePlan> from_json(const nlohmann::json& json);
};

constexpr const char* kConformancePlanFile = "conformance.json";
/// Word of the kernel command line that makes a guest run this plan.
constexpr const char* kConformanceRole = "diobench.role=conformance";

}  // namespace diobench
