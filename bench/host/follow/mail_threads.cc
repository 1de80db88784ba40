// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/mail_threads.h"

#include <map>
#include <numeric>
#include <string>

namespace diobench {

namespace {

/// Sets that grow together.
class Groups {
public:
    size_t of(const std::string& id) {
        const auto [at, fresh] = index_.emplace(id, parent_.size());
        if (fresh) parent_.push_back(at->second);
        return root(at->second);
    }
    void join(size_t a, size_t b) { parent_[root(a)] = root(b); }
    size_t root(size_t at) {
        while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
        return at;
    }

private:
    std::map<std::string, size_t> index_;
    std::vector<size_t> parent_;
};

}  // namespace

std::vector<std::vector<SeenMail>> threads_of_interest(const std::vector<SeenMail>& mails) {
    Groups groups;
    for (const auto& mail : mails)
        for (const auto& id : mail.references) groups.join(groups.of(mail.id), groups.of(id));
    std::map<size_t, size_t> place;  // root of a group -> its thread in `all`
    std::vector<std::vector<SeenMail>> all;
    std::vector<bool> wanted;
    for (const auto& mail : mails) {
        const auto [at, fresh] = place.emplace(groups.of(mail.id), all.size());
        if (fresh) {
            all.emplace_back();
            wanted.push_back(false);
        }
        all[at->second].push_back(mail);
        wanted[at->second] = wanted[at->second] || mail.of_interest;
    }
    std::vector<std::vector<SeenMail>> out;
    for (size_t i = 0; i < all.size(); ++i)
        if (wanted[i]) out.push_back(std::move(all[i]));
    return out;
}

}  // namespace diobench
