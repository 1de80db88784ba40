// SPDX-License-Identifier: GPL-2.0-only
// Several faults of one input, told at once.
#pragma once

#include <optional>

#include "bench/common/base/error.h"

namespace diobench {

class Faults {
public:
    /// Takes the error of a result that is one.
    template <class T>
    void add(const Result<T>& result) {
        if (!result) add_error(result.error());
    }
    void add(const tl::unexpected<Error>& fault) { add_error(fault.value()); }
    /// Ok, or one error: the first, with the messages of the others a line each below its own.
    [[nodiscard]] Status status() const;

private:
    void add_error(const Error& error);

    std::optional<Error> first_;
};

}  // namespace diobench
