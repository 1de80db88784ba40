// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/man_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/commands/program.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;

TEST(ManPages, OneForEachCommand) {
    CommandContext context;
    const auto app = make_app(context);
    const auto pages = man_pages(*app, "1.2");
    for (const char* name : {"diobench.1", "diobench-run.1", "diobench-kernel.1", "diobench-kernel-build.1"}) EXPECT_TRUE(pages.contains(name)) << name;
    EXPECT_THAT(pages.at("diobench.1"), HasSubstr("\\fBdiobench\\-kernel\\fR(1)"));
    EXPECT_THAT(pages.at("diobench-kernel-build.1"), HasSubstr("diobench 1.2"));
}

TEST(ManPages, TextIsTakenLiterally) {
    CLI::App app("What it does\n.hidden 'text' and C:\\x\n\nExample:\n  tool --all ~/x   # a comment\nThe end", "tool");
    app.add_option("--name,-n", "A name - or none")->option_text("WHO");
    const std::string page = man_pages(app, "1").at("tool.1");
    EXPECT_THAT(page, HasSubstr(".SH NAME\ntool \\- What it does\n"));
    EXPECT_THAT(page, HasSubstr("\\&.hidden \\(aqtext\\(aq and C:\\ex\n"));
    EXPECT_THAT(page, HasSubstr(".EX\n\\&  tool \\-\\-all \\(ti/x   # a comment\n.EE\n.PP\nThe end\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-n\\fR, \\fB\\-\\-name\\fR WHO\nA name \\- or none\n"));
    EXPECT_THAT(page, Not(HasSubstr("\n\n")));
}

TEST(Commands, EachGivesAnExample) {
    CommandContext context;
    const auto app = make_app(context);
    const std::function<void(const CLI::App&)> look = [&](const CLI::App& command) {
        const auto below = command.get_subcommands([](const CLI::App*) { return true; });
        for (const CLI::App* one : below) look(*one);
        if (!below.empty()) return;
        EXPECT_THAT(command.get_description() + "\n" + command.get_footer(), HasSubstr("\n  diobench ")) << command.get_name();
    };
    look(*app);
}
