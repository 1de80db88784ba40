// SPDX-License-Identifier: GPL-2.0-only
// Where machines of a fleet leave files for each other: a folder that all see, or one of a host that all reach by ssh.
#pragma once

#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

class Depot {
public:
    /// "/srv/diobench", or "[USER@]HOST:FOLDER" as rsync writes it.
    explicit Depot(std::string where);
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] bool is_remote() const { return !host_.empty(); }

    /// Copies a folder or a file to `name`, a relative path; what was there under that name is gone. It appears whole or not at all.
    [[nodiscard]] Status put(const fs::path& from, const std::string& name) const;
    /// Copies `name` to `to`, which is not there yet; false if there is no `name`. Whether it is whole is for the caller to
    /// check: by SHA-256.
    [[nodiscard]] Result<bool> get(const std::string& name, const fs::path& to) const;

private:
    [[nodiscard]] Status put_local(const fs::path& from, const fs::path& to) const;
    [[nodiscard]] Status put_remote(const fs::path& from, const std::string& name) const;
    [[nodiscard]] std::string place_of(const std::string& name) const;

    std::string where_;
    std::string host_;  ///< empty: a folder here
    std::string folder_;
};

/// How hosts are called: $DIOBENCH_SSH, or "ssh" that never asks. Words of a command line.
[[nodiscard]] std::string ssh_command();

/// SHA-256 of all files below a folder, names and contents in the order of the names; or of the one file that it is.
[[nodiscard]] Result<std::string> sha256_of_tree(const fs::path& folder);

}  // namespace diobench
