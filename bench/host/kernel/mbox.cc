// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/mbox.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <regex>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// More than any thread; less than what a hostile archive may unpack to.
constexpr size_t kLargestBytes = size_t{256} << 20;

/// "From x@y Mon Mar  4 10:00:00 2024", and git's own "From 0123... Mon Sep 17 00:00:00 2001".
bool is_from_line(std::string_view line) {
    static const std::regex kShape(R"(From \S+ .*\d:\d\d.* (19|20)\d\d( [+-]\d{4})?\s*)");
    return line.starts_with("From ") && line.size() < 200 && std::regex_match(line.begin(), line.end(), kShape);
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
    CommandOptions options;
    auto r = run_command({"bash", "-c", "set -o pipefail; gzip --decompress --stdout -- \"$1\" | head --bytes=\"$2\"", "gunzip",
                          fs::absolute(path).string(), std::to_string(kLargestBytes)}, options);
    if (!r) return forward(r);
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
    if (fs::file_size(path, ec) > kLargestBytes) return fail("read", path.string(), "it is larger than 256 MiB: is this a mail thread?");
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

}  // namespace

std::vector<RawMail> split_mails(std::string_view text, const std::string& origin) {
    const std::string unix_text = with_unix_line_ends(text);
    const auto lines = split(std::string_view(unix_text).substr(0, unix_text.size() - unix_text.ends_with('\n')), '\n');
    std::vector<RawMail> out;
    size_t first = 0;
    while (first < lines.size() && trim(lines[first]).empty()) ++first;
    const bool mbox = first < lines.size() && is_from_line(lines[first]);
    if (!mbox) return {{origin, unix_text.ends_with('\n') ? unix_text : unix_text + "\n"}};
    for (size_t i = first; i < lines.size(); ++i) {
        if (is_from_line(lines[i]) && (i == first || lines[i - 1].empty()))
            out.push_back({origin, {}});
        else
            out.back().text += std::string(unescaped(lines[i])) + "\n";
    }
    for (size_t i = 0; out.size() > 1 && i < out.size(); ++i) out[i].origin = fmt::format("{}, mail {}", origin, i + 1);
    return out;
}

Result<std::vector<RawMail>> read_mails(const fs::path& path, std::vector<std::string>& notes) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return fail("read", path.string(), "there is no such file or folder");
    if (!fs::is_directory(path, ec)) return read_mail_file(path);
    auto files = files_of(path, notes);
    if (!files) return forward(files);
    std::vector<RawMail> out;
    for (const auto& file : *files) {
        auto mails = read_mail_file(file);
        if (!mails) return mails;
        out.insert(out.end(), mails->begin(), mails->end());
    }
    return out;
}

}  // namespace diobench
