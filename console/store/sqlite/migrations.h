#ifndef SEKISHO_CONSOLE_STORE_SQLITE_MIGRATIONS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_MIGRATIONS_H_

#include <string>
#include <vector>

namespace sekisho::console::store::sqlite {

// console/store/migrations/NNNN_*.sql, in order. A migration that was released never changes.
struct Migration {
  int number;
  std::string sql;
};
std::vector<Migration> Migrations();

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_MIGRATIONS_H_
