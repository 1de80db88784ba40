// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/build.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/cache.h"
#include "bench/host/kernel/config.h"
#include "bench/host/kernel/disk_space.h"
#include "bench/host/kernel/machine_patches.h"
#include "bench/host/kernel/object_count.h"
#include "bench/host/kernel/patch.h"
#include "bench/host/kernel/work_tree.h"

namespace diobench {

namespace {

fs::path config_dir_of(const BuildOptions& options) {
    return options.config_dir.empty() ? project_root() / "kernel-patches" / "config" : options.config_dir;
}

std::vector<fs::path> patches_of(const std::vector<Series>& chain) {
    std::vector<fs::path> out;
    for (const auto& series : chain) out.insert(out.end(), series.patches.begin(), series.patches.end());
    return out;
}

Result<std::string> hash_patches(const std::vector<fs::path>& patches) {
    std::string all;
    for (const auto& patch : patches) {
        auto data = read_file(patch);
        if (!data) return forward(data);
        all += sha256_hex(*data) + "\n";
    }
    return sha256_hex(all);
}

/// What the plan asked for and `kernel` (its .config) has; an error names all symbols that it did not take.
Status check_kernel_config(const BuildPlan& plan, const BuildOptions& options, BuiltKernel& kernel) {
    auto config = read_file(kernel.config);
    if (!config) return forward(config);
    ConfigCheck check = check_config(plan.config, plan.version, options.allow_missing, *config);
    kernel.absent = plan.absent;
    kernel.config_lines = std::move(check.lines);
    kernel.notes = plan.config.left_out;
    kernel.notes.insert(kernel.notes.end(), check.notes.begin(), check.notes.end());
    if (check.missing.empty()) return {};
    std::vector<std::string> lines, allow;
    for (const auto& m : check.missing) {
        lines.push_back(m.message());
        allow.push_back("--allow-missing " + m.wanted.name);
    }
    return fail("configure kernel", plan.chain.back().name,
                fmt::format("{} did not take {} of the requested symbols (a dependency is off, or this tree does not know them): {}.  To go on without: {}",
                            plan.version, check.missing.size(), join(lines, "; "), join(allow, " ")));
}

/// One build on its way through the work tree.
class Builder {
public:
    Builder(const KernelSource& source, const BuildPlan& plan, const BuildOptions& options, Progress& progress, fs::path log)
        : source_(source), plan_(plan), options_(options), progress_(progress), log_(std::move(log)) {}

    Status run(WorkTree& tree) {
        progress_.stage("kernel " + name());
        progress_.update(0, 0, "apply patches");
        auto patches = patches_of(plan_.machine);
        const auto arm = patches_of(plan_.chain);
        patches.insert(patches.end(), arm.begin(), arm.end());
        auto files = apply_patches(source_.tree, patches, log_);
        if (!files) return forward(files);
        auto touched = tree.apply(*files);
        if (!touched) return forward(touched);
        if (auto s = configure(tree, *files); !s) return s;
        // An interrupted run touched the files before us.
        if (tree.recovered())
            for (const auto& [path, content] : *files) touched->push_back(path);
        return compile(tree, *touched);
    }

private:
    [[nodiscard]] const std::string& name() const { return plan_.chain.back().name; }
    [[nodiscard]] tl::unexpected<Error> failed(std::string_view what, std::string_view why) const {
        return fail(what, name(), fmt::format("{}; the whole output is in {}", why, log_.string()));
    }

    Result<MakeResult> make(WorkTree& tree, const std::vector<std::string>& goals, const std::function<void(std::string_view)>& on_object = {}) {
        return run_make(tree.source(), tree.objects(), options_.target, goals, log_, tree.make_lock(), on_object);
    }

    /// A configuration is as asked for, the tools that it probed and the Kconfig files it is read from.
    std::string config_identity(const PatchedFiles& files) const {
        std::string all = plan_.merged_config + plan_.toolchain;
        for (const auto& [path, content] : files)
            if (path.find("Kconfig") != std::string::npos) all += path + sha256_hex(content ? content->data : "deleted");
        return sha256_hex(all);
    }

