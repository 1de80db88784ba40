// SPDX-License-Identifier: GPL-2.0-only
// A log-linear latency histogram of fixed size.
//
// Values below 2^k fall into buckets of their own (exact).  Above, every power
// of two [2^e, 2^(e+1)) is cut into 2^k equal sub-buckets of width 2^(e-k).
// A value v >= 2^e is reported as the middle of its sub-bucket, so the error is
// at most half a width: |error| <= 2^(e-k-1) <= v * 2^-(k+1).  With k = 7 that
// is 1/256 = 0.39 %, half of fio's 0.78 % at the same number of sub-buckets
// (fio has 2^6 a group).  Tested in tests/common/measure/histogram_test.cc.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

class Histogram {
public:
    static constexpr unsigned kSubBucketBits = 7;
    /// Largest exponent with buckets of its own: values up to 2^40 ns (18 minutes); longer ones land in the last bucket.
    static constexpr unsigned kMaxExponent = 39;
    static constexpr uint32_t kBuckets = (1u << kSubBucketBits) * (kMaxExponent - kSubBucketBits + 2);
    /// Bound on |reported - true| / true for values in range.
    static constexpr double kRelativeErrorBound = 1.0 / (1u << (kSubBucketBits + 1));

    /// Bucket of a value: shifts and a count of leading zeros, no division.
    [[nodiscard]] static constexpr uint32_t index_of(uint64_t value_ns) {
        if (value_ns < (1u << kSubBucketBits)) return static_cast<uint32_t>(value_ns);
        auto exponent = static_cast<unsigned>(std::bit_width(value_ns)) - 1;
        if (exponent > kMaxExponent) return kBuckets - 1;
        unsigned shift = exponent - kSubBucketBits;
        return (shift << kSubBucketBits) + static_cast<uint32_t>(value_ns >> shift);
    }
    /// Smallest value of a bucket, ns.
    [[nodiscard]] static constexpr uint64_t lower_bound_ns(uint32_t index) {
        if (index < (1u << (kSubBucketBits + 1))) return index;
        unsigned shift = (index >> kSubBucketBits) - 1;
        return ((uint64_t{index} & ((1u << kSubBucketBits) - 1)) + (1u << kSubBucketBits)) << shift;
    }
    /// First value behind a bucket, ns.
    [[nodiscard]] static constexpr uint64_t upper_bound_ns(uint32_t index) { return lower_bound_ns(index + 1); }

    /// Counts one value; never allocates.
    void record(uint64_t value_ns) {
        ++counts_[index_of(value_ns)];
        ++count_;
        sum_ns_ += value_ns;
        if (value_ns < min_ns_) min_ns_ = value_ns;
        if (value_ns > max_ns_) max_ns_ = value_ns;
    }
    void merge(const Histogram& other);

    [[nodiscard]] uint64_t count() const { return count_; }
    [[nodiscard]] uint64_t min_ns() const { return count_ == 0 ? 0 : min_ns_; }
    [[nodiscard]] uint64_t max_ns() const { return max_ns_; }
    /// Exact mean, ns; 0 when empty.
    [[nodiscard]] double mean_ns() const;
    /// The value below which a share `quantile` (0..1) of the values lies: the
    /// middle of the bucket that holds the value of rank ceil(quantile * count),
    /// kept inside [min, max].  0 when empty.
    [[nodiscard]] uint64_t quantile_ns(double quantile) const;
    [[nodiscard]] uint32_t bucket_count(uint32_t index) const { return counts_[index]; }
    [[nodiscard]] uint64_t sum_ns() const { return sum_ns_; }

    /// {"sub_bucket_bits": 7, "count": n, "sum_ns": s, "min_ns": a, "max_ns": b, "counts": [[index, count], ...]}
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<Histogram> from_json(const nlohmann::json& json);

private:
    std::array<uint32_t, kBuckets> counts_{};
    uint64_t count_ = 0;
    uint64_t sum_ns_ = 0;
    uint64_t min_ns_ = ~uint64_t{0};
    uint64_t max_ns_ = 0;
};

}  // namespace diobench
