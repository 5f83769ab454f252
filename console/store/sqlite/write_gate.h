#ifndef SEKISHO_CONSOLE_STORE_SQLITE_WRITE_GATE_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_WRITE_GATE_H_

#include <condition_variable>
#include <mutex>

namespace sekisho::console::store::sqlite {

// Who writes. Somebody waits on the phone for a person's change; reports can wait a commit longer.
enum class Lane { kPerson, kReports };

// Lets one writer in at a time, whoever writes for a person before whoever writes reports. A mutex
// would hand itself back to the thread that released it, and that is the one with the most to
// write.
class WriteGate {
 public:
  // Inside until destroyed.
  class Turn {
   public:
    Turn(WriteGate& gate, Lane lane) : gate_(gate) { gate_.Enter(lane); }
    ~Turn() { gate_.Leave(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WriteGate& gate_;
  };

 private:
  void Enter(Lane lane);
  void Leave();
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
  int persons_waiting_ = 0;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_WRITE_GATE_H_
