#ifndef SEKISHO_PLATFORM_FAKE_FILE_WATCH_H_
#define SEKISHO_PLATFORM_FAKE_FILE_WATCH_H_

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "platform/api/file_watch.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

// Files as a test writes them; a look is taken on the next turn of the loop.
class FakeFileWatch : public FileWatch {
 public:
  // `loop` outlives this.
  explicit FakeFileWatch(EventLoop& loop) : loop_(loop) {}

  Waitable Readable() const override { return touched_.Readable(); }
  Touched Drain() override {
    touched_.Lower();
    return std::exchange(happened_, Touched::kNothing);
  }
  void Look(std::function<void(Result<GuardedFiles>)> seen) override {
    ++looks_;
    if (!during_) return loop_.Post([this, seen = std::move(seen)] { seen(files_); });
    GuardedFiles half = files_;
    std::exchange(during_, nullptr)();
    loop_.Post([this, half = std::move(half), seen = std::move(seen)] {
      loop_.Post([half, seen] { seen(half); });
    });
  }

  void Put(GuardedFile file) {
    std::erase_if(files_.files, [&](const auto& each) { return each.path == file.path; });
    files_.files.push_back(std::move(file));
    Touch();
  }
  void Remove(const std::string& path) {
    std::erase_if(files_.files, [&](const auto& each) { return each.path == path; });
    Touch();
  }
  // Happens while the next look is taken, which sees nothing of it and ends a turn later.
  void DuringNext(std::function<void()> during) { during_ = std::move(during); }
  void SetTaken(GuardedFiles::Taken taken) { files_.taken = taken; }
  int looks() const { return looks_; }

 private:
  void Touch() {
    happened_ = Touched::kSomething;
    touched_.Raise();
  }
  EventLoop& loop_;
  SignalFlag touched_;
  Touched happened_ = Touched::kNothing;
  GuardedFiles files_;
  std::function<void()> during_;
  int looks_ = 0;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_FILE_WATCH_H_
