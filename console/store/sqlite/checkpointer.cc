#include "console/store/sqlite/checkpointer.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/log.h"

namespace sekisho::console::store::sqlite {

Checkpointer::Checkpointer(Connection& writer, std::unique_ptr<Connection> own, WriteGate& gate)
    : writer_(writer), own_(std::move(own)), gate_(gate), thread_([this] { Run(); }) {
  sqlite3_wal_hook(
      writer_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Checkpointer*>(self)->Grown(pages);
        return SQLITE_OK;
      },
      this);
}

Checkpointer::~Checkpointer() {
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  grown_.notify_one();
  thread_.join();
}

void Checkpointer::Grown(int pages) {
  if (pages < kStartPages) return;
  {
    std::lock_guard lock(mutex_);
    pages_ = pages;
  }
  grown_.notify_one();
}

void Checkpointer::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    grown_.wait(lock, [this] { return ending_ || pages_ > 0; });
    if (ending_) return;
    pages_ = 0;
    lock.unlock();
    if (Copy() > kMostPages) {
      const WriteGate::Turn turn(gate_, Lane::kReports);
      Copy();
    }
    lock.lock();
  }
}

int Checkpointer::Copy() {
  int pages = 0;
  int copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(own_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &pages, &copied);
  // BUSY: another program (a backup, somebody's sqlite3) copies just now. What is committed is
  // durable in the log either way.
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    Log(Severity::kError, absl::StrCat("store: the log was not copied into the database: ",
                                       sqlite3_errmsg(own_->handle())));
  }
  return pages;
}

}  // namespace sekisho::console::store::sqlite
