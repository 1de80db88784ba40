// SPDX-License-Identifier: GPL-2.0-only
// Several faults of one input, told at once.
#pragma once

#include <optional>
#include <utility>
#include <vector>

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
    /// Into `into` if it is a value; else its error is a fault. Whether it was a value.
    template <class T, class Into>
    bool keep(Result<T> value, Into& into) {
        if (value) into = std::move(*value);
        else add(value);
        return value.has_value();
    }
    /// The same, behind the others of a list.
    template <class T>
    void append(Result<T> value, std::vector<T>& into) {
        if (value) into.push_back(std::move(*value));
        else add(value);
    }
    /// Ok, or one error: the first, with the messages of the others a line each below its own.
    [[nodiscard]] Status status() const;

private:
    void add_error(const Error& error);

    std::optional<Error> first_;
};

}  // namespace diobench
