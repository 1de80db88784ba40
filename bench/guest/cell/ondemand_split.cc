// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/ondemand_split.h"

namespace diobench {

namespace {

bool during(const FetchLog::Entry& fetch, const ReadSpan& span) {
    return fetch.done_ns >= span.submitted_ns && fetch.taken_ns <= span.completed_ns;
}

bool of_request(const FetchLog::Entry& fetch, const Request& request, uint64_t data_offset_bytes) {
    const uint64_t from = request.offset_bytes + data_offset_bytes;
    return fetch.offset_bytes < from + request.length_bytes && from < fetch.offset_bytes + fetch.length_bytes;
}

}  // namespace

std::optional<OnDemandSplit> split_on_demand(std::span<const Request> requests, std::span<const ReadSpan> spans,
                                             std::span<const FetchLog::Entry> fetches, std::optional<uint64_t> data_offset_bytes,
                                             unsigned iodepth) {
    if (spans.empty() || requests.size() != spans.size() || (!data_offset_bytes && iodepth != 1)) return std::nullopt;
    OnDemandSplit out;
    for (size_t i = 0; i < spans.size(); ++i) {
        bool waited = false;
        for (const auto& fetch : fetches)
            waited = waited || (during(fetch, spans[i]) && (!data_offset_bytes || of_request(fetch, requests[i], *data_offset_bytes)));
        (waited ? out.wait : out.hit).record(spans[i].completed_ns - spans[i].submitted_ns);
    }
    return out;
}

}  // namespace diobench
