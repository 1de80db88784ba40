// SPDX-License-Identifier: GPL-2.0-only
// What a made-up kernel executes for four buffered reads of 4 KiB, for tests of what follows from it.
#pragma once

#include <set>
#include <string>

#include "bench/host/profile/cell_profile.h"

namespace diobench {

inline CellProfile counted_read() {
    CellProfile out;
    out.cell = "rand-read/fscache/flat/ram/local/buffered/random/4k/pread/qd1";
    out.ops = 4;
    out.bytes = 16384;
    out.user = {400, 0, 0, 0};
    out.copied = {16384, 16384};
    out.functions = {{"erofs_map_blocks", {800, 8, 8, 4}},
                     {"__fscache_begin_read_operation", {800, 8, 8, 4}},
                     {"dmadisk_model_complete", {400, 8, 8, 4}},
                     {"__null_lookup_page", {200, 8, 8, 4}},
                     {"dmadisk_queue_rq", {4000, 8, 8, 4}},
                     {"__filemap_add_folio", {400, 8, 8, 4}},
                     {"kmem_cache_alloc_noprof", {400, 8, 8, 8}},
                     {"__kmalloc_cache_noprof", {400, 8, 8, 4}},
                     {"kmem_cache_free", {400, 8, 8, 6}},
                     {"kfree", {400, 8, 8, 4}},
                     {"__alloc_pages_noprof", {400, 8, 8, 4}},
                     {"free_unref_page_commit", {400, 8, 8, 2}},
                     {"free_one_page", {400, 8, 8, 1}},
                     {"submit_bio", {400, 8, 8, 4}},
                     {"submit_bio_noacct_nocheck", {400, 8, 8, 4}},
                     {"bio_init", {400, 8, 8, 4}},
                     {"blk_mq_start_request", {400, 8, 8, 4}},
                     {"__switch_to", {400, 8, 8, 8}},
                     {"common_interrupt", {400, 8, 8, 4}},
                     {"sysvec_apic_timer_interrupt", {400, 8, 8, 1}},
                     {"__sysvec_apic_timer_interrupt", {400, 8, 8, 1}},
                     {"asm_sysvec_apic_timer_interrupt", {400, 8, 8, 1}}};
    return out;
}

/// All that this kernel has: what it executed and more.
inline std::set<std::string> kernel_functions() {
    std::set<std::string> out = {"cachefiles_ondemand_read", "__kmalloc_noprof", "spurious_interrupt", "brd_submit_bio"};
    for (const auto& [name, counts] : counted_read().functions) out.insert(name);
    return out;
}

}  // namespace diobench
