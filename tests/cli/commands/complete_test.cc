// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/complete.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/commands/program.h"

using namespace diobench;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

namespace {

class CompletionTest : public ::testing::Test {
protected:
    std::vector<std::string> words(const std::vector<std::string>& line) {
        std::vector<std::string> out;
        for (const auto& candidate : complete(*app_, line).words) out.push_back(candidate.word);
        return out;
    }
    Completion::Files files(const std::vector<std::string>& line) { return complete(*app_, line).files; }

    CommandContext context_;
    std::unique_ptr<CLI::App> app_ = make_app(context_);
};

/// Every command, the program itself among them.
void each_command(CLI::App& command, const std::function<void(CLI::App&)>& visit) {
    visit(command);
    for (CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) each_command(*one, visit);
}

}  // namespace

TEST_F(CompletionTest, CommandsAndTheirCommands) {
    EXPECT_THAT(words({"ver"}), ElementsAre("verify"));
    EXPECT_THAT(words({"kernel", ""}), testing::IsSupersetOf({"add", "build", "list", "remove"}));
    EXPECT_THAT(words({""}), Contains("doctor"));
    EXPECT_THAT(words({}), Contains("doctor"));
    EXPECT_THAT(words({"nothing", "at", "all"}), IsEmpty());
}

TEST_F(CompletionTest, OptionsOfTheCommand) {
    EXPECT_THAT(words({"run", "--mach"}), ElementsAre("--machine"));
    EXPECT_THAT(words({"run", "--"}), Contains("--quiet"));
    EXPECT_THAT(words({"report", "--"}), Not(Contains("--kernel")));
}

TEST_F(CompletionTest, NamesOfWhatThereIs) {
    EXPECT_THAT(words({"run", "--kernel", "dio"}), ElementsAre("dio", "dio-sync"));
    EXPECT_THAT(words({"verify", "dio", "fall"}), ElementsAre("fallback"));
    EXPECT_THAT(words({"kernel", "build", "fall"}), ElementsAre("fallback"));
    EXPECT_THAT(words({"kernel", "add", "fall"}), IsEmpty()) << "of a new series there is no name";
    EXPECT_THAT(words({"run", "--suite", "head"}), ElementsAre("headline"));
    EXPECT_THAT(words({"run", "--kernel=fall"}), ElementsAre("--kernel=fallback"));
    EXPECT_THAT(words({"gate", "--metric", "latency_ns.mea"}), IsEmpty()) << "gate has no such option";
    EXPECT_THAT(words({"bisect", "--metric", "latency_ns.mea"}), ElementsAre("latency_ns.mean"));
    EXPECT_THAT(words({"run", "--kernel", "base", "--kernel", "fall"}), ElementsAre("fallback"));
}

TEST_F(CompletionTest, WordsOfWhichOneIsRight) { EXPECT_THAT(words({"run", "--color", "a"}), testing::UnorderedElementsAre("auto", "always")); }

TEST_F(CompletionTest, CellsPartByPart) {
    EXPECT_THAT(words({"plan", "--filter", "rand-r"}), ElementsAre("rand-read/"));
    EXPECT_THAT(words({"plan", "--filter", "rand-read/"}), Contains("rand-read/fscache/"));
    EXPECT_THAT(words({"plan", "--suite", "headline", "--filter", ""}), ElementsAre("headline/"));
    EXPECT_THAT(words({"verify", "--case", "dat"}), ElementsAre("data/"));
}

TEST_F(CompletionTest, Conditions) {
    EXPECT_THAT(words({"plan", "--where", "block"}), ElementsAre("block_size="));
    EXPECT_THAT(words({"plan", "--where", "io=d"}), ElementsAre("io=direct"));
    EXPECT_THAT(words({"plan", "--where", "io=direct,cache_state=local|rem"}), ElementsAre("io=direct,cache_state=local|remote"));
    EXPECT_THAT(words({"plan", "--where", "nothing="}), IsEmpty());
}

TEST_F(CompletionTest, FilesAreTheShells) {
    EXPECT_EQ(files({"run", "--fio-job", ""}), Completion::Files::files);
    EXPECT_EQ(files({"report", ""}), Completion::Files::folders);
    EXPECT_EQ(files({"kernel", "add", "mine", ""}), Completion::Files::files);
    EXPECT_EQ(files({"run", "--kernel", ""}), Completion::Files::none);
    EXPECT_EQ(completion_text({{{"a", "what"}, {"b", ""}}, Completion::Files::folders}), "a\twhat\nb\n:folders\n");
}

TEST_F(CompletionTest, EveryValueIsDecidedOn) {
    each_command(*app_, [](CLI::App& command) {
        for (CLI::Option* option : command.get_options())
            EXPECT_TRUE(has_completion(command, *option)) << command.get_name() << " " << option->get_name() << ": say in bench/cli/commands/complete.cc what its values are";
    });
}
