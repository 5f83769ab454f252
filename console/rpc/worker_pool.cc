#include "console/rpc/worker_pool.h"

#include <utility>

namespace sekisho::console::rpc {

WorkerPool::WorkerPool(int threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

WorkerPool::Taken WorkerPool::Run(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (ending_ || waiting_.size() >= max_waiting_) return Taken::kFull;
    waiting_.push_back(std::move(work));
  }
  ready_.notify_one();
  return Taken::kYes;
}

void WorkerPool::Loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace sekisho::console::rpc
