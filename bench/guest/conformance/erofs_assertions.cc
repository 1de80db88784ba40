// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/erofs_assertions.h"

#include "bench/common/base/files.h"

namespace diobench {

bool set_erofs_assertions(Assertions assertions) {
    return write_knob("/sys/module/erofs/parameters/assertions", assertions == Assertions::on ? "Y" : "N").has_value();
}

}  // namespace diobench