    Status configure(WorkTree& tree, const PatchedFiles& files) {
        const std::string identity = config_identity(files);
        if (tree.configured() == identity) return {};
        progress_.update(0, 0, "configure");
        if (auto s = tree.begin_configure(); !s) return s;
        const fs::path merged = tree.objects() / "requested.config";
        if (auto s = write_file_atomic(merged, plan_.merged_config); !s) return s;
        for (const auto& goals : {std::vector<std::string>{"KCONFIG_ALLCONFIG=" + merged.string(), "allnoconfig"}, {"olddefconfig"}}) {
            auto made = make(tree, goals);
            if (!made) return forward(made);
            // A full disk leaves the configuration "unfinished".
            if (made->disk_full) return tl::unexpected(disk_full_error("configure kernel " + name(), tree.objects()));
            if (!made->ok) return end_failed_configure(tree, failed("configure kernel", made->failure));
        }
        BuiltKernel configured;
        configured.config = tree.objects() / ".config";
        if (auto s = check_kernel_config(plan_, options_, configured); !s) return end_failed_configure(tree, std::move(s));
        auto synced = make(tree, {"syncconfig"});
        if (!synced) return forward(synced);
        if (synced->disk_full) return tl::unexpected(disk_full_error("configure kernel " + name(), tree.objects()));
        if (!synced->ok) return end_failed_configure(tree, failed("configure kernel", synced->failure));
        return tree.end_configure(identity);
    }

    /// make came to its own end: what is there is whole, only not what was asked for.
    static Status end_failed_configure(WorkTree& tree, Status error) {
        if (auto s = tree.end_configure(""); !s) return s;
        return error;
    }

    size_t expected_objects(const WorkTree& tree, const std::vector<std::string>& touched) const {
        size_t full = tree.full_count();
        if (full == 0) {
            auto config = read_file(tree.objects() / ".config");
            full = config ? estimate_objects(tree.source(), traits(options_.target).source_arch, *config) : 0;
        }
        const size_t present = tree.count_objects();
        const size_t absent = full > present ? full - present : 0;
        return absent + (touched.empty() ? 0 : count_affected_objects(tree.objects(), touched));
    }

    Status compile(WorkTree& tree, const std::vector<std::string>& touched) {
        const size_t total = expected_objects(tree, touched);
        if (auto s = tree.begin_make(); !s) return s;
        progress_.stage("kernel " + name());
        size_t done = 0;
        auto made = make(tree, {traits(options_.target).goal}, [&](std::string_view object) {
            ++done;
            // An estimate that proved too small is no longer shown.
            progress_.update(done, done <= total ? total : 0, object);
        });
        if (!made) return forward(made);
        if (made->disk_full) {
            const Error full = disk_full_error("build kernel " + name(), tree.objects());
            if (auto s = tree.abandon_make(); !s) return s;
            return tl::unexpected(full);
        }
        if (auto s = tree.end_make(); !s) return s;
        if (!made->ok) return failed("compile kernel", made->failure);
        return tree.remember_full_count();
    }

