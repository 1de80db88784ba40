// SPDX-License-Identifier: GPL-2.0-only
// What can be learned about a process that stands still: its open files, its
// mappings and its memory.  Host only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace diobench {

/// The folder whose files are of interest: an absolute path without symbolic links.
class TraceRoot {
public:
    explicit TraceRoot(const std::string& path) : prefix_(path == "/" ? path : path + "/") {}
    /// `path` relative to the root, or nothing if it is not below it.
    [[nodiscard]] std::optional<std::string> below(const std::string& path) const;
    [[nodiscard]] std::string absolute(const std::string& relative) const { return prefix_ + relative; }

private:
    std::string prefix_;
};

enum class Lookup {
    found,
    elsewhere,  ///< no such descriptor, not a regular file, or not below the root
    deleted,    ///< it was below the root and has no name any more
};

struct TraceeFile {
    Lookup lookup = Lookup::elsewhere;
    std::string path;             ///< relative to the root
    uint64_t size_bytes = 0;
    uint64_t position_bytes = 0;  ///< of the open file description
    bool direct = false;          ///< O_DIRECT is set
};

/// What descriptor `fd` of thread `tid` is.
[[nodiscard]] TraceeFile look_at_descriptor(pid_t tid, int fd, const TraceRoot& root);

struct TraceeMapping {
    std::string path;  ///< relative to the root
    uint64_t offset_bytes = 0;
    uint64_t length_bytes = 0;
    uint64_t size_bytes = 0;  ///< of the file
};

/// The readable mappings of files below the root (proc_pid_maps(5)).
[[nodiscard]] std::vector<TraceeMapping> look_at_mappings(pid_t tid, const TraceRoot& root);

/// `bytes` of the memory of `tid` at `address`; false if they are not all there.
[[nodiscard]] bool read_tracee_memory(pid_t tid, uint64_t address, void* out, size_t bytes);

/// An array of `count` T in the memory of `tid`; empty if it is not all there.
template <class T>
[[nodiscard]] std::vector<T> read_tracee_array(pid_t tid, uint64_t address, size_t count) {
    std::vector<T> out(count);
    if (!read_tracee_memory(tid, address, out.data(), count * sizeof(T))) out.clear();
    return out;
}

}  // namespace diobench
