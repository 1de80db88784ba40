// SPDX-License-Identifier: GPL-2.0-only
// The one error type and the one result idiom of diobench.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace diobench {

/// Exit codes of every diobench command (docs/architecture.md, "Contracts").
enum class ExitCode : int {
    ok = 0,            ///< done, or pass
    failed_check = 1,  ///< a regression or a failed check
    usage = 2,         ///< wrong usage or environment: bad option, missing tool, patch that does not apply
    inconclusive = 3,  ///< not enough evidence either way
    invalid = 4,       ///< wrong data, missing cell, proof of mode failed, machine died
};

/// What failed (`operation`), on what (`object`, a path, an option, a name),
/// the errno if the kernel said one (0 otherwise), what to do about it or
/// where to look (`text`), and the exit code the command ends with.
struct Error {
    std::string operation;
    std::string object;
    int errno_value = 0;
    std::string text;
    ExitCode code = ExitCode::usage;

    /// One sentence for a person: "operation object: strerror: text".
    [[nodiscard]] std::string message() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An error without an errno.
[[nodiscard]] tl::unexpected<Error> fail(std::string_view operation, std::string_view object,
                                         std::string_view text, ExitCode code = ExitCode::usage);
/// An error that carries `errno_value` (a positive errno; default the current one).
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view operation, std::string_view object,
                                               int errno_value);
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view operation, std::string_view object);

/// Rethrow an error upwards with its type changed: `if (!r) return forward(r);`
template <class T>
[[nodiscard]] tl::unexpected<Error> forward(Result<T>& result) {
    return tl::unexpected<Error>(std::move(result.error()));
}

}  // namespace diobench
