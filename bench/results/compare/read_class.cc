// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/read_class.h"

#include <array>

namespace diobench {

namespace {

constexpr std::array kReadClasses = {
    ReadClassRow{ReadClass::cold_random_small, "cold-random-small", "cold random, small", "one read at a time, blob on this machine, page cache cold; blocks below 64 KiB"},
    ReadClassRow{ReadClass::cold_random_large, "cold-random-large", "cold random, large", "the same with blocks of 64 KiB and more"},
    ReadClassRow{ReadClass::cold_sequential_small, "cold-sequential-small", "cold sequential, small", "one after the other, page cache cold; blocks below 64 KiB"},
    ReadClassRow{ReadClass::cold_sequential_large, "cold-sequential-large", "cold sequential, large", "the same with blocks of 64 KiB and more"},
    ReadClassRow{ReadClass::in_flight, "in-flight", "cold, many in flight", "several reads at a time (iodepth or numjobs above 1), page cache cold"},
    ReadClassRow{ReadClass::warm, "warm", "warm or re-read", "the page cache has the file already, or the reads come back to the same blocks"},
    ReadClassRow{ReadClass::remote, "remote", "remote fetch", "the daemon fetches the blob while it is read"},
    ReadClassRow{ReadClass::neighbour, "neighbour", "little memory, neighbour", "memory is limited, or another process has a hot set"},
    ReadClassRow{ReadClass::buffered, "buffered", "buffered", "without O_DIRECT, all of the classes above, mmap too"},
    ReadClassRow{ReadClass::other_back_ends, "other-back-ends", "other back ends", "images that do not come through fscache"},
    ReadClassRow{ReadClass::reference, "reference", "reference reads", "ext4 O_DIRECT, the block device itself, the null engine: no image is read"},
};

bool reads_no_image(const Dimensions& d) { return is_one_file(d.backend) || d.backend == kNull; }
bool comes_back(Pattern pattern) { return pattern == Pattern::reread || pattern == Pattern::zipf; }
bool goes_on(Pattern pattern) { return pattern == Pattern::sequential || pattern == Pattern::tree; }

}  // namespace

std::span<const ReadClassRow> read_classes() { return kReadClasses; }

const ReadClassRow& row_of(ReadClass read_class) { return kReadClasses.at(static_cast<size_t>(read_class)); }

// The first that fits: what changes a read most comes first.
ReadClass read_class_of(const Dimensions& d) {
    if (reads_no_image(d)) return ReadClass::reference;
    if (d.backend != kFscache) return ReadClass::other_back_ends;
    if (d.io != IoMode::direct) return ReadClass::buffered;
    if (d.memory_bytes != 0 || d.neighbour_bytes != 0) return ReadClass::neighbour;
    if (d.cache_state == CacheState::remote) return ReadClass::remote;
    if (d.cache_state == CacheState::resident || comes_back(d.pattern)) return ReadClass::warm;
    if (d.iodepth > 1 || d.numjobs > 1) return ReadClass::in_flight;
    const bool large = d.block_size_bytes >= kLargeBlockBytes;
    if (goes_on(d.pattern)) return large ? ReadClass::cold_sequential_large : ReadClass::cold_sequential_small;
    return large ? ReadClass::cold_random_large : ReadClass::cold_random_small;
}

}  // namespace diobench
