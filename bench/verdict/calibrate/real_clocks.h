// SPDX-License-Identifier: GPL-2.0-only
// Which machines of this host have a real clock.
#pragma once

#include <array>
#include <string>

#include "bench/host/machine/boot.h"

namespace diobench {

/// In the order in which they are held.
inline constexpr std::array kRealClocks = {MachineKind::host, MachineKind::uml, MachineKind::kvm};

/// Why the machine does not run here: a sentence with what to do; empty if nothing speaks against it.
/// Found without a kernel, so of kvm an empty answer is no proof.
[[nodiscard]] std::string why_not_here(MachineKind kind);
/// The same with the proof that kvm needs: a probe boot of a kernel of the cache, made once.  Errors: an interrupt.
[[nodiscard]] Result<std::string> why_not_proven(MachineKind kind);

}  // namespace diobench
