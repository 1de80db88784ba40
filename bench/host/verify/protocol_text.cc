// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/protocol_text.h"

#include "bench/guest/conformance/protocol_states.h"

namespace diobench {

std::string protocol_text() { return protocol_table() + "\n" + protocol_sources(); }

}  // namespace diobench
