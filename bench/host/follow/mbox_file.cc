// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/mbox_file.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fstream>

#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/mbox.h"

namespace diobench {

namespace {

constexpr size_t kMailsBetweenPositions = 500;

/// "123+456"
bool read_place(std::string_view place, uint64_t& offset, uint64_t& bytes) {
    const size_t plus = place.find('+');
    const auto number = [](std::string_view text, uint64_t& out) {
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
        return ec == std::errc() && end == text.data() + text.size();
    };
    return plus != std::string_view::npos && number(place.substr(0, plus), offset) && number(place.substr(plus + 1), bytes);
}

/// Mails one after the other, each cut at the next "From " line behind an empty one.
class MboxCutter {
public:
    MboxCutter(std::istream& in, uint64_t offset) : in_(in), at_(offset) {}

    /// The next mail; false at the end.  What is too large is counted and not kept.
    bool next(ArchivedMail& out) {
        std::string raw = std::move(pending_);
        pending_.clear();
        const uint64_t begin = at_ - raw.size();
        bool empty_before = false;
        uint64_t bytes = raw.size();
        for (std::string line; read_line(line);) {
            if (bytes > 0 && empty_before && begins_mail(std::string_view(line).substr(0, line.size() - line.ends_with('\n')))) {
                pending_ = std::move(line);
                break;
            }
            empty_before = line == "\n" || line == "\r\n";
            bytes += line.size();
            if (bytes <= kLargestMailBytes) raw += line;
        }
        if (bytes == 0) return false;
        out.place = fmt::format("{}+{}", begin, bytes);
        out.text = bytes <= kLargestMailBytes ? split_mails(raw, "").front().text : std::string();
        return true;
    }
    /// Where the mail after the last one begins.
    [[nodiscard]] uint64_t offset() const { return at_ - pending_.size(); }

private:
    /// With its end; of a line that is too long for a mail only so much that this is seen.
    bool read_line(std::string& out) {
        out.clear();
        for (int c; (c = in_.get()) != std::char_traits<char>::eof();) {
            ++at_;
            if (out.size() <= kLargestMailBytes) out += static_cast<char>(c);
            if (c == '\n') return true;
        }
        return !out.empty();
    }

    std::istream& in_;
    uint64_t at_;
    std::string pending_;
};

/// What stands in front of a position, as far as it tells files apart: of one that was written anew something there differs.
std::string digest_before(std::istream& in, uint64_t offset) {
    constexpr uint64_t kBytes = 65536;
    std::string text(std::min(kBytes, offset), '\0');
    in.clear();
    in.seekg(static_cast<std::streamoff>(offset - text.size()));
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
    return sha256_hex(text);
}

/// "123 DIGEST"
std::string position_at(const fs::path& path, uint64_t offset) {
    std::ifstream in(path, std::ios::binary);
    return fmt::format("{} {}", offset, digest_before(in, offset));
}

/// What stands at `offset`, as far as a "From " line may be long.
std::string line_at(std::istream& in, uint64_t offset) {
    std::string out(200, '\0');
    in.clear();
    in.seekg(static_cast<std::streamoff>(offset));
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<size_t>(in.gcount()));
    return out.substr(0, out.find('\n'));
}

}  // namespace

Status read_mbox_file(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail_errno("open", path.string());
    uint64_t offset = 0;
    std::from_chars(position.data(), position.data() + position.size(), offset);
    std::error_code ec;
    const uint64_t bytes = fs::file_size(path, ec);
    const bool same = position == fmt::format("{} {}", offset, digest_before(in, offset));
    if (same && offset == bytes) return {};
    // One that is not as it was, or does not go on with a mail, was written anew.
    if (!position.empty() && (!same || !begins_mail(line_at(in, offset)))) {
        offset = 0;
        listener.on_restart();
    }
    if (const std::string first = line_at(in, offset); !begins_mail(first) && !(first.empty() && offset == 0 && bytes == 0))
        return fail("follow", path.string(), first.starts_with("\x1f\x8b") ? "it is gzipped: unpack it first" : "it is no mbox: it does not begin with a \"From \" line");
    in.clear();
    in.seekg(static_cast<std::streamoff>(offset));
    MboxCutter cutter(in, offset);
    size_t count = 0;
    for (ArchivedMail mail; cutter.next(mail);) {
        if (!mail.text.empty())
            if (auto s = listener.on_mail(std::move(mail)); !s) return s;
        if (++count % kMailsBetweenPositions == 0)
            if (auto s = listener.on_position(position_at(path, cutter.offset())); !s) return s;
    }
    return listener.on_position(position_at(path, cutter.offset()));
}

Result<std::vector<std::string>> fetch_from_mbox_file(const fs::path& path, const std::vector<std::string>& places) {
    std::ifstream in(path, std::ios::binary);
    std::vector<std::string> out;
    for (const auto& place : places) {
        uint64_t offset = 0;
        uint64_t bytes = 0;
        std::string raw;
        if (in && read_place(place, offset, bytes) && bytes <= kLargestMailBytes) {
            raw.resize(bytes);
            in.seekg(static_cast<std::streamoff>(offset));
            in.read(raw.data(), static_cast<std::streamsize>(bytes));
        }
        if (!in || !raw.starts_with("From ")) return fail("read archive", path.string(), "the mail at " + place + " is not there any more");
        out.push_back(split_mails(raw, "").front().text);
    }
    return out;
}

}  // namespace diobench
