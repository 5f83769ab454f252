#ifndef SEKISHO_CONSOLE_STORE_SQLITE_CHECKPOINTER_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_CHECKPOINTER_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "console/store/sqlite/connection.h"
#include "console/store/sqlite/write_gate.h"

namespace sekisho::console::store::sqlite {

// Copies the write-ahead log back into the database, on a connection and a thread of its own, so
// that no commit waits for it (SQLite's own way is to do it inside the commit that finds the log
// long; sqlite.org/wal.html, "Checkpointing").
class Checkpointer {
 public:
  // Watches `writer` through SQLite's WAL hook; both connections and the gate outlive this.
  Checkpointer(Connection& writer, std::unique_ptr<Connection> own, WriteGate& gate);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  // In pages of 4 KiB. From the first on it copies beside the writers; beyond the second it keeps
  // reports out for one turn, because a log is begun anew only once all of it has been copied.
  static constexpr int kStartPages = 4 * 1024;
  static constexpr int kMostPages = 16 * 1024;

  void Grown(int pages);
  void Run();
  // The log's length in pages.
  int Copy();

  Connection& writer_;
  const std::unique_ptr<Connection> own_;
  WriteGate& gate_;
  std::mutex mutex_;
  std::condition_variable grown_;
  int pages_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_CHECKPOINTER_H_
