// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/maildir.h"

#include <algorithm>
#include <map>
#include <set>

#include "bench/common/base/text.h"
#include "bench/host/kernel/mbox.h"

namespace diobench {

namespace {

/// Without the flags behind the colon, which change when somebody reads it.
std::string name_of_mail(const fs::path& file) {
    const std::string name = file.filename().string();
    return name.substr(0, name.find(':'));
}

Result<std::vector<fs::path>> mails_in(const fs::path& folder) {
    std::vector<fs::path> out;
    for (const char* part : {"cur", "new"}) {
        std::error_code ec;
        for (const auto& entry : fs::directory_iterator(folder / part, ec))
            if (!entry.path().filename().string().starts_with(".") && entry.is_regular_file(ec)) out.push_back(entry.path());
        if (ec) return fail_errno("list", (folder / part).string(), ec.value());
    }
    std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) { return a.filename() < b.filename(); });
    return out;
}

Result<std::string> mail_text(const fs::path& file) {
    std::error_code ec;
    if (fs::file_size(file, ec) > kLargestMailBytes || ec) return std::string();
    auto text = read_file(file);
    if (!text) return text;
    return split_mails(*text, file.string()).front().text;
}

}  // namespace

/// Its position is the names of all that were there, for they come in no order that tells old from new.
Status read_maildir(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener) {
    const auto seen_names = split(position, '\n');
    const std::set<std::string> seen(seen_names.begin(), seen_names.end());
    auto files = mails_in(path);
    if (!files) return forward(files);
    std::set<std::string> there;
    for (const auto& file : *files) there.insert(name_of_mail(file));
    const bool restart = !position.empty() && !std::includes(there.begin(), there.end(), seen.begin(), seen.end());
    if (restart) listener.on_restart();
    std::vector<std::string> names;
    for (const auto& file : *files) {
        names.push_back(name_of_mail(file));
        if (!restart && seen.contains(names.back())) continue;
        auto text = mail_text(file);
        if (!text) return forward(text);
        if (text->empty()) continue;
        if (auto s = listener.on_mail({file.lexically_relative(path).string(), std::move(*text)}); !s) return s;
    }
    return listener.on_position(join(names, "\n"));
}

Result<std::vector<std::string>> fetch_from_maildir(const fs::path& path, const std::vector<std::string>& places) {
    std::vector<std::string> out;
    std::map<std::string, fs::path> by_name;
    for (const auto& place : places) {
        fs::path file = path / place;
        std::error_code ec;
        // It got other flags, or moved from new/ to cur/.
        if (!fs::exists(file, ec)) {
            if (by_name.empty()) {
                auto files = mails_in(path);
                if (!files) return forward(files);
                for (const auto& one : *files) by_name.emplace(name_of_mail(one), one);
            }
            file = by_name[name_of_mail(place)];
        }
        auto text = file.empty() ? Result<std::string>(fail("read archive", path.string(), "the mail " + place + " is not there any more")) : mail_text(file);
        if (!text) return forward(text);
        out.push_back(std::move(*text));
    }
    return out;
}

}  // namespace diobench
