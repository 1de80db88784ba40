// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/reproduce.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/common/image/mkfs.h"
#include "bench/common/plan/case_name.h"
#include "bench/guest/conformance/case.h"
#include "bench/host/kernel/build.h"
#include "bench/host/kernel/config.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/verify/reproducer.h"

namespace diobench {

namespace {

/// The configuration of our emulated disk, which no kernel but ours has.
constexpr std::string_view kOwnDiskFragment = "40-dmadisk.config";
constexpr int kShows = 1, kAllRight = 0;

/// All that the folder is about.
struct Recipe {
    const Reproducer& reproducer;
    const Case& about;
    std::vector<Series> chain;
    KernelSource source;
    fs::path folder;
};

Status copy_into(const fs::path& from, const fs::path& to) {
    std::error_code ec;
    fs::copy_file(from, to, ec);
    return ec ? fail_errno("copy", from.string(), ec.value()) : Status{};
}

Status write_image(const Recipe& recipe, uint64_t seed) {
    const TestImage& image = *recipe.reproducer.image;
    auto blobs = test_image_blobs(image, seed);
    if (!blobs) return forward(blobs);
    if (auto s = make_directories(recipe.folder / "images"); !s) return s;
    for (unsigned i = 0; i < image.blobs(); ++i)
        if (auto s = copy_into(blobs->at(i), recipe.folder / "images" / test_image_blob_name(image, i)); !s) return s;
    for (const auto& file : image.files) {
        const fs::path path = recipe.folder / "files" / image.name / file.name;
        if (auto s = make_directories(path.parent_path()); !s) return s;
        if (auto s = write_content(file.content(seed), path); !s) return s;
    }
    return {};
}

Status write_program(const Recipe& recipe) {
    const fs::path from = project_root() / "bench/host/verify/reproduce";
    for (const char* name : {"reproduce.c", "run.sh"})
        if (auto s = copy_into(from / name, recipe.folder / name); !s) return s;
    if (auto s = write_file_atomic(recipe.folder / "steps", join(recipe.reproducer.steps, "\n") + "\n"); !s) return s;
    return write_file_atomic(recipe.folder / "expected.txt", expected_output(recipe.reproducer));
}

Status write_config(const KernelSource& source, const fs::path& path, const fs::path& fragments, const std::vector<std::string>& subfolders) {
    auto all = requested_symbols(fragments, subfolders);
    if (!all) return forward(all);
    auto absent = absent_features(source);
    if (!absent) return forward(absent);
    auto config = config_for_tree(*all, *absent, source.version);
    if (!config) return forward(config);
    auto* symbols = &config->symbols;
    std::erase_if(*symbols, [](const ConfigSymbol& one) { return one.file.ends_with(kOwnDiskFragment); });
    return write_file_atomic(path, merged_config(*symbols));
}

/// Of a kernel for QEMU, and what `verify` adds.
Status write_configs(const Recipe& recipe) {
    const fs::path fragments = project_root() / "kernel-patches/config";
    if (auto s = write_config(recipe.source, recipe.folder / "kernel.config", fragments, traits(Target::bzimage).config_folders); !s) return s;
    return write_config(recipe.source, recipe.folder / "checks.config", fragments / "checked", {});
}

Status write_patches(const Recipe& recipe) {
    if (auto s = make_directories(recipe.folder / "patches"); !s) return s;
    unsigned number = 0;
    for (const auto& series : recipe.chain)
        for (const auto& patch : series.patches)
            if (auto s = copy_into(patch, recipe.folder / "patches" / fmt::format("{:02}-{}-{}", ++number, series.name, patch.filename().string())); !s) return s;
    return {};
}

std::string known_reason(const Recipe& recipe) {
    for (const auto& known : recipe.chain.back().known_failures)
        if (speaks_of(known.case_glob, recipe.about.name)) return "What is known of it: " + known.reason + ".\n\n";
    return "";
}

std::string image_text(const TestImage& image) {
    return fmt::format("`images/` holds {} ({}): `mkfs.erofs {}` of `files/{}`{}.\n", image.name, image.purpose, join(image.mkfs_options, " "), image.name,
                       image.chunk_bytes == 0 ? "" : fmt::format(" with --chunksize={}, after which the chunk map may have been edited", image.chunk_bytes));
}

Status write_readme(const Recipe& recipe) {
    const Series& series = recipe.chain.back();
    const bool patched = std::any_of(recipe.chain.begin(), recipe.chain.end(), [](const Series& one) { return !one.patches.empty(); });
    std::string text = fmt::format("# {} on {}\n\nRight is: {}\n(Source: {})\n\n{}", recipe.about.name, series.name, recipe.about.right, recipe.about.source, known_reason(recipe));
    text += fmt::format("## Build the kernel\nLinux {} ({}):\n\n```\ncd linux-{}\n{}make ARCH=x86_64 KCONFIG_ALLCONFIG=$FOLDER/kernel.config allnoconfig\n"
                        "make ARCH=x86_64 -j$(nproc) bzImage\n```\n\n",
                        recipe.source.version, recipe.source.description, recipe.source.version,
                        patched ? "for patch in $FOLDER/patches/*; do patch -p1 < $patch; done\n" : "");
    text += "`kernel.config` is small and complete. To have KASAN and lockdep as well, append `checks.config` to it.\n"
            "Any kernel will do that has what `kernel.config` asks for below fs/, drivers/block/ and the serial console.\n\n";
    text += "## Run\n```\n./run.sh BZIMAGE    # in QEMU, emulated: no KVM, no root\n./run.sh --here     # on the running kernel, as root\n```\n\n"
            "It ends with 1 if the fault shows and with 0 if all is right. `steps` is what it does: what is right, then the step.\n"
            "`reproduce.c`, daemon and reader in one, says what each step means.\n"
            "`expected.txt` is what is right, `wrong.txt` (if it is there) what the kernel above gave.\n\n";
    text += image_text(*recipe.reproducer.image);
    return write_file_atomic(recipe.folder / "README.md", text);
}

Status write_folder(const Recipe& recipe, uint64_t seed) {
    std::error_code ec;
    if (fs::exists(recipe.folder) && !fs::is_empty(recipe.folder, ec)) return fail("write reproducer into", recipe.folder.string(), "it is there already and not empty; --out DIR names another one");
    if (auto s = make_directories(recipe.folder); !s) return s;
    if (auto s = write_image(recipe, seed); !s) return s;
    if (auto s = write_program(recipe); !s) return s;
    if (auto s = write_configs(recipe); !s) return s;
    if (auto s = write_patches(recipe); !s) return s;
    return write_readme(recipe);
}

/// The folder's own script on the kernel: what it says is what a reader of the folder will see.
Result<ReproduceOutcome> try_folder(const Recipe& recipe, const fs::path& kernel_image) {
    auto ran = run_command({(recipe.folder / "run.sh").string(), kernel_image.string()});
    if (!ran) return forward(ran);
    ReproduceOutcome out{recipe.folder, FaultShown::unknown, ran->elapsed.count()};
    if (ran->exit_status == kAllRight) out.shown = FaultShown::no;
    if (ran->exit_status != kShows) return out;
    out.shown = FaultShown::yes;
    std::error_code ec;
    fs::rename(recipe.folder / "output.txt", recipe.folder / "wrong.txt", ec);
    if (ec) return fail_errno("rename", (recipe.folder / "output.txt").string(), ec.value());
    return out;
}

fs::path default_folder(std::string case_name) {
    std::replace(case_name.begin(), case_name.end(), '/', '-');
    return fs::path("out") / ("reproduce-" + case_name);
}

}  // namespace

Result<ReproduceOutcome> write_reproducer(const ReproduceOptions& options) {
    auto reproducer = find_reproducer(options.case_name);
    if (!reproducer) return forward(reproducer);
    auto named = resolve_kernel(options.kernel);
    if (!named) return forward(named);
    if (auto qemu = find_qemu(); !qemu) return forward(qemu);
    Progress progress("reproduce");
    Bases bases(options.tree, options.revision);
    auto source = bases.source(named->base, progress);
    if (!source) return forward(source);
    if (auto s = choose_variants(named->chain, (*source)->version); !s) return forward(s);
    const Recipe recipe{**reproducer, *find_case(options.case_name), std::move(named->chain), **source,
                        fs::absolute(options.output.empty() ? default_folder(options.case_name) : options.output)};
    if (auto s = write_folder(recipe, options.seed); !s) return forward(s);
    auto kernel = build_kernel(recipe.source, recipe.chain.back().folder.string(), progress);
    if (!kernel) return forward(kernel);
    progress.stage("boot " + recipe.chain.back().name);
    progress.update(0, 0, options.case_name);
    return try_folder(recipe, kernel->image);
}

}  // namespace diobench
