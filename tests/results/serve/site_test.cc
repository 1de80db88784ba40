// SPDX-License-Identifier: GPL-2.0-only
// Pages, and the server as its users meet it: by HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/common/base/fd.h"
#include "bench/results/serve/page.h"
#include "bench/results/serve/server.h"
#include "bench/results/serve/site.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

/// The whole answer to one request.
std::string ask(int port, const std::string& request) {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return "no connection";
    (void)!send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string out;
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(fd.get(), buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(got));
    return out;
}

std::string get(int port, const std::string& path) { return ask(port, "GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"); }

class Site_ : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    fs::path out_ = directory_.value().path() / "out";

    void SetUp() override {
        const Results results = sample_results();
        ASSERT_TRUE(make_directories(out_ / results.run.id));
        ASSERT_TRUE(write_file_atomic(out_ / results.run.id / "report.html", "<p>the report</p>"));
        ASSERT_TRUE(write_file_atomic(out_ / results.run.id / "core.bin", "secret"));
        ASSERT_TRUE(write_file_atomic(out_ / results.run.id / "run.cgi", "#!/bin/sh\necho ran\n"));
        ASSERT_TRUE(write_file_atomic(out_ / ".hidden.txt", "secret"));
        ASSERT_TRUE(write_file_atomic(directory_->path() / "outside.txt", "secret"));
        ASSERT_TRUE(ResultStore::open(directory_->path() / "results.sqlite")->record_run(results));
    }
    ServeOptions options() {
        ServeOptions options;
        options.port = 0;
        options.output = out_;
        options.store = directory_->path() / "results.sqlite";
        options.content.max_age_s = int64_t{100} * 365 * 86400;
        return options;
    }
};

}  // namespace

