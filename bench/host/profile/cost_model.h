// SPDX-License-Identifier: GPL-2.0-only
// A second clock beside instructions: what they and their accesses to memory would take on a named processor, whose
// caches the plugin simulates (bench/host/machine/plugin/cache_model.h).  A model: it explains and never gates.
#pragma once

#include <optional>
#include <string_view>

#include "bench/host/machine/plugin/processor.h"
#include "bench/host/profile/cell_profile.h"

namespace diobench {

/// The metrics that follow from it, of runs with RunOptions::cost_model.
inline constexpr std::string_view kModelledLatency = "modelled_ns";
inline constexpr std::string_view kModelledLatencyUml = "modelled_uml_ns";  ///< with the ways into the kernel as User Mode Linux has them
inline constexpr std::string_view kModelledCpu = "modelled_cpu_ns_per_op";

/// CPU time of all that the region executed, ns; empty if its accesses to memory were not simulated.
[[nodiscard]] std::optional<double> modelled_cpu_ns(const CellProfile& profile, const plugin::Processor& processor = plugin::kModelledProcessor);
/// By how much the timed region would be longer or shorter than it was by the virtual clock: time in which the CPU waits
/// for a device stays what it was.
[[nodiscard]] std::optional<double> modelled_stretch(const CellProfile& profile, const plugin::Processor& processor = plugin::kModelledProcessor);
/// The processor and its costs, in a sentence.
[[nodiscard]] std::string cost_model_text();

}  // namespace diobench
