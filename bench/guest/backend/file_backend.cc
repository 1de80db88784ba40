// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/file_backend.h"

#include <fcntl.h>
#include <sys/mount.h>

#include "bench/common/base/fd.h"

namespace diobench {

bool knows_mount_option(const std::string& option) {
    const UniqueFd context(::fsopen("erofs", FSOPEN_CLOEXEC));
    // Without a context nothing can be said: mount(2) will.
    return !context.valid() || ::fsconfig(context.get(), FSCONFIG_SET_FLAG, option.c_str(), nullptr, 0) == 0;
}

}  // namespace diobench
