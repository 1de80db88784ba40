// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/connection.h"

#include <gmock/gmock.h>
#include <limits>
#include <set>

#include "bench/results/sql/migrate.h"
#include "bench/results/sql/statement.h"
#include "tests/results/sql/any_engine.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr std::array<const char*, 2> kSteps = {"CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size REAL, value ANY NOT NULL) STRICT;",
                                               "ALTER TABLE things ADD COLUMN note TEXT NOT NULL DEFAULT 'none';"};
constexpr sql::Migrations kThings{"things", kSteps};

class Connection : public AnyEngine {
protected:
    std::unique_ptr<sql::Connection> open() {
        if (!address_.is_postgresql()) EXPECT_TRUE(make_directories(address_.file().parent_path()));
        auto out = connect();
        sql::migrate(*out, kThings, kSteps.size());
        return out;
    }
};
DIOBENCH_ON_EVERY_ENGINE(Connection);

}  // namespace

TEST_P(Connection, ValuesComeBackAsTheyWere) {
    auto connection = open();
    const std::string odd = "a\tb\nc\\d\r'?' \xc3\xa9 \\N";
    const double third = 1.0 / 3;
    connection->insert("things", "id, name, size, value", {sql::values(1, odd, third, int64_t{9007199254740993}), sql::values(2, "", std::optional<double>(), 2.0),
                                                          sql::values(3, "infinite", std::numeric_limits<double>::infinity(), 1e-300)});
    auto rows = connection->query("SELECT name, size, value, note FROM things WHERE id > ? AND name <> 'what?' ORDER BY id", sql::values(0));
    ASSERT_TRUE(rows->step());
    EXPECT_EQ(rows->text(0), odd);
    EXPECT_EQ(rows->real(1), third);
    EXPECT_TRUE(rows->is_whole(2));
    EXPECT_EQ(rows->number(2), 9007199254740993);
    EXPECT_EQ(rows->text(3), "none");
    ASSERT_TRUE(rows->step());
    EXPECT_TRUE(rows->is_null(1));
    EXPECT_FALSE(rows->optional_real(1));
    EXPECT_FALSE(rows->is_whole(2)) << "2.0 is no 2";
    EXPECT_EQ(rows->real(2), 2.0);
    ASSERT_TRUE(rows->step());
    EXPECT_EQ(rows->real(1), std::numeric_limits<double>::infinity());
    EXPECT_EQ(rows->real(2), 1e-300);
    EXPECT_FALSE(rows->step());
}

TEST_P(Connection, TextIsInTheOrderOfItsBytes) {
    auto connection = open();
    connection->insert("things", "id, name, value", {sql::values(1, "b", 1), sql::values(2, "B", 1), sql::values(3, "a-1", 1), sql::values(4, "a0", 1)});
    auto rows = connection->query("SELECT name FROM things ORDER BY name");
    std::vector<std::string> names;
    while (rows->step()) names.push_back(rows->text(0));
    EXPECT_THAT(names, ElementsAre("B", "a-1", "a0", "b"));
}

TEST_P(Connection, WhatIsNotCommittedIsUndone) {
    auto connection = open();
    {
        sql::Transaction transaction(*connection, "things");
        EXPECT_EQ(connection->execute("INSERT INTO things (id, name, value) VALUES (?,?,?)", sql::values(1, "x", 1)), 1);
    }
    EXPECT_EQ(count("things"), 0);
    sql::Transaction transaction(*connection, "things");
    connection->execute("INSERT INTO things (id, name, value) VALUES (?,?,?)", sql::values(1, "x", 1));
    EXPECT_THROW(connection->insert("things", "id, name, value", {sql::values(2, "y", 1), sql::values(1, "x", 1)}), sql::Failure);
    connection->rollback();
    EXPECT_EQ(count("things"), 0);
}

