// SPDX-License-Identifier: GPL-2.0-only
// scripts/setup against what the code and the build ask for.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

using namespace diobench;

namespace {

std::string setup_path() { return (project_root() / "scripts" / "setup").string(); }

std::set<std::string> listed_packages() {
    auto ran = run_checked({setup_path(), "--tests", "--list"});
    EXPECT_TRUE(ran) << ran.error().message();
    std::set<std::string> out;
    for (const auto& line : split(ran->output, '\n'))
        if (!line.empty()) out.insert(line.substr(0, line.find(' ')));
    return out;
}

/// Every first group of `pattern` in `text`.
std::set<std::string> matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> out;
    for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it) out.insert((*it)[1]);
    return out;
}

std::string all_sources() {
    std::string out;
    for (const auto& entry : fs::recursive_directory_iterator(project_root() / "bench"))
        if (entry.path().extension() == ".cc") out += read_file(entry.path()).value();
    return out;
}

}  // namespace

TEST(Setup, EachPackageHasItsReason) {
    auto ran = run_checked({setup_path(), "--tests", "--list"});
    ASSERT_TRUE(ran);
    std::set<std::string> seen;
    for (const auto& line : split(trim(ran->output), '\n')) {
        const size_t space = line.find(' ');
        ASSERT_NE(space, std::string::npos) << line;
        EXPECT_FALSE(trim(line.substr(space)).empty()) << line;
        EXPECT_TRUE(seen.insert(line.substr(0, space)).second) << line << " is there twice";
    }
}

TEST(Setup, InstallsEveryPackageThatAnErrorNames) {
    const auto listed = listed_packages();
    const std::string sources = all_sources();
    auto wanted = matches(sources, R"re(find_program\("[^"]+",\s*"([^"]+)"\))re");
    // Rows of the tables in bench/host/machine/host_check.cc.
    wanted.merge(matches(sources, R"re(Program\{"[^"]+", "[^"]+", "[^"]+", "([^"]+)")re"));
    wanted.merge(matches(sources, R"re(File\{"[^"]+", "[^"]+", "[^"]+", "([^"]+)")re"));
    EXPECT_GT(wanted.size(), 12u) << "the patterns of this test no longer match the code";
    wanted.erase("gcc");  // comes with g++
    for (const auto& package : wanted) EXPECT_TRUE(listed.contains(package)) << package;
}

TEST(Setup, InstallsEveryLibraryOfTheBuild) {
    // What CMake calls it -> the package; Threads is part of the C library.
    const std::map<std::string, std::string> packages = {
        {"PkgConfig", "pkgconf"},        {"fmt", "libfmt-dev"},           {"nlohmann_json", "nlohmann-json3-dev"},
        {"tl-expected", "libexpected-dev"}, {"CLI11", "libcli11-dev"},    {"spdlog", "libspdlog-dev"},
        {"SQLiteCpp", "libsqlitecpp-dev"},  {"prometheus-cpp", "prometheus-cpp-dev"}, {"OpenSSL", "libssl-dev"},
        {"GTest", "libgtest-dev"},       {"ZLIB", "zlib1g-dev"},          {"tomlplusplus", "libtomlplusplus-dev"},
        {"libarchive", "libarchive-dev"}, {"libpq", "libpq-dev"}};
    const std::string cmake = read_file(project_root() / "CMakeLists.txt").value();
    auto wanted = matches(cmake, R"(find_package\((\S+)\s)");
    wanted.merge(matches(cmake, R"(pkg_check_modules\(\S+ REQUIRED IMPORTED_TARGET (\S+)\))"));
    wanted.erase("Threads");
    const auto listed = listed_packages();
    for (const auto& name : wanted) {
        ASSERT_TRUE(packages.contains(name)) << name << " is new in CMakeLists.txt: add it to scripts/setup and here";
        EXPECT_TRUE(listed.contains(packages.at(name))) << packages.at(name);
    }
}

TEST(Setup, TheBenchmarkSourceIsTheOneTheBuildWants) {
    const std::string cmake = read_file(project_root() / "CMakeLists.txt").value();
    const std::string setup = read_file(setup_path()).value();
    auto in_cmake = matches(cmake, R"(deps/benchmark-([0-9.]+[0-9]))");
    auto in_setup = matches(setup, R"(benchmark_version=([0-9.]+))");
    ASSERT_EQ(in_cmake.size(), 1u);
    EXPECT_EQ(in_cmake, in_setup);
}

TEST(Setup, SecondRunDoesNothingAndIsQuick) {
    auto check = run_command({setup_path(), "--check"});
    ASSERT_TRUE(check);
    if (check->exit_status != 0) GTEST_SKIP() << "not everything is installed here: " << check->output;
    CommandOptions options;
    options.environment["PATH"] = "/usr/bin:/bin";
    auto again = run_command({setup_path()}, options);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->exit_status, 0) << again->output;
    EXPECT_THAT(again->output, testing::Not(testing::HasSubstr("installing")));
    EXPECT_THAT(again->output, testing::Not(testing::HasSubstr("fetching")));
    EXPECT_LT(again->elapsed.count(), 120.0);
}

TEST(Setup, RefusesUnknownOptionsByName) {
    auto ran = run_command({setup_path(), "--test"});
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->exit_status, 2);
    EXPECT_THAT(ran->output, testing::HasSubstr("--test"));
}
