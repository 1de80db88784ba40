// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/symbol_table.h"

#include <algorithm>
#include <fstream>
#include <tuple>

namespace diobench::plugin {

namespace {

/// Types of nm(1) for text; -1 for everything else.
int rank_of(char type) {
    switch (type) {
        case 'T': return 0;
        case 'W': return 1;
        case 't': return 2;
        case 'w': return 3;
        default: return -1;
    }
}

}  // namespace

bool SymbolTable::preferred(const Function& a, const Function& b) {
    auto key = [](const Function& f) { return std::make_tuple(f.address, f.rank, f.name.find_first_not_of('_'), std::cref(f.name)); };
    return key(a) < key(b);
}

bool SymbolTable::read(const char* path) {
    std::ifstream file(path);
    std::string type;
    Function function;
    uint64_t last_address = 0;
    while (file >> std::hex >> function.address >> type >> function.name) {
        if (function.address < kLowestKernelAddress) continue;
        last_address = std::max(last_address, function.address);
        function.rank = type.size() == 1 ? rank_of(type[0]) : -1;
        // Ends of sections are no functions; what lies behind the last one is not code.
        if (function.name == "_etext" || function.name == "_einittext") {
            end_ = std::max(end_, function.address);
            continue;
        }
        if (function.rank >= 0 && !function.name.starts_with("__pfx_")) functions_.push_back(function);
    }
    if (!file.eof() || functions_.empty()) return false;
    if (end_ == 0) end_ = last_address;
    std::sort(functions_.begin(), functions_.end(), preferred);
    auto same_address = [](const Function& a, const Function& b) { return a.address == b.address; };
    functions_.erase(std::unique(functions_.begin(), functions_.end(), same_address), functions_.end());
    return true;
}

size_t SymbolTable::find(uint64_t address) const {
    if (address >= end_) return functions_.size();
    auto after = std::upper_bound(functions_.begin(), functions_.end(), address,
                                  [](uint64_t wanted, const Function& f) { return wanted < f.address; });
    if (after == functions_.begin()) return functions_.size();
    return static_cast<size_t>(after - functions_.begin()) - 1;
}

}  // namespace diobench::plugin
