// SPDX-License-Identifier: GPL-2.0-only
// The file system a machine starts with: "newc" cpio archives.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// A directory.
struct InitramfsDirectory {};
/// A copy of a file of this host.
struct InitramfsFile {
    fs::path source;
};
/// A file with these bytes.
struct InitramfsBytes {
    std::string data;
};
/// A symbolic link.
struct InitramfsLink {
    std::string target;
};
/// A character device, as /dev/console (5, 1).
struct InitramfsCharDevice {
    unsigned major = 0;
    unsigned minor = 0;
};

struct InitramfsEntry {
    std::string name;  ///< path in the guest without a leading '/', as "dev/console"
    mode_t permissions = 0644;
    std::variant<InitramfsDirectory, InitramfsFile, InitramfsBytes, InitramfsLink, InitramfsCharDevice> content;
};

/// Directories /dev and /proc, /sys, /tmp, and the node /dev/console: without
/// it the kernel gives init no standard streams.
[[nodiscard]] std::vector<InitramfsEntry> base_entries();

/// Writes the entries in the order given (a directory before what is in it).
/// Same entries, same bytes: owner root, time 0, inode numbers 1, 2, 3...
/// The size is a multiple of 512, so that archives can be concatenated.
/// Errors: an absolute or empty or repeated name, an unreadable source, no space.
[[nodiscard]] Status write_initramfs(const fs::path& path, const std::vector<InitramfsEntry>& entries);

/// One archive after the other; the kernel unpacks each, later files replace
/// earlier ones.  Each part is padded with zeros to a multiple of 512 bytes.
[[nodiscard]] Status concatenate(const fs::path& path, const std::vector<fs::path>& parts);

/// What all boots share, an archive made before, and behind it what this boot has for itself.
[[nodiscard]] Status write_boot_initramfs(const fs::path& path, const fs::path& constant_part, const std::vector<InitramfsEntry>& own);

}  // namespace diobench