TEST(Page, TextIsEscapedAndUrlsSurvive) {
    EXPECT_EQ(escape_html("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    EXPECT_EQ(decode_url(encode_url("a/b c%&=+*ü")), "a/b c%&=+*ü");
    EXPECT_EQ(decode_url("a%2Fb+c%2"), "a/b c%2");
    EXPECT_EQ(decode_url("%zz"), "%zz");
    auto query = parse_query("cell=rand%2F%2A&&metric=&kernel");
    EXPECT_EQ(query["cell"], "rand/*");
    EXPECT_EQ(query["metric"], "");
    EXPECT_EQ(query.size(), 3u);
}

TEST_F(Site_, SeriesOfAMailingListAreListedWithTheirVerdicts) {
    Site site(options());
    EXPECT_THAT(site.answer("GET", "/follow", "").body, HasSubstr("None yet"));
    const fs::path folder = out_ / "follow" / "erofs-count-reads";
    ASSERT_TRUE(make_directories(folder / "try" / "gate"));
    ASSERT_TRUE(make_directories(out_ / "follow" / "under-way"));
    ASSERT_TRUE(write_file_atomic(folder / "reply.txt", "Hello"));
    ASSERT_TRUE(write_file_atomic(folder / "answer.json", R"({"name": "erofs-count-reads", "title": "erofs: <count> reads", "verdict": "regression", "exit_code": 1, "at": "2026-01-01T00:00:00Z"})"));
    const std::string body = site.answer("GET", "/follow", "").body;
    EXPECT_THAT(body, HasSubstr("erofs: &lt;count&gt; reads"));
    EXPECT_THAT(body, HasSubstr("<span class=\"bad\">regression</span>"));
    EXPECT_THAT(body, HasSubstr("href=\"/follow/erofs-count-reads/reply.txt\""));
    EXPECT_THAT(body, Not(HasSubstr("under-way")));
    EXPECT_THAT(body, Not(HasSubstr(">gate</a>"))) << "there is none";
}

TEST_F(Site_, PagesMetricsAndFilesOnOnePort) {
    auto server = Server::start(options());
    ASSERT_TRUE(server) << server.error().message();
    const int port = server->port();
    const std::string id = sample_results().run.id;
    EXPECT_THAT(get(port, "/"), HasSubstr("<a href=\"/" + id + "/report.html\">"));
    EXPECT_THAT(get(port, "/metrics"), HasSubstr("diobench_run_info{run_id=\"" + id));
    EXPECT_THAT(get(port, "/metrics"), HasSubstr("diobench_store_up 1\n"));
    EXPECT_THAT(get(port, "/" + id + "/report.html"), HasSubstr("the report"));
    EXPECT_THAT(get(port, "/history?cell=*direct*"), HasSubstr("<svg"));
    EXPECT_THAT(get(port, "/history?metric=typo"), HasSubstr("typo"));
    EXPECT_THAT(ask(port, "HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"), testing::AllOf(StartsWith("HTTP/1.1 200"), Not(HasSubstr("<html"))));
}

TEST_F(Site_, NothingElseIsHandedOut) {
    auto server = Server::start(options());
    ASSERT_TRUE(server) << server.error().message();
    const int port = server->port();
    const std::string run = "/" + sample_results().run.id;
    for (const std::string& path : {run + "/core.bin", run + "/run.cgi", run + "/", std::string("/nothing.html"), std::string("/../outside.txt"),
                                    std::string("/%2e%2e/outside.txt"), std::string("/.hidden.txt")})
        EXPECT_THAT(get(port, path), testing::AnyOf(StartsWith("HTTP/1.1 404"), StartsWith("HTTP/1.1 400"))) << path;
    EXPECT_THAT(ask(port, "PUT " + run + "/x.html HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(ask(port, "DELETE " + run + "/report.html HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405"));
    EXPECT_TRUE(fs::exists(out_ / sample_results().run.id / "report.html"));
}

TEST_F(Site_, ANightIsToldBesideARun) {
    ServeOptions all = options();
    all.nights = out_ / "nights";
    const std::string now = "2026-01-01T00:00:00Z";
    Results run = sample_results();
    run.run.id = "run-of-a-night";
    ASSERT_TRUE(ResultStore::open(all.store)->record_run(run));
    StoredJudgement night{"20260101T000000", "night", now, 60, "quick", "exact", "", "", run.run.id, "pass", 0, {}};
    night.runs = {run.run.id};
    ASSERT_TRUE(ResultStore::open(all.store)->record_judgement(night));
    const std::string folder = fmt::format("nights/{}/runs/seed-{}", night.id, run.run.seed);
    ASSERT_TRUE(make_directories(out_ / folder));
    ASSERT_TRUE(write_file_atomic(out_ / folder / "report.html", "<p>of the night</p>"));
    ProgressState state{"run", "r", "quick", "exact", "ended", "report", "", 1, 1, now, now, 0};
    ASSERT_TRUE(write_progress_file(out_, state));
    state.kind = "night";
    state.state = "running";
    ASSERT_TRUE(write_progress_file(all.nights, state));
    Site site(all);
    EXPECT_THAT(site.answer("GET", "/", "").body, testing::AllOf(HasSubstr("Under way: night"), HasSubstr("<a href=\"/" + folder + "/report.html\">")));
    EXPECT_THAT(prometheus_text(site.metrics({})), HasSubstr("diobench_progress_stale{kind=\"night\",suite=\"quick\",machine=\"exact\"} 1\n"));
}

TEST_F(Site_, APointLeadsToItsRunAndAVerdictToItsGate) {
    Results run = sample_results();
    run.run.id = "somewhere";
    run.run.started_at = "2026-11-23T00:00:00Z";
    auto store = ResultStore::open(options().store);
    for (const char* folder : {"by hand", "gate of it", "../elsewhere"}) {
        ASSERT_TRUE(make_directories(out_ / folder));
        ASSERT_TRUE(write_file_atomic(out_ / folder / "report.html", "<p></p>"));
    }
    ASSERT_TRUE(store->record_run(run, out_ / "by hand"));
    StoredJudgement gate{"gate/a&b", "gate", "2026-11-23T01:00:00Z", 60, "quick", "exact", "fallback", "dio", run.run.id, "regression", 1, {}};
    gate.verdicts = {{run.cells[3].cell, "latency_ns.mean", "regression", {}, {}, {}, {}, {}, "", ""}};
    gate.directory = out_ / "gate of it";
    ASSERT_TRUE(store->record_judgement(gate));
    Site site(options());
    std::string page = site.answer("GET", "/history", "cell=*direct*").body;
    EXPECT_THAT(page, HasSubstr("<a href=\"/by%20hand/report.html\" aria-label=\"2026-11-23, somewhere: 20.00 us\">"));
    EXPECT_THAT(page, HasSubstr("<a href=\"/" + sample_results().run.id + "/report.html\" aria-label=")) << "by its id";
    EXPECT_THAT(page, HasSubstr("<a href=\"/gate%20of%20it/report.html\" aria-label=\"2026-11-23, somewhere: regression by gate/a&amp;b\">"));
    EXPECT_THAT(site.answer("GET", "/", "").body, HasSubstr("<a href=\"/gate%20of%20it/report.html\"><span class=\"bad\">regression</span></a>"));
    gate.directory = out_ / ".." / "elsewhere";  // is not handed out
    ASSERT_TRUE(store->record_judgement(gate));
    page = site.answer("GET", "/history", "cell=*direct*").body;
    EXPECT_THAT(page, Not(HasSubstr("elsewhere")));
    EXPECT_THAT(page, HasSubstr("regression by gate/a&amp;b"));
}

TEST_F(Site_, ABrowserGetsItsIcon) {
    Site site(options());
    const Answer answer = site.answer("GET", "/favicon.ico", "");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, "image/svg+xml");
    EXPECT_THAT(answer.body, StartsWith("<svg"));
}

TEST_F(Site_, NamesFromOutsideAreEscaped) {
    Results results = sample_results();
    results.run.id = "<script>x";
    ASSERT_TRUE(ResultStore::open(directory_->path() / "results.sqlite")->record_run(results));
    Site site(options());
    EXPECT_THAT(site.answer("GET", "/", "").body, Not(HasSubstr("<script>")));
    EXPECT_THAT(site.answer("GET", "/history", "cell=%3Cscript%3E").body, Not(HasSubstr("<script>")));
}

TEST_F(Site_, AStoreThatCannotBeReadIsTold) {
    ASSERT_TRUE(write_file_atomic(directory_->path() / "results.sqlite", std::string(4096, 'x')));
    ASSERT_TRUE(write_file_atomic(out_ / "progress.json", "{"));
    Site site(options());
    const std::string all = prometheus_text(site.metrics({}));
    EXPECT_THAT(all, HasSubstr("diobench_store_up 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_progress_up 0\n"));
    EXPECT_EQ(site.answer("GET", "/", "").status, 500);
}

TEST_F(Site_, WithoutAnyRunThereIsAPageThatSaysSo) {
    ServeOptions none = options();
    none.store = directory_->path() / "none.sqlite";
    Site site(none);
    EXPECT_THAT(site.answer("GET", "/", "").body, HasSubstr("No run yet"));
    EXPECT_THAT(site.answer("GET", "/history", "").body, HasSubstr("no store yet"));
    EXPECT_FALSE(fs::exists(none.store.file()));
}

TEST_F(Site_, WhatCannotBeServedIsAnError) {
    auto first = Server::start(options());
    ASSERT_TRUE(first);
    ServeOptions again = options();
    again.port = first->port();
    auto second = Server::start(again);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message(), HasSubstr("another program may have the port"));
    again = options();
    again.output = out_ / "nothing";
    EXPECT_THAT(Server::start(again).error().message(), HasSubstr("this folder is not there"));
}
