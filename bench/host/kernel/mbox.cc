// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/mbox.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iterator>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/quilt_series.h"

namespace diobench {

namespace {

/// More than any thread; less than what a hostile archive may unpack to.
constexpr size_t kLargestBytes = size_t{64} << 20;
constexpr const char* kTooLarge = "more than 64 MiB: is this one mail thread?";
constexpr const char* kQuiltSeries = "series";

bool are_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }); }

/// " 2024" or " 2024 +0800" at the end.
bool ends_in_year(std::string_view line) {
    line = trim(line);
    if (line.size() > 6 && line[line.size() - 6] == ' ' && (line[line.size() - 5] == '+' || line[line.size() - 5] == '-') && are_digits(line.substr(line.size() - 4)))
        line.remove_suffix(6);
    if (line.size() < 5) return false;
    const std::string_view year = line.substr(line.size() - 4);
    return line[line.size() - 5] == ' ' && are_digits(year) && (year.starts_with("19") || year.starts_with("20"));
}

/// "10:00"
bool has_time(std::string_view line) {
    for (size_t colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1))
        if (colon > 0 && colon + 2 < line.size() && are_digits(line.substr(colon - 1, 1)) && are_digits(line.substr(colon + 1, 2))) return true;
    return false;
}

/// ">From " -> "From ", ">>From " -> ">From ".
std::string_view unescaped(std::string_view line) {
    const size_t quotes = line.find_first_not_of('>');
    if (quotes != 0 && quotes != std::string_view::npos && line.substr(quotes).starts_with("From ")) line.remove_prefix(1);
    return line;
}

std::string with_unix_line_ends(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
    return out;
}

Result<std::string> gunzip(const fs::path& path) {
    // One byte more than may be: what is cut off there was larger.
    auto r = run_command({"bash", "-c", "set -o pipefail; gzip --decompress --stdout -- \"$1\" | head --bytes=\"$2\"", "gunzip",
                          fs::absolute(path).string(), std::to_string(kLargestBytes + 1)});
    if (!r) return forward(r);
    if (r->output.size() > kLargestBytes) return fail("read", path.string(), std::string("it unpacks to ") + kTooLarge);
    if (r->exit_status != 0) return fail("read", path.string(), "it is gzipped and damaged: " + std::string(trim(last_lines(r->output, 1))));
    return std::move(r->output);
}

/// Why the content of a file cannot be mail; empty if it may be.
std::string not_mail(std::string_view text) {
    if (trim(text).empty()) return "it is empty";
    struct Magic {
        std::string_view bytes;
        const char* says;
    };
    static constexpr Magic kKnown[] = {{"PK\x03\x04", "it is a zip archive: unpack it and give the files in it"},
                                       {"\xFD" "7zXZ", "it is xz-compressed: unpack it with `unxz` first"},
                                       {"BZh", "it is bzip2-compressed: unpack it with `bunzip2` first"},
                                       {"\x28\xB5\x2F\xFD", "it is zstd-compressed: unpack it with `unzstd` first"},
                                       {"%PDF-", "it is a PDF: save the raw mail, or the thread as mbox"}};
    for (const auto& magic : kKnown)
        if (text.starts_with(magic.bytes)) return magic.says;
    if (const size_t zero = text.find('\0'); zero != std::string_view::npos)
        return fmt::format("it is binary data and no mail (a zero byte at offset {})", zero);
    std::string start(trim(text.substr(0, 256)));
    std::transform(start.begin(), start.end(), start.begin(), [](unsigned char c) { return std::tolower(c); });
    if (start.starts_with("<!doctype html") || start.starts_with("<html"))
        return "it is a web page: save the thread as mbox (\"mbox.gz\" on lore.kernel.org) or the mail as \"raw\"";
    return {};
}

Result<std::vector<RawMail>> read_mail_file(const fs::path& path) {
    std::error_code ec;
    if (!fs::is_regular_file(path, ec)) return fail("read", path.string(), "it is no file: expected patches, an mbox, or a folder of them");
    if (fs::file_size(path, ec) > kLargestBytes) return fail("read", path.string(), std::string("it has ") + kTooLarge);
    auto text = read_file(path);
    if (!text) return forward(text);
    if (text->starts_with("\x1f\x8b")) text = gunzip(path);
    if (!text) return forward(text);
    if (auto why = not_mail(*text); !why.empty()) return fail("read", path.string(), why);
    return split_mails(*text, path.filename().string());
}

bool looks_like_mail(const fs::path& path) {
    static constexpr std::string_view kKnown[] = {".patch", ".diff", ".mbox", ".mbx", ".eml", ".mail", ".gz", ""};
    const std::string extension = path.extension().string();
    // A Maildir names its files by numbers with dots.
    const bool maildir = path.parent_path().filename() == "cur" || path.parent_path().filename() == "new";
    return maildir || std::find(std::begin(kKnown), std::end(kKnown), extension) != std::end(kKnown);
}

