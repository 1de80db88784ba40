// SPDX-License-Identifier: GPL-2.0-only
// What machines must have in common, so that a boot may be made on any of them.
#pragma once

#include <map>
#include <string>

#include "bench/common/base/error.h"
#include "bench/results/store/results.h"

namespace diobench {

/// QEMU, guest program, way to count, mkfs.erofs and the order of QEMU's threads, by the name that a person knows each by.
using FleetIdentity = std::map<std::string, std::string>;
[[nodiscard]] FleetIdentity identity_of_this_machine();
/// Of a run's results, as far as they say it.
[[nodiscard]] FleetIdentity identity_of(const Run& run);
/// Ok, or one error that names all that is other: "node n2: another QEMU: A; request R is of B".
[[nodiscard]] Status check_identity(const FleetIdentity& asked, const FleetIdentity& found, const std::string& request, const std::string& node);

}  // namespace diobench
