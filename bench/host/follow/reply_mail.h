// SPDX-License-Identifier: GPL-2.0-only
// A mail that answers another one, fit to be handed to sendmail -t or to git send-email.
#pragma once

#include <string>
#include <string_view>

namespace diobench {

/// Columns of a mail's text.
inline constexpr size_t kMailColumns = 72;

/// `text` in lines of at most `columns`, cut at blanks; what follows a cut is set in as far as its line is.  A word that is longer stays whole.
[[nodiscard]] std::string wrapped(std::string_view text, size_t columns = kMailColumns);

/// The answer to `answered`, a mail as it was sent: to its author (of one that a list passed on, whoever stands behind the list), with
/// all its other readers in Cc, each once; In-Reply-To and References as RFC 5322 asks.  `from`: our address, which gets no copy;
/// empty: the header is left to whoever sends it.  `body` is wrapped; nothing is quoted.
[[nodiscard]] std::string reply_mail(std::string_view answered, std::string_view from, std::string_view body);

}  // namespace diobench
