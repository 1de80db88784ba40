// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/fetch_base.h"

#include <algorithm>

#include "bench/common/base/text.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

template <class Is>
std::optional<FetchedSource> first_here(Is is) {
    auto here = fetched_sources();
    const auto found = std::find_if(here.begin(), here.end(), is);
    return found == here.end() ? std::nullopt : std::optional(std::move(*found));
}

}  // namespace

std::string unread_text(const std::vector<std::string>& unread) { return "not every list of Debian's packages could be read: " + join(unread, "; "); }

Result<std::vector<DebianSource>> updated_sources(DebianArchive& archive, Progress& progress, std::vector<std::string>& unread) {
    if (auto s = archive.update(progress, unread); !s) return forward(s);
    auto sources = archive.sources();
    if (sources && sources->empty() && !unread.empty()) return fail(kFetch, "", unread_text(unread));
    return sources;
}

Result<FetchedBase> fetch_base(const DebianArchive& archive, const std::vector<DebianSource>& sources, const std::vector<std::string>& unread, const std::string& name,
                               Progress& progress) {
    auto chosen = choose_source(sources, name);
    if (!chosen) {
        if (!unread.empty()) chosen.error().text += "; " + unread_text(unread);
        return forward(chosen);
    }
    if (chosen->kernel != name && !unread.empty()) return fail(kFetch, name, "which its newest is cannot be told: " + unread_text(unread));
    FetchedBase out;
    auto source = fetch_source(archive, *chosen, progress, out.fresh);
    if (!source) return forward(source);
    out.source = std::move(*source);
    if (name == kNewest)
        if (auto s = remember_newest(out.source); !s) return forward(s);
    return out;
}

Result<FetchedBase> fetch_newest_of(const std::string& name, Progress& progress) {
    auto archive = DebianArchive::open();
    if (!archive) return forward(archive);
    std::vector<std::string> unread;
    auto sources = updated_sources(*archive, progress, unread);
    if (!sources) return forward(sources);
    return fetch_base(*archive, *sources, unread, name, progress);
}

std::optional<FetchedSource> newest_here(const std::string& name) {
    if (name != kNewest) return first_here([&](const FetchedSource& source) { return is_version_of(name, source.debian.kernel); });
    auto newest = newest_source();
    return newest ? std::optional(std::move(*newest)) : std::nullopt;
}

std::optional<FetchedSource> package_here(const std::string& version) {
    return first_here([&](const FetchedSource& source) { return source.debian.version == version; });
}

}  // namespace diobench
