// SPDX-License-Identifier: GPL-2.0-only
// What the subject of a mail says about the patch in it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace diobench {

/// "v3", or "v3.1": a point reroll, some patches of v3 sent once more.
struct PatchVersion {
    int number = 1;
    int point = 0;  ///< 0: none

    auto operator<=>(const PatchVersion&) const = default;
    /// "3", "3.1"
    [[nodiscard]] std::string name() const;
};

/// "3", "v3", "3.1"; nothing: it is none.
[[nodiscard]] std::optional<PatchVersion> parse_patch_version(std::string_view text);

/// "Re: [RFC PATCH v2 3/6] erofs: x" taken apart.
struct PatchSubject {
    bool reply = false;  ///< "Re:", "Fwd:", "AW:" and the like stand in front
    bool tagged = false;  ///< there is a bracket with PATCH or RFC in it
    bool resend = false;
    PatchVersion version;
    int number = -1;  ///< 0: cover letter; -1: not numbered
    int total = -1;
    std::string title;  ///< without brackets

    [[nodiscard]] bool numbered() const { return total >= 0; }
    [[nodiscard]] bool cover() const { return number == 0; }
    /// "[PATCH v2 3/6]"
    [[nodiscard]] std::string tag() const;
};

/// Reads brackets as mailing lists have them: of git, in any case and order, in one bracket or several, with trees and kernels
/// beside ("[PATCH net-next v2 3/7]", "[PATCH 6.12.y V2]", "[PATCH AUTOSEL 6.12 01/20]"), glued ("[PATCHv2 1/2]",
/// "[PATCH-V2]", "[PATCH1/2]") and of others ("[v2,3/6]", "[PATCH 1 of 7]", "[PATCH version 2]").
[[nodiscard]] PatchSubject parse_patch_subject(std::string_view subject);

}  // namespace diobench
