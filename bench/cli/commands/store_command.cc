// SPDX-License-Identifier: GPL-2.0-only
// diobench store: what the store of results is, and all of it into another one.
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/command.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

struct StoreArguments {
    std::string from;
    std::string to;
    bool json = false;
};

/// A store that has to be there.
Result<ResultStore> open_named(const StoreAddress& address) {
    auto store = ResultStore::open_existing(address);
    if (!store) return forward(store);
    if (!*store) return fail("open store", address.text(), "there is none: name a file of SQLite or postgresql://[user@]host/database");
    return std::move(**store);
}

Json info_json(const StoreInfo& info) {
    return {{"address", info.address}, {"engine", info.engine}, {"schema_version", info.schema_version}, {"runs", info.runs}, {"cells", info.cells}, {"judgements", info.judgements},
            {"pins", info.pins}, {"oldest", info.oldest}, {"newest", info.newest}, {"size_bytes", info.size_bytes}};
}

Result<ExitCode> show_info(bool json) {
    auto store = open_named(default_store());
    if (!store) return forward(store);
    auto info = store->info();
    if (!info) return forward(info);
    if (json) {
        fmt::print("{}\n", info_json(*info).dump(1));
        return ExitCode::ok;
    }
    fmt::print("{}\n{}, schema version {}, {} on disk\n", info->address, info->engine, info->schema_version, human_bytes(static_cast<double>(info->size_bytes)));
    fmt::print("{} runs with {} cells{}, {} gates and nights, {} pins\n", info->runs, info->cells, info->runs > 0 ? fmt::format(", {} to {}", info->oldest, info->newest) : "", info->judgements,
               info->pins);
    return ExitCode::ok;
}

Result<ExitCode> copy(const std::string& from_text, const std::string& to_text) {
    auto from = open_named(StoreAddress::parse(from_text));
    if (!from) return forward(from);
    auto to = ResultStore::open(StoreAddress::parse(to_text));
    if (!to) return forward(to);
    Progress progress("copy");
    auto copied = from->copy_to(*to, [&](std::string_view kind, size_t done, size_t total) { progress.update(done, total, kind); });
    if (!copied) return forward(copied);
    std::string told = "copied and compared";
    for (const auto& kind : *copied)
        told += fmt::format("\n  {:<18} {} added, {} replaced, {} there already; {} rows", kind.name, kind.added, kind.replaced, kind.same, kind.rows);
    progress.finish(told);
    return ExitCode::ok;
}

}  // namespace

void register_store_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<StoreArguments>();
    auto* command = app.add_subcommand("store", "Look at the store of results, copy it from SQLite to PostgreSQL or back");
    command->footer("Examples:\n"
                    "  diobench store info\n"
                    "  diobench store copy ~/.cache/diobench/results.sqlite postgresql://diobench@lab/results");
    command->require_subcommand(1);
    auto* info = command->add_subcommand("info", "Where it is, what is in it, and how large it is");
    info->footer("Example:\n  diobench store info --store postgresql://diobench@lab/results");
    info->add_flag("--json", arguments->json, "Print JSON");
    info->callback([&context, arguments] { context.body = [arguments] { return show_info(arguments->json); }; });
    auto* copying = command->add_subcommand("copy", "Copy all runs, verdicts and pins, and compare them; what is there already is left, what differs is replaced");
    copying->footer("Example:\n  diobench store copy results.sqlite postgresql://diobench@lab/results\nOne that was ended goes on where it was when it is called again.");
    copying->add_option("FROM", arguments->from, "A file of SQLite, or postgresql://...")->required();
    copying->add_option("TO", arguments->to, "The same; it is made if it is not there")->required();
    copying->callback([&context, arguments] { context.body = [arguments] { return copy(arguments->from, arguments->to); }; });
}

}  // namespace diobench
