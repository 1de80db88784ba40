// SPDX-License-Identifier: GPL-2.0-only
// How a boot ended: a word that machines find, results keep and reports show.
#pragma once

#include <string_view>

namespace diobench {

/// How a boot ended.  Only `ok` may give numbers.
enum class BootOutcome {
    ok,            ///< the guest ended the machine itself, no complaint on the console
    cannot_start,  ///< the host's side: no QEMU, it refused, no space, no line from the kernel ever
    panic,         ///< "Kernel panic", or a reset without a word
    oops,          ///< BUG, Oops, general protection fault, KASAN, ...
    warning,       ///< WARNING or lockdep text; the machine went on to its end
    hang,          ///< silence, hung task, soft lockup, RCU stall
};

}  // namespace diobench
