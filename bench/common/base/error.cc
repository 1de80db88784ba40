// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/error.h"

#include <cerrno>
#include <cstring>

namespace diobench {

std::string Error::message() const {
    std::string out = operation;
    if (!object.empty()) out += " " + object;
    if (errno_value != 0) out += std::string(": ") + std::strerror(errno_value);
    if (!text.empty()) out += ": " + text;
    return out;
}

tl::unexpected<Error> fail(std::string_view operation, std::string_view object, std::string_view text,
                           ExitCode code) {
    return tl::unexpected<Error>(
        Error{std::string(operation), std::string(object), 0, std::string(text), code});
}

tl::unexpected<Error> fail_errno(std::string_view operation, std::string_view object, int errno_value) {
    return tl::unexpected<Error>(
        Error{std::string(operation), std::string(object), errno_value, {}, ExitCode::usage});
}

tl::unexpected<Error> fail_errno(std::string_view operation, std::string_view object) {
    return fail_errno(operation, object, errno);
}

}  // namespace diobench