    const KernelSource& source_;
    const BuildPlan& plan_;
    const BuildOptions& options_;
    Progress& progress_;
    fs::path log_;
};

Result<BuiltKernel> describe(const WorkTree& tree, const KernelSource& source, const BuildPlan& plan, const BuildOptions& options) {
    const Target target = options.target;
    BuiltKernel out;
    out.name = plan.chain.back().name;
    out.target = target;
    out.purpose = plan.chain.back().purpose;
    out.base_version = source.version;
    out.source = source.description;
    for (const auto& series : plan.chain) out.series.push_back(series.name);
    out.patch_sha256 = plan.patch_sha256;
    out.toolchain = plan.toolchain;
    out.image = tree.objects() / traits(target).image;
    out.config = tree.objects() / ".config";
    out.system_map = tree.objects() / "System.map";
    auto image = sha256_of_file(out.image);
    auto config = sha256_of_file(out.config);
    if (!image) return forward(image);
    if (!config) return forward(config);
    out.image_sha256 = *image;
    out.config_sha256 = *config;
    if (auto s = check_kernel_config(plan, options, out); !s) return forward(s);
    return out;
}

/// The cached kernel under the names of the series that asks for it now; `damage` as in find_kernel().
Result<std::optional<BuiltKernel>> look_up(const BuildPlan& plan, const BuildOptions& options, std::string& damage) {
    auto found = find_kernel(plan.key, damage);
    if (!found || !found->has_value()) return found;
    if (auto s = check_kernel_config(plan, options, **found); !s) return forward(s);
    (*found)->name = plan.chain.back().name;
    (*found)->purpose = plan.chain.back().purpose;
    (*found)->series.clear();
    for (const auto& series : plan.chain) (*found)->series.push_back(series.name);
    return found;
}

Result<BuiltKernel> build_now(const KernelSource& source, const BuildPlan& plan, const BuildOptions& options, Progress& progress) {
    const auto started = std::chrono::steady_clock::now();
    auto tree = WorkTree::open(source, traits(options.target).name, progress);
    if (!tree) return forward(tree);
    if (!options.force) {
        // Whoever held the tree may have built just this.
        std::string damage;
        auto found = look_up(plan, options, damage);
        if (!found) return forward(found);
        if (found->has_value()) return std::move(**found);
    }
    if (tree->recovered()) progress.finish("the last build was interrupted: what it left unfinished is compiled again");
    const fs::path log = cache_root() / "logs" / fmt::format("{}-{}.log", plan.chain.back().name, plan.key.substr(0, 12));
    if (auto s = make_directories(log.parent_path()); !s) return forward(s);
    if (auto s = write_file_atomic(log, ""); !s) return forward(s);
    if (auto s = Builder(source, plan, options, progress, log).run(*tree); !s) return forward(s);

    auto built = describe(*tree, source, plan, options);
    if (!built) return built;
    built->log = log;
    built->build_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    std::string damage;
    auto before = find_kernel(plan.key, damage);
    if (before && before->has_value() && (*before)->image_sha256 != built->image_sha256)
        progress.finish(fmt::format("the same source, patches, configuration and compiler gave another image than before ({} to {}): "
                                    "numbers of the two are not of one kernel", (*before)->image_sha256.substr(0, 12), built->image_sha256.substr(0, 12)));
    if (auto s = store_kernel(plan.key, *built); !s) return forward(s);
    std::error_code ec;
    fs::remove(log, ec);
    auto stored = find_kernel(plan.key, damage);
    if (!stored) return forward(stored);
    if (!stored->has_value()) return fail("store kernel", plan.key, damage);
    (*stored)->cached = false;
    if (auto s = check_kernel_config(plan, options, **stored); !s) return forward(s);
    return std::move(**stored);
}

}  // namespace

Result<BuildPlan> plan_build(const KernelSource& source, const std::string& series, const BuildOptions& options) {
    BuildPlan out;
    auto chain = resolve_series(series);
    if (!chain) return forward(chain);
    out.chain = std::move(*chain);
    if (auto s = choose_variants(out.chain, source.version); !s) return forward(s);
    auto patches = hash_patches(patches_of(out.chain));
    if (!patches) return forward(patches);
    out.patch_sha256 = *patches;
    auto machine = machine_patches(options.target, source.version);
    if (!machine) return forward(machine);
    out.machine = std::move(*machine);
    auto machine_sha256 = hash_patches(patches_of(out.machine));
    if (!machine_sha256) return forward(machine_sha256);
    auto requested = requested_symbols(config_dir_of(options), traits(options.target).config_folders);
    if (!requested) return forward(requested);
    auto absent = absent_features(source);
    if (!absent) return forward(absent);
    auto config = config_for_tree(*requested, *absent, source.version);
    if (!config) return forward(config);
    out.version = source.version;
    out.absent = std::move(*absent);
    out.config = std::move(*config);
    out.merged_config = merged_config(out.config.symbols);
    auto toolchain = toolchain_version();
    if (!toolchain) return forward(toolchain);
    out.toolchain = *toolchain;
    std::vector<std::string> parts = {source.sha256, source.version, out.patch_sha256, out.merged_config, out.toolchain,
                                      join(make_variables(options.target), " "), traits(options.target).goal};
    if (!out.machine.empty()) parts.push_back(*machine_sha256);
    out.key = sha256_hex(join(parts, "\n"));
    return out;
}

Result<BuiltKernel> build_kernel(const KernelSource& source, const std::string& series, Progress& progress, const BuildOptions& options) {
    auto plan = plan_build(source, series, options);
    if (!plan) return forward(plan);
    if (!options.force) {
        std::string damage;
        auto found = look_up(*plan, options, damage);
        if (!found) return forward(found);
        if (found->has_value()) return std::move(**found);
        if (!damage.empty()) progress.finish("the cached kernel is damaged and is built again: " + damage);
    }
    auto built = build_now(source, *plan, options, progress);
    if (!built) return tl::unexpected(explain_full_disk(built.error(), cache_root()));
    return built;
}

}  // namespace diobench
