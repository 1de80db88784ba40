// SPDX-License-Identifier: GPL-2.0-only
// What the subject of a mail says about the patch in it.
#pragma once

#include <string>
#include <string_view>

namespace diobench {

/// "Re: [RFC PATCH v2 3/6] erofs: x" taken apart.
struct PatchSubject {
    bool reply = false;  ///< "Re:", "Fwd:", "AW:" and the like stand in front
    bool tagged = false;  ///< there is a bracket with PATCH or RFC in it
    bool resend = false;
    int version = 1;
    int number = -1;  ///< 0: cover letter; -1: not numbered
    int total = -1;
    std::string title;  ///< without brackets

    [[nodiscard]] bool numbered() const { return total >= 0; }
    [[nodiscard]] bool cover() const { return number == 0; }
    /// "[PATCH v2 3/6]"
    [[nodiscard]] std::string tag() const;
};

[[nodiscard]] PatchSubject parse_patch_subject(std::string_view subject);

}  // namespace diobench
