// SPDX-License-Identifier: GPL-2.0-only
// diobench kernel build|remove; add and list are in files of their own
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/kernel_subcommands.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/build.h"
#include "bench/host/kernel/cache.h"

namespace diobench {

namespace {

struct KernelArguments {
    std::vector<std::string> names;
    fs::path tree;
    std::string rev;
    std::vector<std::string> allow_missing;
    std::string target = traits(Target::bzimage).name;
    bool force = false;
    bool json = false;
};

nlohmann::json to_json(const BuiltKernel& k) {
    return {{"name", k.name}, {"status", "ok"}, {"reason", ""}, {"base_version", k.base_version}, {"source", k.source},
            {"series", k.series}, {"purpose", k.purpose}, {"patch_sha256", k.patch_sha256}, {"config_sha256", k.config_sha256},
            {"image_sha256", k.image_sha256}, {"build_seconds", k.build_seconds}, {"build_cached", k.cached},
            {"image", k.image.string()}, {"absent_features", k.absent}, {"notes", k.notes}, {"config", k.config.string()}, {"system_map", k.system_map.string()}, {"log", k.log.string()}};
}

/// The kernel by its name, on its base.
Result<BuiltKernel> build_named(const NamedKernel& kernel, Bases& bases, const BuildOptions& options, Progress& progress) {
    auto source = bases.source(kernel.base, progress);
    if (!source) return forward(source);
    auto built = build_kernel(**source, kernel.chain.back().folder.string(), progress, options);
    if (built) built->name = kernel.name;
    return built;
}

Result<ExitCode> build_command(const KernelArguments& arguments) {
    if (arguments.tree.empty() && !arguments.rev.empty()) return fail("kernel build", "--rev " + arguments.rev, "it needs --tree DIR, the git tree that has this revision");
    if (auto s = check_kernels(arguments.names); !s) return forward(s);
    Progress progress("kernel source");
    Bases bases(arguments.tree, arguments.rev);
    BuildOptions options;
    options.force = arguments.force;
    options.allow_missing = arguments.allow_missing;
    for (Target target : kAllTargets)
        if (traits(target).name == arguments.target) options.target = target;
    nlohmann::json all = nlohmann::json::array();
    ExitCode code = ExitCode::ok;
    for (const auto& name : arguments.names) {
        auto kernel = resolve_kernel(name);
        if (!kernel) return forward(kernel);
        auto built = build_named(*kernel, bases, options, progress);
        if (!built) {
            if (interrupted()) return forward(built);
            progress.finish(coloured(fmt::format("{}: {}", name, built.error().message()), Colour::red, 2));
            all.push_back({{"name", name}, {"status", "build-failed"}, {"reason", built.error().message()}});
            code = built.error().code;
            continue;
        }
        all.push_back(to_json(*built));
        if (!arguments.json)
            fmt::print("{}  {}  {}  {}\n", coloured(built->name, Colour::bold), built->base_version,
                       built->cached ? "from the cache" : "built in " + seconds_text(built->build_seconds), built->image.string());
        for (const auto& note : built->notes) progress.finish(fmt::format("{}: {}", built->name, note));
        std::fflush(stdout);
    }
    if (arguments.json) fmt::print("{}\n", all.dump(1));
    return code;
}

Result<ExitCode> remove_command(const KernelArguments& arguments) {
    auto cached = list_kernels();
    if (!cached) return forward(cached);
    std::vector<std::string> built;
    for (const auto& entry : *cached) built.push_back(entry.kernel.name);
    Faults faults;
    for (const auto& name : arguments.names)
        if (std::find(built.begin(), built.end(), name) == built.end())
            faults.add(fail("remove kernel", name, "there is no build of it in the cache; `diobench kernel list` shows what there is" + did_you_mean(name, built)));
    if (auto s = faults.status(); !s) return forward(s);
    for (const auto& name : arguments.names) {
        size_t removed = 0;
        for (const auto& entry : *cached) {
            if (entry.kernel.name != name) continue;
            if (auto s = remove_kernel(entry.key); !s) return forward(s);
            ++removed;
        }
        fmt::print("{}: {} build{} removed\n", name, removed, removed == 1 ? "" : "s");
    }
    return ExitCode::ok;
}

}  // namespace

std::string seconds_text(double seconds) {
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long>(seconds + 0.5);
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

void register_kernel_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<KernelArguments>();
    CLI::App* kernel = app.add_subcommand("kernel", "Add patch series, build kernels from them, list them, remove their builds");
    kernel->require_subcommand(1);

    CLI::App* build = kernel->add_subcommand(
        "build",
        "Build the kernel of each series NAME (base: no patch) and print where its image is.\n"
        "A series is a folder with series.toml and patches: yours in ~/.config/diobench/series, those that come with diobench,\n"
        "or one elsewhere, given as ./FOLDER.\n"
        "Builds are kept by content: the same source, patches, configuration and compiler are never compiled twice,\n"
        "and going from one series to another compiles only what differs.\n\n"
        "Examples:\n"
        "  diobench kernel build base dio\n"
        "  diobench kernel build ~/patches/dio-v3\n"
        "  diobench kernel build base@6.1 dio@6.12.107 base@newest     bases that `kernel fetch` brought\n"
        "  diobench kernel build base@~/linux:v7.1\n"
        "  diobench kernel build dio --tree ~/linux --rev v6.12.40");
    build->add_option("NAME", arguments->names, "SERIES or SERIES@BASE; a series is a name, or a folder with a '/' in it")->required();
    add_source_options(*build, arguments->tree, arguments->rev, &arguments->allow_missing);
    std::vector<std::string> targets;
    for (Target target : kAllTargets) targets.emplace_back(traits(target).name);
    build->add_option("--target", arguments->target, "What to build: bzimage for QEMU, uml to run as a process, uml-checked the same with KASAN and lockdep")
        ->check(one_of(targets))->capture_default_str();
    build->add_flag("--force", arguments->force, "Run make even if the image is in the cache");
    build->add_flag("--json", arguments->json, "Print the builds as JSON on standard output");
    build->callback([arguments, &context] { context.body = [arguments] { return build_command(*arguments); }; });

    register_kernel_add(*kernel, context);
    register_kernel_list(*kernel, context);
    register_kernel_fetch(*kernel, context);

    CLI::App* remove = kernel->add_subcommand(
        "remove",
        "Remove every cached build of the series NAME.  The series itself stays (delete its folder to remove that); the next\n"
        "`kernel build` makes it again.\n\n"
        "Example:\n  diobench kernel remove dio");
    remove->add_option("NAME", arguments->names, "Series whose builds go")->required();
    remove->callback([arguments, &context] { context.body = [arguments] { return remove_command(*arguments); }; });
}

}  // namespace diobench
