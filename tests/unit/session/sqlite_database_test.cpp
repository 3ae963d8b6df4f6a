// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_database.h"

#include <string>

#include <doctest/doctest.h>

#include "support/temp_folder.h"

namespace playhead::test {

namespace {

SqliteDatabase open(const TempFolder& folder) {
  auto database = SqliteDatabase::open(folder.path("a.db"), 1s);
  REQUIRE(database.has_value());
  return *std::move(database);
}

}  // namespace

TEST_CASE("sqlite_database: rows go in and come out") {
  const TempFolder folder;
  SqliteDatabase database = open(folder);
  REQUIRE(database.execute("CREATE TABLE t(k, v); CREATE TABLE u(x)").has_value());
  auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2)");
  REQUIRE(insert.has_value());
  const std::string bytes("a\0b", 3);
  REQUIRE(insert->bind(1, bytes).bind(2, int64_t{-7}).run().has_value());
  REQUIRE(insert->bind(1, std::string_view()).bind(2, int64_t{1} << 62).run().has_value());
  auto select = database.prepare("SELECT k, v FROM t ORDER BY v");
  REQUIRE(select.has_value());
  REQUIRE(*select->step());
  CHECK(select->bytes(0) == bytes);
  CHECK(select->integer(1) == -7);
  REQUIRE(*select->step());
  CHECK(select->bytes(0).empty());
  CHECK(select->integer(1) == int64_t{1} << 62);
  CHECK(!*select->step());
  CHECK(*database.query_integer("SELECT count(*) FROM t") == 2);
  CHECK(*database.query_integer("SELECT 1 FROM u") == 0);
  CHECK(*database.query_text("SELECT 'x'") == "x");
}

TEST_CASE("sqlite_database: transactions") {
  const TempFolder folder;
  SqliteDatabase database = open(folder);
  REQUIRE(database.execute("CREATE TABLE t(k)").has_value());
  REQUIRE(database.begin().has_value());
  REQUIRE(database.execute("INSERT INTO t VALUES(1)").has_value());
  database.rollback();
  database.rollback();  // nothing to undo
  CHECK(*database.query_integer("SELECT count(*) FROM t") == 0);
  REQUIRE(database.begin().has_value());
  REQUIRE(database.execute("INSERT INTO t VALUES(1)").has_value());
  REQUIRE(database.commit().has_value());
  CHECK(*database.query_integer("SELECT count(*) FROM t") == 1);
  CHECK(!database.commit().has_value());
}

TEST_CASE("sqlite_database: errors are typed") {
  const TempFolder folder;
  CHECK(SqliteDatabase::open("", 1s).error().code == ErrorCode::kInvalidArgument);
  CHECK(SqliteDatabase::open(":memory:", 1s).error().code == ErrorCode::kInvalidArgument);
  CHECK(SqliteDatabase::open(folder.path("none/a.db"), 1s).error().code == ErrorCode::kStoreIo);
  SqliteDatabase database = open(folder);
  CHECK(database.execute("NOT SQL").error().code == ErrorCode::kStoreIo);
  CHECK(!database.prepare("SELECT * FROM nowhere").has_value());
  auto statement = database.prepare("SELECT ?1");
  REQUIRE(statement.has_value());
  CHECK(!statement->bind(2, int64_t{1}).step().has_value());  // there is no second parameter
  CHECK(*statement->bind(1, int64_t{5}).step());              // the error does not stick
}

TEST_CASE("sqlite_database: another writer is waited for, then it is an error") {
  const TempFolder folder;
  SqliteDatabase first = open(folder);
  auto second = SqliteDatabase::open(folder.path("a.db"), 10ms);
  REQUIRE(second.has_value());
  REQUIRE(first.begin().has_value());
  CHECK(second->begin().error().code == ErrorCode::kStoreIo);
  REQUIRE(first.commit().has_value());
  CHECK(second->begin().has_value());
}

TEST_CASE("sqlite_database: a full database is full") {
  const TempFolder folder;
  SqliteDatabase database = open(folder);
  REQUIRE(database.execute("CREATE TABLE t(k); PRAGMA max_page_count = 4").has_value());
  const auto result = database.execute("INSERT INTO t VALUES(zeroblob(1000000))");
  CHECK(result.error().code == ErrorCode::kStoreFull);
}

TEST_CASE("sqlite_database: notices that its file was moved away") {
  const TempFolder folder;
  SqliteDatabase database = open(folder);
  REQUIRE(database.execute("CREATE TABLE t(k)").has_value());
  CHECK(!database.has_moved());
  std::filesystem::rename(folder.path("a.db"), folder.path("b.db"));
  CHECK(database.has_moved());
}

}  // namespace playhead::test
