// SPDX-License-Identifier: GPL-2.0-only
// std::optional for what is large: the value is on the heap, and copies share it until one of them is written to.
#pragma once

#include <memory>
#include <utility>

namespace diobench {

template <class T>
class SharedOptional {
public:
    SharedOptional() = default;
    SharedOptional(T value) : value_(std::make_shared<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor): as std::optional

    [[nodiscard]] bool has_value() const { return value_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    /// Becomes this copy's own.
    T* operator->() {
        if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
        return value_.get();
    }
    void emplace() { value_ = std::make_shared<T>(); }
    void reset() { value_.reset(); }

private:
    std::shared_ptr<T> value_;
};

}  // namespace diobench
