// SPDX-License-Identifier: GPL-2.0-only
// What init does on a machine that is only asked whether it runs at all.
#pragma once

namespace diobench {

/// The one record a probe boot sends; its presence is the proof.
inline constexpr const char* kProbePayload = R"({"probe":"diobench"})";

/// Sends kProbePayload, the end record, and powers the machine off.  For
/// process 1 of a guest; returns (an exit status) only if that failed.
int run_probe_init();

}  // namespace diobench
