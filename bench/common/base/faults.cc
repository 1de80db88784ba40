// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/faults.h"

namespace diobench {

void Faults::add_error(const Error& error) {
    if (!first_) first_ = error;
    else if (first_->message().find(error.message()) == std::string::npos) first_->text += "\n  " + error.message();
}

Status Faults::status() const {
    if (first_) return tl::unexpected<Error>(*first_);
    return {};
}

}  // namespace diobench
