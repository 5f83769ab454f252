#ifndef SEKISHO_CONSOLE_RPC_WORKER_POOL_H_
#define SEKISHO_CONSOLE_RPC_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sekisho::console::rpc {

// A few threads for calls that wait on the store or hash a password, so that gRPC's own threads,
// which all terminals' streams share, never do. Bounded: what does not fit is refused at once.
class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t max_waiting);
  // Runs what waits, then ends.
  ~WorkerPool();

  enum class Taken { kYes, kFull };
  Taken Run(std::function<void()> work);

 private:
  void Loop();
  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_WORKER_POOL_H_
