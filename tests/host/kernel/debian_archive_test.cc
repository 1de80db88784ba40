// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/debian_archive.h"

#include <gmock/gmock.h>

#include "bench/host/kernel/apt_sources.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

constexpr const char* kMadison =
    "linux-source-6.1 |  6.1.192-3 | http://deb.debian.org/debian-security bookworm-security/main amd64 Packages\n"
    "linux-source-6.1 |  6.1.170-3 | http://deb.debian.org/debian bookworm/main amd64 Packages\n"
    "linux-source-6.12 | 6.12.117-1 | http://deb.debian.org/debian trixie/main amd64 Packages\n"
    "linux-source-6.12 | 6.12.117-1 | http://deb.debian.org/debian-security trixie-security/main amd64 Packages\n"
    "linux-source-6.12 | 6.12.117-1~deb12u1 | http://deb.debian.org/debian-security bookworm-security/main amd64 Packages\n"
    "linux-source-6.12 | 6.12.107-1 | http://deb.debian.org/debian trixie/main amd64 Packages\n"
    "linux-source-6.12 | 6.12.107-1 | http://deb.debian.org/debian trixie/main Sources\n"
    "linux-source-7.3 | 7.3.4-1~bpo13+1 | http://deb.debian.org/debian trixie-backports/main amd64 Packages\n"
    "N: a remark\n";

}  // namespace

TEST(DebianArchive, VersionsOfPackagesAreThoseOfKernels) {
    EXPECT_EQ(kernel_of_debian_version("6.12.107-1~deb12u1"), "6.12.107");
    EXPECT_EQ(kernel_of_debian_version("7.3.4-1~bpo13+1"), "7.3.4");
    EXPECT_EQ(kernel_of_debian_version("1:6.1.192-3"), "6.1.192");
    EXPECT_EQ(kernel_of_debian_version("7.4~rc3-1~exp1"), "7.4-rc3");
}

TEST(DebianArchive, TheNewestKernelComesFirstAndEachPackageOnce) {
    std::vector<std::string> rows;
    for (const auto& one : parse_madison(kMadison)) rows.push_back(one.kernel + " " + one.version + " " + one.suite);
    EXPECT_THAT(rows, ElementsAre("7.3.4 7.3.4-1~bpo13+1 trixie-backports", "6.12.117 6.12.117-1 trixie", "6.12.117 6.12.117-1~deb12u1 bookworm-security",
                                  "6.12.107 6.12.107-1 trixie", "6.1.192 6.1.192-3 bookworm-security", "6.1.170 6.1.170-3 bookworm"));
    EXPECT_THAT(parse_madison("N: Unable to locate package\n"), IsEmpty());
}

TEST(DebianArchive, NamesAreAPointReleaseASeriesOrTheNewest) {
    const auto all = parse_madison(kMadison);
    EXPECT_EQ(choose_source(all, "newest")->version, "7.3.4-1~bpo13+1");
    EXPECT_EQ(choose_source(all, "6.12")->version, "6.12.117-1");
    EXPECT_EQ(choose_source(all, "6.12.107")->version, "6.12.107-1");
    EXPECT_EQ(choose_source(all, "6.1")->version, "6.1.192-3") << "6.12 is not a point release of 6.1";
    for (const char* wrong : {"6.1.19", "5.10", "6", "", "dio"}) {
        auto refused = choose_source(all, wrong);
        if (std::string(wrong) == "6") continue;
        ASSERT_FALSE(refused) << wrong;
        EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("6.12 (6.12.107 to 6.12.117)"), HasSubstr("7.3 (7.3.4)")));
    }
    EXPECT_THAT(choose_source({}, "6.1").error().message(), HasSubstr("name no kernel source"));
}

TEST(AptSources, BothFormatsAreRead) {
    const auto lines = parse_sources_list("# deb http://no/debian bookworm main\n"
                                          "deb http://a/debian bookworm main contrib # mine\n"
                                          "deb [arch=amd64 signed-by=/k.gpg] http://b/debian bookworm-security main\n"
                                          "deb-src http://c/debian bookworm main\ndeb [broken\ndeb http://d\n");
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].uri, "http://a/debian");
    EXPECT_THAT(lines[0].components, ElementsAre("main", "contrib"));
    EXPECT_EQ(lines[1].signed_by, "/k.gpg");
    const auto stanzas = parse_deb822_sources("Types: deb deb-src\n# a remark\nURIs: http://a/debian http://b/debian\nSuites: bookworm\n bookworm-updates\nComponents: main\n"
                                              "Signed-By: /k.gpg\n\nTypes: deb\nURIs: http://c\nSuites: x\nComponents: main\nEnabled: no\n\n"
                                              "Types: deb-src\nURIs: http://d\nSuites: x\nComponents: main\n");
    ASSERT_EQ(stanzas.size(), 1u);
    EXPECT_EQ(stanzas[0].uri, "http://a/debian");
    EXPECT_THAT(stanzas[0].suites, ElementsAre("bookworm", "bookworm-updates"));
    EXPECT_EQ(stanzas[0].signed_by, "/k.gpg");
}

TEST(AptSources, SuitesAreOfTheSystemsMirrors) {
    const auto entries = parse_sources_list("deb [signed-by=/k.gpg] http://mirror/debian bookworm main\ndeb http://other/thing bookworm contrib\n");
    const std::string list = kernel_sources_list(entries, "bookworm");
    EXPECT_THAT(list, AllOf(HasSubstr("deb [signed-by=/k.gpg] http://mirror/debian bookworm main\n"), HasSubstr("http://mirror/debian trixie-backports main\n"),
                            HasSubstr("http://mirror/debian sid main\n"), HasSubstr("http://deb.debian.org/debian-security bookworm-security main\n"), Not(HasSubstr("other"))));
    EXPECT_THAT(kernel_sources_list({}, "forky"), AllOf(HasSubstr("http://deb.debian.org/debian forky main\n"), HasSubstr(" bookworm main\n")));
    EXPECT_THAT(kernel_sources_list({}, "sid"), Not(HasSubstr("sid-updates")));
}
