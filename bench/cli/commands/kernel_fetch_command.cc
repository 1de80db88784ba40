// SPDX-License-Identifier: GPL-2.0-only
// diobench kernel fetch|sources
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/cli/commands/kernel_subcommands.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/fetch_base.h"
#include "bench/host/kernel/source.h"

namespace diobench {

namespace {

struct FetchArguments {
    std::vector<std::string> names;
    bool list = false;
    bool json = false;
};

nlohmann::json to_json(const DebianSource& source) {
    return {{"kernel", source.kernel}, {"package", source.package}, {"version", source.version}, {"suite", source.suite}};
}

nlohmann::json to_json(const FetchedSource& source) {
    auto out = to_json(source.debian);
    out["fetched_at"] = source.fetched_at;
    out["tarball"] = source.tarball.string();
    return out;
}

std::string row(const DebianSource& source) { return fmt::format("{:<10} {:<20} {:<22} {}", source.kernel, source.package, source.version, source.suite); }

void print_available(const std::vector<DebianSource>& sources, const std::string& updated_at) {
    fmt::print("\n{}\n", coloured(fmt::format("can be fetched (Debian's lists of {}):", updated_at), Colour::bold));
    for (const auto& source : sources) fmt::print("  {}\n", row(source));
}

void print_fetched(const std::vector<FetchedSource>& sources) {
    const auto newest = newest_source();
    const auto installed = known_distribution_source();
    fmt::print("{}\n", coloured("here:", Colour::bold));
    if (installed) fmt::print("  {:<10} {}  (the default base)\n", installed->version, installed->description);
    else fmt::print("  {:<10} {}\n", "default", installed.error().message());
    for (const auto& source : sources)
        fmt::print("  {}{}\n", row(source.debian), newest && newest->tarball == source.tarball ? "  (@newest)" : "");
}

void print_one(const std::string& name, const FetchedBase& fetched) {
    fmt::print("{}  {}  {}, {}\n", coloured("@" + name, Colour::bold), fetched.source.debian.kernel, fetched.source.description(), fetched.fresh ? "fetched" : "was here");
}

/// The point release of this name, if it is here: what it is cannot change.
const FetchedSource* find_here(const std::vector<FetchedSource>& here, const std::string& name) {
    auto found = std::find_if(here.begin(), here.end(), [&](const FetchedSource& one) { return one.debian.kernel == name; });
    return found == here.end() ? nullptr : &*found;
}

Result<ExitCode> fetch_names(DebianArchive& archive, const FetchArguments& arguments, Progress& progress) {
    const auto here = fetched_sources();
    const bool all_here = std::all_of(arguments.names.begin(), arguments.names.end(), [&](const auto& name) { return find_here(here, name) != nullptr; });
    std::vector<std::string> unread;
    auto sources = all_here ? Result<std::vector<DebianSource>>() : updated_sources(archive, progress, unread);
    if (!sources) return forward(sources);
    Faults faults;
    nlohmann::json all = nlohmann::json::array();
    for (const auto& name : arguments.names) {
        const FetchedSource* known = find_here(here, name);
        auto fetched = known != nullptr ? Result<FetchedBase>(FetchedBase{*known, false}) : fetch_base(archive, *sources, unread, name, progress);
        if (interrupted()) return interrupted_error(kFetch);
        faults.add(fetched);
        if (!fetched) continue;
        all.push_back(to_json(fetched->source));
        all.back()["name"] = name;
        all.back()["fetched_now"] = fetched->fresh;
        if (!arguments.json) print_one(name, *fetched);
    }
    if (!unread.empty()) progress.finish(coloured("note: " + unread_text(unread), Colour::yellow, 2));
    if (arguments.json) fmt::print("{}\n", json_text(all, 1));
    if (auto s = faults.status(); !s) return forward(s);
    return ExitCode::ok;
}

Result<ExitCode> list_available(DebianArchive& archive, const FetchArguments& arguments, Progress& progress) {
    std::vector<std::string> unread;
    auto sources = updated_sources(archive, progress, unread);
    if (!sources) return forward(sources);
    if (!unread.empty()) progress.finish(coloured("note: " + unread_text(unread), Colour::yellow, 2));
    if (arguments.json) {
        nlohmann::json all = nlohmann::json::array();
        for (const auto& source : *sources) all.push_back(to_json(source));
        fmt::print("{}\n", json_text(all, 1));
        return ExitCode::ok;
    }
    for (const auto& source : *sources) fmt::print("{}\n", row(source));
    return ExitCode::ok;
}

Result<ExitCode> fetch_command(const FetchArguments& arguments) {
    if (arguments.list == !arguments.names.empty())
        return fail(kFetch, "", arguments.list ? "--list only lists: leave the names out" : "which kernel?  6.1, 6.12.107, newest, or --list");
    Progress progress(kFetch);
    auto archive = DebianArchive::open();
    if (!archive) return forward(archive);
    return arguments.list ? list_available(*archive, arguments, progress) : fetch_names(*archive, arguments, progress);
}

Result<ExitCode> sources_command(bool json) {
    auto archive = DebianArchive::open();
    if (!archive) return forward(archive);
    const auto fetched = fetched_sources();
    const std::string updated_at = archive->updated_at();
    std::vector<DebianSource> available;
    if (!updated_at.empty()) {
        auto sources = archive->sources();
        if (!sources) return forward(sources);
        available = std::move(*sources);
    }
    if (!json) {
        print_fetched(fetched);
        if (updated_at.empty()) fmt::print("\nwhat could be had is not known yet: `diobench kernel fetch --list` asks Debian\n");
        else print_available(available, updated_at);
        return ExitCode::ok;
    }
    nlohmann::json out = {{"default", nullptr}, {"newest", nullptr}, {"fetched", nlohmann::json::array()}, {"available", nlohmann::json::array()},
                          {"lists_of", updated_at.empty() ? nlohmann::json() : nlohmann::json(updated_at)}};
    if (const auto installed = known_distribution_source()) out["default"] = {{"kernel", installed->version}, {"source", installed->description}};
    if (const auto newest = newest_source()) out["newest"] = newest->debian.kernel;
    for (const auto& source : fetched) out["fetched"].push_back(to_json(source));
    for (const auto& source : available) out["available"].push_back(to_json(source));
    fmt::print("{}\n", json_text(out, 1));
    return ExitCode::ok;
}

}  // namespace

void register_kernel_fetch(CLI::App& kernel, CommandContext& context) {
    auto arguments = std::make_shared<FetchArguments>();
    CLI::App* fetch = kernel.add_subcommand(
        "fetch",
        "Bring the kernel source BASE into the cache, for kernels named SERIES@BASE: 6.1 (its newest point release),\n"
        "6.12.107 (that one), or newest (of all).  They are Debian's packages linux-source-*, of every suite that has some,\n"
        "checked by apt's signatures, by an apt configuration of our own: no root, and the system's stays as it is.\n"
        "What is here is not fetched again; a download that was interrupted goes on.\n\n"
        "Examples:\n"
        "  diobench kernel fetch newest 6.1 6.12.107\n"
        "  diobench kernel fetch --list");
    fetch->add_option("BASE", arguments->names, "6.1, 6.12.107, newest");
    fetch->add_flag("--list", arguments->list, "Only ask Debian what could be fetched");
    fetch->add_flag("--json", arguments->json, "Print it as JSON");
    fetch->callback([arguments, &context] { context.body = [arguments] { return fetch_command(*arguments); }; });

    CLI::App* sources = kernel.add_subcommand("sources", "List the kernel sources that are here, and what could be fetched as far as it is known");
    sources->footer("Example:\n  diobench kernel sources");
    sources->add_flag("--json", arguments->json, "Print them as JSON");
    sources->callback([arguments, &context] { context.body = [arguments] { return sources_command(arguments->json); }; });
}

}  // namespace diobench
