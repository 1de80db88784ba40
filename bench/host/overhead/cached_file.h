// SPDX-License-Identifier: GPL-2.0-only
// A file that lies in the page cache whole.
#pragma once

#include <cstdint>

#include "bench/common/base/files.h"

namespace diobench {

class CachedFile {
public:
    /// Makes the file, with no hole, and holds it in the page cache as long as this lives: mapped, so that nothing that drops
    /// caches takes it, and locked (mlock(2)) where RLIMIT_MEMLOCK allows, so that a host short of memory does not either.
    [[nodiscard]] static Result<CachedFile> make(const fs::path& path, uint64_t bytes);
    CachedFile(CachedFile&& other) noexcept;
    CachedFile& operator=(CachedFile&&) = delete;
    ~CachedFile();

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    /// False: memory may run short, and then some of it is read from disk again.
    [[nodiscard]] bool is_locked() const { return locked_; }

private:
    CachedFile(fs::path path, uint64_t bytes, void* mapped, bool locked) : path_(std::move(path)), bytes_(bytes), mapped_(mapped), locked_(locked) {}
    fs::path path_;
    uint64_t bytes_;
    void* mapped_;
    bool locked_;
};

}  // namespace diobench
