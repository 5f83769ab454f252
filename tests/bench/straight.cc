#include "tests/bench/straight.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/crowd.h"

namespace sekisho::bench {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalise {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct FreeValue {
  void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalise>;
using Value = std::unique_ptr<sqlite3_value, FreeValue>;
using Row = std::vector<Value>;

// What a report leaves in the store.
constexpr const char* kTables[] = {"events", "requests", "reported_devices"};

void Must(sqlite3* database, int code, int wanted) {
  if (code != wanted) throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(database));
}

Database Open(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  Must(raw, code, SQLITE_OK);
  return database;
}

void Execute(sqlite3* database, const std::string& sql) {
  Must(database, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
}

Statement Prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  Must(database, sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr), SQLITE_OK);
  return Statement(raw);
}

std::vector<Row> ReadAll(sqlite3* database, const std::string& table) {
  const Statement select = Prepare(database, "SELECT * FROM " + table + " ORDER BY rowid");
  std::vector<Row> rows;
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(select.get()); ++i) {
      row.emplace_back(sqlite3_value_dup(sqlite3_column_value(select.get(), i)));
    }
  }
  return rows;
}

Statement InsertInto(sqlite3* database, const std::string& table, std::size_t columns) {
  std::string places = "?";
  for (std::size_t i = 1; i < columns; ++i) places += ",?";
  return Prepare(database, "INSERT INTO " + table + " VALUES (" + places + ")");
}

void Insert(sqlite3* database, sqlite3_stmt* statement, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    sqlite3_bind_value(statement, static_cast<int>(i + 1), row[i].get());
  }
  Must(database, sqlite3_step(statement), SQLITE_DONE);
  sqlite3_reset(statement);
}

}  // namespace

double WriteStraight(const std::string& store, const std::string& scratch, int rows_per_commit) {
  const Database from = Open(store, SQLITE_OPEN_READONLY);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(scratch + suffix);
  const Database to = Open(scratch, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  Execute(to.get(),
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
          "PRAGMA foreign_keys=ON");
  const Statement schema =
      Prepare(from.get(),
              "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
              " ORDER BY rowid");
  while (sqlite3_step(schema.get()) == SQLITE_ROW) {
    Execute(to.get(), reinterpret_cast<const char*>(sqlite3_column_text(schema.get(), 0)));
  }
  std::vector<std::vector<Row>> tables;
  std::vector<Statement> inserts;
  for (const char* table : kTables) {
    tables.push_back(ReadAll(from.get(), table));
    const std::vector<Row>& rows = tables.back();
    inserts.push_back(rows.empty() ? nullptr : InsertInto(to.get(), table, rows.front().size()));
  }
  const std::size_t events = tables[0].size();
  if (events == 0) throw std::runtime_error("the console's store has no events");
  std::vector<std::size_t> next(tables.size(), 0);

  const Clock::time_point start = Clock::now();
  for (std::size_t done = 0; done < events;) {
    done = std::min(events, done + static_cast<std::size_t>(rows_per_commit));
    Execute(to.get(), "BEGIN IMMEDIATE");
    for (std::size_t table = 0; table < tables.size(); ++table) {
      // The other tables' rows in step with the events.
      const std::size_t until = tables[table].size() * done / events;
      for (; next[table] < until; ++next[table]) {
        Insert(to.get(), inserts[table].get(), tables[table][next[table]]);
      }
    }
    Execute(to.get(), "COMMIT");
  }
  return static_cast<double>(events) / SecondsSince(start);
}

}  // namespace sekisho::bench
