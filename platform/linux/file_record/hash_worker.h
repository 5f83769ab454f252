#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_WORKER_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_WORKER_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "platform/api/event_loop.h"
#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/file_record/hash_protocol.h"

namespace sekisho::platform {

struct HashProgram {
  std::string program = "/usr/lib/sekisho/sekisho-hash";
  // Nobody else's.
  unsigned uid = 0;
  unsigned gid = 0;
};

// sekisho-hash, started when there is something to hash: forked, with one end of a socket pair and
// nothing else, as its own user without groups, capabilities or new privileges, at the lowest
// priority for processor and disk; it shuts itself into a system call filter before it takes its
// first file. Answers in the order of the questions.
class HashWorker {
 public:
  static constexpr std::size_t kMaxWaiting = 8;

  // `answered` gets each answer, on the loop's thread; nothing for what was lost with the process,
  // of which `died` tells. `loop` outlives this.
  HashWorker(EventLoop& loop, HashProgram program, std::function<void(const HashAnswer&)> answered,
             std::function<void(std::set<std::uint64_t> lost)> died)
      : loop_(loop),
        program_(std::move(program)),
        answered_(std::move(answered)),
        died_(std::move(died)) {}
  ~HashWorker() { Stop(); }
  HashWorker(const HashWorker&) = delete;
  HashWorker& operator=(const HashWorker&) = delete;

  bool Full() const { return waiting_.size() >= kMaxWaiting; }
  // Hands the file over; it is closed here.
  Outcome Ask(std::uint64_t id, Fd file);
  // Lets go of every file at once. What was asked is forgotten.
  void Stop();
  // 0 when there is none.
  pid_t pid() const { return pid_ > 0 ? pid_ : 0; }

 private:
  Outcome Start();
  void Read();

  EventLoop& loop_;
  const HashProgram program_;
  const std::function<void(const HashAnswer&)> answered_;
  const std::function<void(std::set<std::uint64_t>)> died_;
  pid_t pid_ = -1;
  Fd socket_;
  std::unique_ptr<EventLoop::Handle> reading_;
  std::set<std::uint64_t> waiting_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_WORKER_H_
