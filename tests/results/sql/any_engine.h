// SPDX-License-Identifier: GPL-2.0-only
// Tests that hold for every engine: an empty database of it for each.
#pragma once

#include <atomic>
#include <cstdio>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/results/sql/connection.h"

namespace diobench {

/// A PostgreSQL of this process's own, from its first use to its end.
class TestServer {
public:
    static TestServer& instance() {
        static TestServer server;
        return server;
    }
    /// A new database in it.
    StoreAddress database() {
        const std::string name = fmt::format("test{}", ++made_);
        sql::connect(StoreAddress::parse(first_))->run("CREATE DATABASE " + name);
        std::string url = first_;
        url.replace(url.find("/postgres?") + 1, std::string_view("postgres").size(), name);
        return StoreAddress::parse(url);
    }
    void kill() { (void)script("kill"); }
    void again() { (void)script("again"); }
    ~TestServer() { (void)script("stop"); }

private:
    TestServer() : first_(script("start")) {}
    std::string script(const std::string& what) const {
        FILE* pipe = ::popen(fmt::format("bash {}/tests/results/sql/postgresql.bash {} {} {}", DIOBENCH_SOURCE_DIR, what, folder_, ::getpid()).c_str(), "re");
        std::string out;
        for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
        if (::pclose(pipe) != 0) throw std::runtime_error("postgresql.bash " + what);
        return out.substr(0, out.find('\n'));
    }

    /// A path of a socket may have some 100 letters only.
    std::string folder_ = fmt::format("/tmp/diobench-postgresql-{}", ::getpid());
    std::string first_;
    int made_ = 0;
};

/// `address_` is of an empty database.
class AnyEngine : public testing::TestWithParam<sql::Dialect> {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    StoreAddress address_ = GetParam() == sql::Dialect::sqlite ? StoreAddress(directory_.value().path() / "sub" / "results.sqlite") : TestServer::instance().database();

    [[nodiscard]] std::unique_ptr<sql::Connection> connect() const { return sql::connect(address_); }
    /// The first column of the first row.
    [[nodiscard]] std::string one(const std::string& query) const {
        auto connection = connect();
        auto rows = connection->query(query);
        return rows->step() ? rows->text(0) : "no row";
    }
    [[nodiscard]] int64_t count(const std::string& table) const { return std::stoll(one("SELECT count(*) FROM " + table)); }
};

inline std::string engine_name(const testing::TestParamInfo<sql::Dialect>& info) { return info.param == sql::Dialect::sqlite ? "sqlite" : "postgresql"; }

}  // namespace diobench

/// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): gtest's own
#define DIOBENCH_ON_EVERY_ENGINE(fixture) \
    INSTANTIATE_TEST_SUITE_P(On, fixture, testing::Values(diobench::sql::Dialect::sqlite, diobench::sql::Dialect::postgresql), diobench::engine_name)
