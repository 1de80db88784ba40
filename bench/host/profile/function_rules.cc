// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/function_rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/machine/plugin/symbol_table.h"
#include "bench/host/profile/regions.h"

namespace diobench {

namespace {

// Names of Linux 6.1 to 7.3.  A function that the compiler may put into its callers is none of these: they are exported or
// called from other files, or, where the reason says so, too large for it.
constexpr std::array kRules = {
    FunctionRule{"instructions_per_op.read_path", Summed::instructions, {{{"", "erofs_* z_erofs_* cachefiles_* fscache_* netfs_*"}}},
                 "All global functions of EROFS, cachefiles, fscache and netfs and nearly all static ones begin so."},
    FunctionRule{"instructions_per_op.device_model", Summed::instructions,
                 {{{"", "dmadisk_model_* null_* nullb_* copy_from_nullb copy_to_nullb brd_* copy_from_brd copy_to_brd"}}},
                 "What only a simulated device executes: of dmadisk the part that stands for the device and not for its driver, of null_blk and brd all they have. A cell reads from one of them."},
    FunctionRule{"page_cache_insertions_per_op", Summed::entries, {{{"__filemap_add_folio", ""}}},
                 "Noinline. Every folio that comes into a page cache passes it once, whatever its size, and those that find another one there."},
    FunctionRule{"slab_allocations_per_op", Summed::entries,
                 {{{"kmem_cache_alloc_noprof __kmalloc_noprof",
                    "kmem_cache_alloc_lru_noprof kmem_cache_alloc_node_noprof kmem_cache_alloc_bulk_noprof kmem_cache_alloc_from_sheaf_noprof "
                    "__kmalloc_node_noprof __kmalloc_node_track_caller_noprof __kmalloc_cache_noprof __kmalloc_cache_node_noprof "
                    "kmalloc_trace_noprof kmalloc_node_trace_noprof __kmalloc_flags_noprof kmalloc_nolock_noprof _kmalloc_nolock_noprof"},
                   {"kmem_cache_alloc __kmalloc", "kmem_cache_alloc_lru kmem_cache_alloc_node kmem_cache_alloc_bulk "
                                                  "__kmalloc_node __kmalloc_node_track_caller kmalloc_trace kmalloc_node_trace"}}},
                 "All exported; each has the allocation inlined and calls none of the others. One of many objects is one, __kmalloc_large is one of pages."},
    FunctionRule{"slab_frees_per_op", Summed::entries, {{{"kmem_cache_free kfree", "kmem_cache_free_bulk kfree_nolock"}}},
                 "All exported. One of many objects is one (those that RCU waits for are freed so), kfree(NULL) is one."},
    FunctionRule{"page_allocations_per_op", Summed::entries, {{{"__alloc_frozen_pages_noprof", ""}, {"__alloc_pages_noprof", ""}, {"__alloc_pages", ""}}},
                 "Every allocation of one block of pages, of any size, passes it once; where the first is there, the second calls it. Those of the slab allocator are in it."},
    FunctionRule{"page_frees_per_op", Summed::entries, {{{"free_frozen_page_commit free_one_page", ""}, {"free_unref_page_commit free_one_page", ""}}},
                 "A block goes to the CPU's list by the first or, if it is too large for that, to the zone by the second: one by one also of a batch. Static, with several callers each and too large to be inlined. Before 6.10 large ones may pass neither."},
    FunctionRule{"bios_per_op", Summed::entries, {{{"submit_bio_noacct_nocheck", ""}}},
                 "Called from other files. Every bio that is given to a driver passes it once, and so does the rest of one that was split; bio_init() may be inlined in bio_alloc_bioset(), and is not told of a split."},
    FunctionRule{"requests_per_op", Summed::entries, {{{"blk_mq_start_request", ""}}},
                 "Exported; each driver that has requests calls it when it starts one. brd has none."},
    FunctionRule{"context_switches_per_op", Summed::entries, {{{"__switch_to", ""}}},
                 "Called from assembly, once for each change of the task that runs, the idle task included."},
    FunctionRule{"interrupts_per_op", Summed::entries, {{{"common_interrupt", "spurious_interrupt sysvec_*"}}},
                 "Called from assembly: devices, timers and calls from other CPUs. Faults are none."},
    FunctionRule{"daemon_wakeups_per_op", Summed::entries, {{{"cachefiles_ondemand_read", "cachefiles_ondemand_init_object cachefiles_ondemand_clean_object"}}},
                 "Called from other files of cachefiles: a request to the daemon (READ, OPEN, CLOSE), which wakes it, each."},
};

std::string_view without_underscores(std::string_view name) { return name.substr(std::min(name.find_first_not_of('_'), name.size())); }

bool is_named(std::string_view function, std::string_view name, Summed summed) {
    if (summed == Summed::instructions) function = without_underscores(function);
    if (!name.ends_with('*')) return function == name;
    return function.starts_with(name.substr(0, name.size() - 1));
}

/// Functions of a kernel that the names of a list stand for; none if it lacks a needed one.
std::vector<std::string> functions_of(const FunctionList& list, Summed summed, const std::set<std::string>& kernel) {
    std::vector<std::string> out;
    for (const auto* names : {&list.needed, &list.also})
        for (const auto& name : split(*names, ' ')) {
            const size_t before = out.size();
            std::copy_if(kernel.begin(), kernel.end(), std::back_inserter(out), [&](const std::string& function) { return is_named(function, name, summed); });
            if (out.size() == before && names == &list.needed && !name.empty()) return {};
        }
    return out;
}

uint64_t sum_of(const CellProfile& profile, const std::vector<std::string>& functions, Summed summed) {
    uint64_t sum = 0;
    for (const auto& name : functions)
        if (const auto found = profile.functions.find(name); found != profile.functions.end())
            sum += summed == Summed::entries ? found->second.entries : found->second.instructions;
    return sum;
}

double ratio_of(uint64_t part, uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

std::span<const FunctionRule> function_rules() { return kRules; }

std::string function_rules_text() {
    std::string out;
    for (const auto& rule : kRules) {
        out += fmt::format("{} {}", rule.metric, rule.summed == Summed::entries ? "entries" : "instructions");
        for (const auto& list : rule.lists) out += fmt::format(" | {} + {}", list.needed, list.also);
        out += '\n';
    }
    return out;
}

bool is_read_path_function(std::string_view function) {
    const FunctionRule& rule = kRules.front();
    for (const auto& name : split(rule.lists.front().also, ' '))
        if (is_named(function, name, rule.summed)) return true;
    return false;
}

KernelRules::KernelRules(const std::set<std::string>& functions) {
    for (const auto& rule : kRules) {
        Resolved resolved{&rule, {}};
        for (const auto& list : rule.lists)
            if (resolved.functions.empty()) resolved.functions = functions_of(list, rule.summed, functions);
        rules_.push_back(std::move(resolved));
    }
}

Result<KernelRules> KernelRules::read(const fs::path& system_map) {
    // The plugin's own table: of several names of one address it counts under one.
    plugin::SymbolTable table;
    if (!table.read(system_map.c_str())) return fail("read functions", system_map.string(), "it cannot be read or names no function");
    std::set<std::string> functions;
    for (size_t i = 0; i < table.size(); ++i) functions.emplace(plain_function_name(table.name(i)));
    return KernelRules(functions);
}

Metrics KernelRules::metrics_of(const CellProfile& profile) const {
    Metrics out;
    if (profile.ops > 0)
        for (const auto& [rule, functions] : rules_)
            if (!functions.empty()) out.emplace(rule->metric, ratio_of(sum_of(profile, functions, rule->summed), profile.ops));
    if (profile.bytes > 0) {
        out.emplace("copied_bytes_per_byte.user", ratio_of(profile.copied.user, profile.bytes));
        out.emplace("copied_bytes_per_byte.kernel", ratio_of(profile.copied.kernel, profile.bytes));
    }
    return out;
}

std::vector<std::string> KernelRules::unknown() const {
    std::vector<std::string> out;
    for (const auto& [rule, functions] : rules_) {
        if (!functions.empty()) continue;
        const FunctionList& list = rule->lists.front();
        out.push_back(fmt::format("{} is not known: the kernel lacks functions that it is counted by, {} (docs/profile.md)", rule->metric, list.needed.empty() ? list.also : list.needed));
    }
    return out;
}

}  // namespace diobench
