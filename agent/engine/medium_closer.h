#ifndef SEKISHO_AGENT_ENGINE_MEDIUM_CLOSER_H_
#define SEKISHO_AGENT_ENGINE_MEDIUM_CLOSER_H_

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/core/device.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// What is to be shut.
struct Closing {
  std::shared_ptr<platform::OpenDevice> held;
  core::Device device;
  std::string grant_id;  // empty when no grant had opened it
  // kAtOnce: as much was written as may be, so that nothing that still waits in memory goes there:
  // nobody is asked, nothing is hashed or flushed, and it is deauthorised before it is unmounted.
  enum class Manner { kTidy, kAtOnce } manner = Manner::kTidy;
};

enum class CloseResult {
  kShut,
  kGone,       // unplugged, or cut from its port: another device as far as anyone can tell
  kStillOpen,  // every step was tried; ENFORCEMENT_FAILED says which failed
};

// Shuts a medium: names and ends whoever holds it (SIGTERM, a short grace, SIGKILL), lets what was
// written be hashed within a bound, flushes within another, unmounts, deauthorises, and cuts the
// port from a device that will not let go. Each step goes on whatever the one before it did: shut
// matters more than tidy. Never blocks the loop but for the flush.
class MediumCloser {
 public:
  // All outlive this.
  MediumCloser(Seams& seams, const Settings& settings, Reporter& reporter)
      : seams_(seams), settings_(settings), reporter_(reporter) {}

  // Calls back once, from the loop or at once, unless this is destroyed before.
  void Start(Closing closing, std::function<void(CloseResult)> done);

 private:
  struct Job {
    Closing closing;
    std::function<void(CloseResult)> done;
    platform::BootTime started{};
    platform::BootTime kill_at{};
    int kills = 0;
    std::set<int> asked;
    std::unique_ptr<platform::EventLoop::Handle> alarm;
    std::unique_ptr<platform::EventLoop::Handle> hashing;
  };
  using JobRef = std::list<Job>::iterator;

  void AskHolders(JobRef job);
  void AwaitHolders(JobRef job);
  // Nobody holds it any more, but for those who hash what was written last.
  void AwaitHashes(JobRef job);
  void Finish(JobRef job);
  void RecordHolder(const Job& job, const platform::Holder& holder, platform::Media::Force force);
  void RecordFailure(const Job& job, const std::string& step, const platform::Failure& failure);
  std::vector<platform::Holder> HoldersOf(const Job& job);

  Seams& seams_;
  const Settings& settings_;
  Reporter& reporter_;
  std::list<Job> jobs_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MEDIUM_CLOSER_H_
