// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/measure/histogram.h"

#include <algorithm>
#include <cmath>

namespace diobench {

void Histogram::merge(const Histogram& other) {
    for (uint32_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ns_ += other.sum_ns_;
    min_ns_ = std::min(min_ns_, other.min_ns_);
    max_ns_ = std::max(max_ns_, other.max_ns_);
}

double Histogram::mean_ns() const {
    return count_ == 0 ? 0.0 : static_cast<double>(sum_ns_) / static_cast<double>(count_);
}

uint64_t Histogram::quantile_ns(double quantile) const {
    if (count_ == 0) return 0;
    auto rank = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
    rank = std::clamp<uint64_t>(rank, 1, count_);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < kBuckets; ++i) {
        seen += counts_[i];
        if (seen >= rank) {
            uint64_t low = lower_bound_ns(i);
            return std::clamp(low + (upper_bound_ns(i) - low) / 2, min_ns_, max_ns_);
        }
    }
    return max_ns_;
}

nlohmann::json Histogram::to_json() const {
    auto counts = nlohmann::json::array();
    for (uint32_t i = 0; i < kBuckets; ++i)
        if (counts_[i] != 0) counts.push_back({i, counts_[i]});
    return {{"sub_bucket_bits", kSubBucketBits}, {"count", count_}, {"sum_ns", sum_ns_},
            {"min_ns", min_ns()}, {"max_ns", max_ns_}, {"counts", std::move(counts)}};
}

Result<Histogram> Histogram::from_json(const nlohmann::json& json) {
    auto bad = [](const char* why) { return fail("read histogram", "", why, ExitCode::invalid); };
    if (!json.is_object() || json.value("sub_bucket_bits", 0u) != kSubBucketBits) return bad("other sub_bucket_bits than this version's");
    Histogram out;
    uint64_t total = 0;
    for (const auto& pair : json.at("counts")) {
        auto index = pair.at(0).get<uint32_t>();
        if (index >= kBuckets) return bad("bucket index out of range");
        out.counts_[index] = pair.at(1).get<uint32_t>();
        total += out.counts_[index];
    }
    out.count_ = json.at("count").get<uint64_t>();
    if (total != out.count_) return bad("counts do not add up");
    out.sum_ns_ = json.at("sum_ns").get<uint64_t>();
    out.min_ns_ = out.count_ == 0 ? ~uint64_t{0} : json.at("min_ns").get<uint64_t>();
    out.max_ns_ = json.at("max_ns").get<uint64_t>();
    return out;
}

}  // namespace diobench
