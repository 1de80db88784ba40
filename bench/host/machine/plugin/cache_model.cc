// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/cache_model.h"

#include <algorithm>

namespace diobench::plugin {

CacheModel::Level::Level(CacheSize size) : ways_(size.ways), sets_(size.bytes / 64 / size.ways), lines_(ways_ * sets_) {}

bool CacheModel::Level::touch(uint64_t line) {
    uint64_t* const set = &lines_[line % sets_ * ways_];
    uint64_t* const end = set + ways_;
    uint64_t* found = std::find(set, end, line + 1);
    const bool there = found != end;
    if (!there) --found;  // the one used longest ago goes
    std::copy_backward(set, found, found + 1);
    *set = line + 1;
    return there;
}

CacheModel::CacheModel(const Processor& processor) : l1_(processor.l1), l2_(processor.l2), l3_(processor.l3) {}

bool CacheModel::follows_stream(uint64_t line) {
    for (uint64_t& next : streams_)
        if (next == line) {
            ++next;
            return true;
        }
    streams_[next_stream_] = line + 1;
    next_stream_ = (next_stream_ + 1) % kStreams;
    return false;
}

void CacheModel::touch(uint64_t line) {
    if (line == last_) {
        ++traffic_.l1;
        return;
    }
    last_ = line;
    if (l1_.touch(line)) {
        ++traffic_.l1;
        return;
    }
    // A prefetcher is told of what L1 misses; which level it brings a line from is told by the lower ones.
    const bool stream = follows_stream(line);
    if (l2_.touch(line)) ++traffic_.l2;
    else if (l3_.touch(line)) ++(stream ? traffic_.l2 : traffic_.l3);
    else ++(stream ? traffic_.streamed : traffic_.missed);
}

}  // namespace diobench::plugin
