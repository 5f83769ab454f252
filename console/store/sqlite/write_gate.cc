#include "console/store/sqlite/write_gate.h"

namespace sekisho::console::store::sqlite {

void WriteGate::Enter(Lane lane) {
  std::unique_lock lock(mutex_);
  if (lane == Lane::kPerson) {
    ++persons_waiting_;
    free_.wait(lock, [this] { return !taken_; });
    --persons_waiting_;
  } else {
    free_.wait(lock, [this] { return !taken_ && persons_waiting_ == 0; });
  }
  taken_ = true;
}

void WriteGate::Leave() {
  {
    std::lock_guard lock(mutex_);
    taken_ = false;
  }
  free_.notify_all();
}

}  // namespace sekisho::console::store::sqlite