Result<std::vector<fs::path>> files_of(const fs::path& folder, std::vector<std::string>& notes) {
    std::error_code ec;
    std::vector<fs::path> folders = {folder};
    if (fs::is_directory(folder / "cur", ec) && fs::is_directory(folder / "new", ec)) folders = {folder / "cur", folder / "new"};
    std::vector<fs::path> out;
    for (const auto& in : folders) {
        for (const auto& entry : fs::directory_iterator(in, ec)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(".") || !entry.is_regular_file(ec)) continue;
            if (looks_like_mail(entry.path()))
                out.push_back(entry.path());
            else
                notes.push_back("passed over " + name + ": no mail or patch by its name");
        }
        if (ec) return fail_errno("list", in.string(), ec.value());
    }
    std::sort(out.begin(), out.end());
    if (out.empty()) return fail("read", folder.string(), "there is no patch in this folder (*.patch, *.diff, *.mbox, *.eml)");
    return out;
}

/// "a, b and 3 more"
std::string some_of(const std::vector<std::string>& names) {
    constexpr size_t kShown = 3;
    const std::vector<std::string> first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
    return join(first, ", ") + (names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : "");
}

/// The patches of a folder of quilt, in the order of its `series`.
Result<std::vector<RawMail>> read_quilt(const fs::path& folder, std::vector<std::string>& notes) {
    auto text = read_file(folder / kQuiltSeries);
    if (!text) return forward(text);
    auto patches = parse_quilt_series(*text, (folder / kQuiltSeries).string());
    if (!patches) return forward(patches);
    std::vector<RawMail> out;
    std::vector<fs::path> named;
    for (const auto& patch : *patches) {
        const fs::path file = (folder / patch.name).lexically_normal();
        std::error_code ec;
        if (!fs::exists(file, ec)) return fail("read", (folder / kQuiltSeries).string(), fmt::format("it names {}, which is not there", patch.name));
        auto mails = read_mail_file(file);
        if (!mails) return mails;
        for (auto& mail : *mails) {
            mail.listed = true;
            mail.strip = patch.strip;
            out.push_back(std::move(mail));
        }
        named.push_back(file);
    }
    std::vector<std::string> left;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        const fs::path& file = entry.path();
        const bool patch = (file.extension() == ".patch" || file.extension() == ".diff") && entry.is_regular_file(ec);
        if (patch && std::find(named.begin(), named.end(), file.lexically_normal()) == named.end()) left.push_back(file.filename().string());
    }
    std::sort(left.begin(), left.end());
    if (!left.empty()) notes.push_back(fmt::format("passed over {}: not in `series`", some_of(left)));
    return out;
}

}  // namespace

bool begins_mail(std::string_view line) {
    if (!line.starts_with("From ") || line.size() >= 200) return false;
    const size_t sender = line.find(' ', 5);
    return sender != std::string_view::npos && sender > 5 && has_time(line.substr(sender)) && ends_in_year(line);
}

std::vector<RawMail> split_mails(std::string_view text, const std::string& origin) {
    std::string unix_text = with_unix_line_ends(text);
    if (!unix_text.ends_with('\n')) unix_text += '\n';
    const std::string_view all = unix_text;
    size_t at = 0;
    // Empty lines in front.
    while (at < all.size() && trim(all.substr(at, all.find('\n', at) - at)).empty()) at = all.find('\n', at) + 1;
    if (!begins_mail(all.substr(at, all.find('\n', at) - at))) return {{origin, std::move(unix_text)}};
    std::vector<RawMail> out;
    for (bool after_empty = true; at < all.size();) {
        const size_t end = all.find('\n', at);
        const std::string_view line = all.substr(at, end - at);
        if (after_empty && begins_mail(line))
            out.push_back({origin, {}});
        else
            out.back().text.append(unescaped(line)).append(1, '\n');
        after_empty = line.empty();
        at = end + 1;
    }
    for (size_t i = 0; out.size() > 1 && i < out.size(); ++i) out[i].origin = fmt::format("{}, mail {}", origin, i + 1);
    return out;
}

Result<std::vector<RawMail>> read_mails(const fs::path& path, std::vector<std::string>& notes) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return fail("read", path.string(), "there is no such file or folder");
    if (!fs::is_directory(path, ec)) {
        if (path.filename() == kQuiltSeries) return read_quilt(path.has_parent_path() ? path.parent_path() : fs::path("."), notes);
        auto mails = read_mail_file(path);
        if (mails && mails->size() == 1) mails->front().alone = true;
        return mails;
    }
    if (fs::is_regular_file(path / kQuiltSeries, ec)) return read_quilt(path, notes);
    auto files = files_of(path, notes);
    if (!files) return forward(files);
    std::vector<RawMail> out;
    for (const auto& file : *files) {
        auto mails = read_mail_file(file);
        if (!mails) return mails;
        std::move(mails->begin(), mails->end(), std::back_inserter(out));
    }
    return out;
}

}  // namespace diobench
