// SPDX-License-Identifier: GPL-2.0-only
// A job file as fio 3.33 itself takes it apart (init.c: __parse_jobs_ini()): sections, comments, include, options with and
// without a value, variables of the environment, $pagesize and the like.  What the options mean is not looked at here.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/fio/number.h"

namespace diobench {

/// One line "key=value" or "key".
struct ScriptOption {
    std::string key;                   ///< fio's main name for it: "bs", not "blocksize"
    std::optional<std::string> value;  ///< none: the key stands alone; variables are replaced
    std::string written;               ///< the line, without comment
    std::string file;
    unsigned line = 0;
    std::vector<std::string> unknown_variables;  ///< that the value names and nobody gave: they are in it as written
};

/// A job with all it has: of each option what was said last, here or in a [global] section above.
struct ScriptJob {
    std::string name;
    std::string file;
    unsigned line = 0;
    std::vector<ScriptOption> options;  ///< each key once, in the order of their first appearance

    [[nodiscard]] const ScriptOption* find(std::string_view key) const;
    /// The value, or `otherwise`; "1" where the key stands alone.
    [[nodiscard]] std::string value_of(std::string_view key, std::string_view otherwise = "") const;
    [[nodiscard]] KbBase kb_base() const;
};

struct FioScript {
    std::string name;  ///< of the file
    std::vector<ScriptJob> jobs;
    std::vector<ScriptOption> overridden;               ///< said twice in one section: not the last
    std::map<std::string, std::string> variables_used;  ///< of the environment, with what they were
};

/// The value of a variable, or nothing.
using FioVariables = std::function<std::optional<std::string>(const std::string& name)>;
/// Those of `given`, then those of the environment.
[[nodiscard]] FioVariables fio_variables(std::map<std::string, std::string> given);

/// Takes a text apart.  `name` appears in errors, all of which come at once; included files are looked for in the working
/// directory and in `folder`.
[[nodiscard]] Result<FioScript> parse_fio_script(std::string_view text, const std::string& name, const fs::path& folder, const FioVariables& variables);
/// Of a file; only what is a file of at most 1 MiB is read.
[[nodiscard]] Result<FioScript> read_fio_script(const fs::path& path, const FioVariables& variables);
[[nodiscard]] Result<std::string> read_fio_text(const fs::path& path);

}  // namespace diobench
