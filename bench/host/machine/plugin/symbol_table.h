// SPDX-License-Identifier: GPL-2.0-only
// The functions of a kernel by address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diobench::plugin {

/// Read from a System.map ("<address> <type> <name>" a line): its text symbols
/// above kLowestKernelAddress.  Of several names of one address one is chosen,
/// always the same: global before weak before local, then the fewest leading
/// underscores, then the alphabet.  __pfx_ symbols are the padding before a
/// function and never executed.
class SymbolTable {
public:
    static constexpr uint64_t kLowestKernelAddress = 0xffff'8000'0000'0000;

    /// False if the file cannot be read or has no text symbol.
    [[nodiscard]] bool read(const char* path);
    [[nodiscard]] size_t size() const { return functions_.size(); }
    [[nodiscard]] const std::string& name(size_t index) const { return functions_[index].name; }
    [[nodiscard]] uint64_t address(size_t index) const { return functions_[index].address; }
    /// Index of the function that holds `address`; size() if there is none.
    [[nodiscard]] size_t find(uint64_t address) const;

private:
    struct Function {
        uint64_t address = 0;
        std::string name;
        int rank = 0;  ///< smaller is preferred among names of one address
    };
    static bool preferred(const Function& a, const Function& b);

    std::vector<Function> functions_;  ///< by address, each once
    uint64_t end_ = 0;                 ///< of the last text section
};

}  // namespace diobench::plugin
