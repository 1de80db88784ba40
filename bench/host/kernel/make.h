// SPDX-License-Identifier: GPL-2.0-only
// Running the kernel's make: the fixed part of its command line, what is
// compiled at the moment, and what went wrong in words.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// What is built.  A target has its own object tree.
enum class Target {
    bzimage,      ///< for QEMU: the exact and kvm machines
    uml,          ///< User Mode Linux: the kernel as a process of the host
    uml_checked,  ///< the same with KASAN, lockdep and what else turns a silent fault into text
    smp_checked,  ///< that for QEMU, for more than one CPU
};
inline constexpr Target kAllTargets[] = {Target::bzimage, Target::uml, Target::uml_checked, Target::smp_checked};

struct TargetTraits {
    const char* name;         ///< in folder names and tables
    const char* arch;         ///< ARCH=
    const char* source_arch;  ///< folder below arch/
    const char* goal;         ///< make's goal
    const char* image;        ///< path of the result in the object tree
    const char* machine;      ///< folder of kernel-patches/machines/ with what the machine needs of it
    std::vector<std::string> config_folders;   ///< below kernel-patches/config, beside what is in it itself
    std::vector<std::string> make_variables;   ///< beside those of every target
};
/// A program of the host, not an image that QEMU loads.
[[nodiscard]] constexpr bool is_user_mode(Target target) { return target == Target::uml || target == Target::uml_checked; }
[[nodiscard]] const TargetTraits& traits(Target target);

/// Variables that make the image depend on source, configuration and compiler
/// alone: no time, user, host, local version or flags of the caller's.
[[nodiscard]] std::vector<std::string> make_variables(Target target);
/// The first lines of the compiler's, assembler's and linker's --version.
[[nodiscard]] Result<std::string> toolchain_version();

struct MakeResult {
    bool ok = false;
    bool disk_full = false;
    std::string failure;  ///< first_build_error(), if not ok
};

/// Runs make for `goals` with all CPUs, output to `log`.  `on_object` is
/// called with the name of each object as it is begun.  An interrupt kills
/// make's whole process group and is an error.  `lock` is held by every process
/// below make until the last one is gone, also if we are killed before them.
[[nodiscard]] Result<MakeResult> run_make(const fs::path& source, const fs::path& objects, Target target,
                                          const std::vector<std::string>& goals, const fs::path& log, const fs::path& lock,
                                          const std::function<void(std::string_view)>& on_object);

/// "fs/erofs/data.c:12:3: error: ..." -- the first line of make's output that
/// says what is wrong, without the source folder in front.
[[nodiscard]] std::string first_build_error(std::string_view output, const fs::path& source);
/// The object in a line such as "  CC      fs/erofs/data.o"; empty for other lines.
[[nodiscard]] std::string_view object_of_line(std::string_view line);

}  // namespace diobench
