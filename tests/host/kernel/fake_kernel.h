// SPDX-License-Identifier: GPL-2.0-only
// A project and a "kernel" of three C files whose Makefile understands the
// goals and variables that kbuild does, so that whole builds take
// milliseconds.  An "object" is the source it was made from and the image is
// all objects in a row: what went into an image can be read from it.
#pragma once

#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

#include "bench/common/base/files.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/build.h"
#include "bench/host/kernel/cache.h"

namespace diobench {

// FAKE_COUNT: file that gets a line for each compiled object.
// FAKE_HANG:  file that appears when a half-written b.o lies there and its compiler hangs; it ends well later.
// FAKE_FULL:  the disk is full in the middle of an object, which stays.
inline constexpr const char* kFakeMakefile = R"MK(
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 50
EXTRAVERSION =
objects := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard *.c)))
.DELETE_ON_ERROR:
bzImage: $(O)/arch/x86/boot/bzImage
$(O)/arch/x86/boot/bzImage: $(objects) $(O)/include/config/auto.conf
	@mkdir -p $(@D); cat $(objects) $(O)/.config > $@; echo "symbols" > $(O)/System.map
$(O)/%.o: %.c common.h
	@echo "  CC      $*.o"
	@if [ -n "$$FAKE_COUNT" ]; then echo $* >> $$FAKE_COUNT; fi
	@if [ -n "$$FAKE_HANG" -a $* = b ]; then echo half > $@; touch $$FAKE_HANG; sleep 10; exit 0; fi; \
	 if [ -n "$$FAKE_FULL" ]; then echo half > $@; (sleep 0.3; echo half > $@) & cat $@ > /dev/full || exit 1; fi; \
	 gcc -fsyntax-only $(CURDIR)/$< && cat $< common.h > $@ && echo "cmd" > $(O)/.$*.o.cmd
allnoconfig:
	@grep -v UNKNOWN $(KCONFIG_ALLCONFIG) > $(O)/.config
olddefconfig:
	@true
syncconfig:
	@mkdir -p $(O)/include/config; cmp -s $(O)/.config $(O)/include/config/auto.conf || cp $(O)/.config $(O)/include/config/auto.conf
)MK";

class FakeKernel : public ::testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-kernel-test");
        ASSERT_TRUE(made);
        folder_ = std::make_unique<TempDirectory>(std::move(*made));
        ::setenv("DIOBENCH_ROOT", root().c_str(), 1);
        ::setenv("DIOBENCH_CACHE", cache().c_str(), 1);
        ::setenv("XDG_CONFIG_HOME", config().c_str(), 1);
        for (const char* name : {"FAKE_COUNT", "FAKE_HANG", "FAKE_FULL"}) ::unsetenv(name);
        write(root() / "kernel-patches/config/00-base.config", "CONFIG_A=y\n# CONFIG_B is not set\n");
        write(root() / "kernel-patches/features.toml", "[[feature]]\nname = \"a\"\nwhat = \"A\"\nfile = \"a.c\"\ntext = \"int a0\"\nsince = \"6.1\"\n");
        write(tree() / "Makefile", kFakeMakefile);
        write(tree() / "common.h", "// common\n");
        write(tree() / "a.c", lines("a"));
        write(tree() / "b.c", lines("b"));
        write(tree() / "c.c", lines("c"));
        add_series("base", "", {});
    }
    void TearDown() override {
        for (const char* name : {"DIOBENCH_ROOT", "DIOBENCH_CACHE", "XDG_CONFIG_HOME"}) ::unsetenv(name);
    }

    fs::path root() const { return folder_->path() / "root"; }
    fs::path cache() const { return folder_->path() / "cache"; }
    fs::path config() const { return folder_->path() / "config"; }
    fs::path tree() const { return folder_->path() / "tree"; }
    fs::path scratch() const { return folder_->path(); }

    static void write(const fs::path& path, std::string_view text) {
        ASSERT_TRUE(make_directories(path.parent_path()));
        ASSERT_TRUE(write_file_atomic(path, text));
    }

    /// The folder of the only work tree there is.
    fs::path work_tree() const {
        for (const auto& entry : fs::directory_iterator(cache() / "trees"))
            if (entry.is_directory()) return entry.path();
        return {};
    }

    /// Ten declarations, long enough for a patch to have context.
    static std::string lines(const std::string& name) {
        std::string out;
        for (int i = 0; i < 10; ++i) out += "int " + name + std::to_string(i) + ";\n";
        return out;
    }

    /// A patch that replaces `from` by `to` in the pristine file `name`.
    std::string patch_of(const std::string& name, const std::string& from, const std::string& to) {
        TempDirectory work = *TempDirectory::create(scratch(), "diff");
        std::string text = *read_file(tree() / name);
        write(work.path() / "a" / name, text);
        text.replace(text.find(from), from.size(), to);
        write(work.path() / "b" / name, text);
        CommandOptions options;
        options.working_directory = work.path();
        return run_command({"diff", "-u", "a/" + name, "b/" + name}, options)->output;
    }

    /// A series folder with these patches (name, text) and further lines of series.toml.
    fs::path add_series(const std::string& name, const std::string& more, const std::vector<std::pair<std::string, std::string>>& patches) {
        const fs::path folder = root() / "kernel-patches/series" / name;
        std::vector<std::string> names;
        for (const auto& [file, text] : patches) {
            write(folder / file, text);
            names.push_back("\"" + file + "\"");
        }
        write(folder / "series.toml", "name = \"" + name + "\"\npurpose = \"test\"\nbase = { min = \"6.12.7\", max = \"6.12.999\" }\npatches = [" +
                                          join(names, ", ") + "]\n" + more);
        return folder;
    }

    Result<BuiltKernel> build(const std::string& series, bool force = false) {
        Progress progress("test");
        auto source = tree_source(tree(), "", progress);
        if (!source) return forward(source);
        BuildOptions options;
        options.force = force;
        return build_kernel(*source, series, progress, options);
    }

    /// Builds, and gives what was compiled, in order.
    Result<BuiltKernel> build_counting(const std::string& series, std::string& compiled) {
        const fs::path count = scratch() / "count";
        std::error_code ec;
        fs::remove(count, ec);
        ::setenv("FAKE_COUNT", count.c_str(), 1);
        auto built = build(series);
        ::unsetenv("FAKE_COUNT");
        auto text = read_file(count);
        auto names = split(text ? trim(*text) : "", '\n');
        std::sort(names.begin(), names.end());
        compiled = join(names, " ");
        return built;
    }

    static std::string image_of(const Result<BuiltKernel>& built) {
        EXPECT_TRUE(built) << built.error().message();
        return built ? *read_file(built->image) : "";
    }

private:
    std::unique_ptr<TempDirectory> folder_;
};

}  // namespace diobench
