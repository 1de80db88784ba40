// SPDX-License-Identifier: GPL-2.0-only
// The header lines of a mail, as they were sent.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diobench {

class MailHeaders {
public:
    /// Reads up to the first empty line; keeps what names the patch, its sender and its place in a thread.  A text that begins with
    /// other lines has none.
    explicit MailHeaders(std::string_view text);
    /// From, Subject or Message-ID is there.
    [[nodiscard]] bool of_mail() const;
    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(std::string(name)); }
    /// Unfolded and not decoded, the first of several; `name` in small letters; empty: none.
    [[nodiscard]] std::string value(std::string_view name) const;
    /// Without < and >.
    [[nodiscard]] std::string message_id() const;
    /// Ids of the mails it answers, the nearest last.  Of a long list the nearest hundred.
    [[nodiscard]] std::vector<std::string> references() const;

private:
    std::map<std::string, std::string> values_;
};

/// The addresses of a header, cut at commas that are not in quotes; not decoded.
[[nodiscard]] std::vector<std::string> addresses_in(std::string_view text);
/// "a@b.org" of "Ada <a@b.org>" and of "a@b.org", in small letters; empty: there is none.
[[nodiscard]] std::string plain_address(std::string_view text);
/// Who sent a mail that a list passed on under its own address, "Name via List <list>": the address (with its name, if it has
/// one) in X-Original-From or Reply-To that is not `list`; of several the one whose name begins `name`.
/// Not decoded; empty: there is none.
[[nodiscard]] std::string sender_behind_list(const MailHeaders& headers, std::string_view name, std::string_view list);

/// The mail with `from` as its only From header.
[[nodiscard]] std::string with_sender(std::string_view mail, std::string_view from);

/// "Ada" of "Ada via List", "'Ada' via Group", "Ada (via list)"; empty: the name says no such thing.
[[nodiscard]] std::string name_before_via(std::string_view name);

}  // namespace diobench