TEST_P(Connection, ARefusalIsAnErrorThatNamesTheStoreWithoutItsPassword) {
    auto connection = open();
    auto result = sql::guarded("look", *connection, [&]() -> Status {
        (void)connection->query("SELECT nothing FROM things")->step();
        return {};
    });
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message(), testing::AllOf(HasSubstr("look"), HasSubstr(address_.text()), HasSubstr("nothing")));
}

TEST_P(Connection, NumbersOfTwoWritersAreNeverTheSame) {
    auto one = open();
    std::set<int64_t> seen;
    for (int i = 0; i < 3; ++i) {
        auto connection = connect();
        sql::Transaction transaction(*connection, "things");
        std::vector<sql::Values> rows;
        for (const int64_t id : connection->new_ids("things", 10)) {
            EXPECT_TRUE(seen.insert(id).second);
            rows.push_back(sql::values(id, "x", 1));
        }
        connection->insert("things", "id, name, value", rows);
        transaction.commit();
    }
    EXPECT_EQ(count("things"), 30);
}

TEST_P(Connection, TablesAreBroughtUpOnceWhoeverIsFirst) {
    if (!address_.is_postgresql()) ASSERT_TRUE(make_directories(address_.file().parent_path()));
    auto first = connect();
    sql::migrate(*first, kThings, 1);
    EXPECT_EQ(sql::version_of(*first, kThings), 1u);
    auto second = connect();
    sql::migrate(*second, kThings, 2);
    sql::migrate(*first, kThings, 2);
    EXPECT_EQ(sql::version_of(*first, kThings), 2u);
    EXPECT_THAT(sql::columns_of(*first, "things"), ElementsAre("id", "name", "size", "value", "note"));
    EXPECT_TRUE(sql::columns_of(*first, "nobody").empty());
}

TEST(Postgresql, ALostConnectionIsMadeAgainAndTheWholeIsTriedAgain) {
    auto& server = TestServer::instance();
    const StoreAddress address = server.database();
    auto connection = sql::connect(address);
    sql::migrate(*connection, kThings, kSteps.size());
    int tries = 0;
    auto result = sql::guarded("write", *connection, [&]() -> Status {
        sql::Transaction transaction(*connection, "things");
        connection->execute("INSERT INTO things (id, name, value) VALUES (?,?,?)", sql::values(1, "x", 1));
        if (++tries == 1) {
            server.kill();
            server.again();
        }
        connection->execute("INSERT INTO things (id, name, value) VALUES (?,?,?)", sql::values(2, "y", 1));
        transaction.commit();
        return {};
    });
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(tries, 2);
    auto rows = connection->query("SELECT count(*) FROM things");
    ASSERT_TRUE(rows->step());
    EXPECT_EQ(rows->number(0), 2) << "nothing of the first attempt was kept";
}

TEST(Postgresql, WhatWillNotPassIsSaidAtOnce) {
    std::string url = TestServer::instance().database().url();
    url.replace(url.find("/test"), 6, "/nothing");
    EXPECT_THROW((void)sql::connect(StoreAddress::parse(url)), sql::Failure);
}

TEST(Address, APasswordIsShownToNobody) {
    const auto text = [](const char* url) { return StoreAddress::parse(url).text(); };
    EXPECT_EQ(text("postgresql://me:secret@host:5432/results"), "postgresql://me@host:5432/results");
    EXPECT_EQ(text("postgres://me@host/results?password=secret&sslmode=require"), "postgres://me@host/results?password=...&sslmode=require");
    EXPECT_EQ(text("postgresql://host/results?password=secret"), "postgresql://host/results?password=...");
    EXPECT_EQ(text("postgresql:///results?host=/tmp/a:b@c"), "postgresql:///results?host=/tmp/a:b@c");
    EXPECT_EQ(StoreAddress::parse("postgresql://me:secret@host/results").url(), "postgresql://me:secret@host/results");
    EXPECT_EQ(text("/tmp/results.sqlite"), "/tmp/results.sqlite");
}
