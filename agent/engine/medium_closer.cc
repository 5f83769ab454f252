#include "agent/engine/medium_closer.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

// How often whoever was told to go is looked at again, while a medium is being closed.
constexpr std::chrono::milliseconds kLookAgain{100};
// A holder that survives this many SIGKILLs is stuck in the kernel; the port is cut under it.
constexpr int kMaxKills = 5;

bool IsGone(const platform::Failure& failure) {
  return failure.code == std::errc::no_such_device ||
         failure.code == std::errc::no_such_file_or_directory;
}

const char* YesNo(bool yes) { return yes ? "yes" : "no"; }

}  // namespace

void MediumCloser::Start(Closing closing, std::function<void(CloseResult)> done) {
  Job job;
  job.closing = std::move(closing);
  job.done = std::move(done);
  job.started = seams_.clock.Now();
  job.kill_at = job.started + settings_.holder_grace;
  const JobRef added = jobs_.insert(jobs_.end(), std::move(job));
  if (added->closing.manner == Closing::Manner::kAtOnce) return Finish(added);
  AskHolders(added);
}

std::vector<platform::Holder> MediumCloser::HoldersOf(const Job& job) {
  platform::Result<std::vector<platform::Holder>> holders = seams_.media.Holders(*job.closing.held);
  if (holders.ok()) return std::move(*holders);
  if (!IsGone(holders.failure())) RecordFailure(job, "holders", holders.failure());
  return {};
}

void MediumCloser::AskHolders(JobRef job) {
  const std::vector<platform::Holder> holders = HoldersOf(*job);
  if (holders.empty()) return AwaitHashes(job);
  for (const platform::Holder& holder : holders) {
    job->asked.insert(holder.pid);
    (void)seams_.media.End(holder, platform::Media::Force::kAsk);  // its end is looked for below
    RecordHolder(*job, holder, platform::Media::Force::kAsk);
  }
  job->alarm = seams_.loop.At(seams_.clock.Now() + kLookAgain, [this, job] { AwaitHolders(job); });
}

void MediumCloser::AwaitHolders(JobRef job) {
  const std::vector<platform::Holder> holders = HoldersOf(*job);
  if (holders.empty()) return AwaitHashes(job);
  if (seams_.clock.Now() >= job->kill_at) {
    if (job->kills >= kMaxKills) return AwaitHashes(job);
    for (const platform::Holder& holder : holders) {
      platform::Outcome ended = seams_.media.End(holder, platform::Media::Force::kKill);
      if (job->kills == 0) RecordHolder(*job, holder, platform::Media::Force::kKill);
      if (!ended.ok()) RecordFailure(*job, "end holder", ended.failure());
    }
    ++job->kills;
  } else {
    // Somebody new, who came while the others were leaving.
    for (const platform::Holder& holder : holders) {
      if (!job->asked.insert(holder.pid).second) continue;
      (void)seams_.media.End(holder, platform::Media::Force::kAsk);
      RecordHolder(*job, holder, platform::Media::Force::kAsk);
    }
  }
  job->alarm = seams_.loop.At(seams_.clock.Now() + kLookAgain, [this, job] { AwaitHolders(job); });
}

void MediumCloser::AwaitHashes(JobRef job) {
  if (seams_.file_record == nullptr) return Finish(job);
  job->hashing = seams_.file_record->Settle(job->closing.device.port_path, settings_.hash_bound,
                                            [this, job] { Finish(job); });
}

void MediumCloser::Finish(JobRef job) {
  const platform::OpenDevice& held = *job->closing.held;
  const bool tidy = job->closing.manner == Closing::Manner::kTidy;
  platform::Outcome flushed = platform::Done{};
  platform::Outcome unmounted = platform::Done{};
  if (tidy) {
    flushed = seams_.media.Flush(held, settings_.flush_bound);
    if (!flushed.ok() && !IsGone(flushed.failure())) {
      RecordFailure(*job, "flush", flushed.failure());
    }
    unmounted = seams_.media.Unmount(held);
  }
  platform::Outcome shut = seams_.enforcer.Deauthorise(held);
  if (!tidy) unmounted = seams_.media.Unmount(held);
  if (!unmounted.ok() && !IsGone(unmounted.failure())) {
    RecordFailure(*job, "unmount", unmounted.failure());
  }
  CloseResult result = CloseResult::kShut;
  if (!shut.ok()) {
    result = IsGone(shut.failure()) ? CloseResult::kGone : CloseResult::kStillOpen;
    if (result == CloseResult::kStillOpen) RecordFailure(*job, "deauthorise", shut.failure());
  }
  // Whoever mounted it between the two would keep a file system without a disk.
  (void)seams_.media.Unmount(held);
  // Somebody who still holds it (an open usbfs node goes on working after `authorized` is 0), or a
  // file system that could not be unmounted: take the device away from under them.
  const bool let_go = unmounted.ok() && HoldersOf(*job).empty();
  if (result == CloseResult::kStillOpen || (result == CloseResult::kShut && !let_go)) {
    platform::Outcome cut = seams_.enforcer.CutPort(held);
    if (cut.ok() || IsGone(cut.failure())) {
      result = CloseResult::kGone;
    } else {
      RecordFailure(*job, "cut port", cut.failure());
    }
  }
  v1::Event event = EventOf(v1::EVENT_KIND_MEDIUM_CLOSED);
  *event.mutable_device() = contract::ToProto(job->closing.device);
  event.set_grant_id(job->closing.grant_id);
  AddParameter(event, "flushed", YesNo(tidy && flushed.ok()));
  AddParameter(event, "unmounted", YesNo(unmounted.ok()));
  AddParameter(event, "deauthorised", YesNo(result != CloseResult::kStillOpen));
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(seams_.clock.Now() - job->started);
  AddParameter(event, "milliseconds", absl::StrCat(took.count()));
  (void)reporter_.Record(std::move(event));  // a shut acts whether or not it can be recorded

  const std::function<void(CloseResult)> done = std::move(job->done);
  jobs_.erase(job);
  done(result);
}

void MediumCloser::RecordHolder(const Job& job, const platform::Holder& holder,
                                platform::Media::Force force) {
  v1::Event event = EventOf(v1::EVENT_KIND_HOLDER_ENDED);
  *event.mutable_device() = contract::ToProto(job.closing.device);
  event.set_grant_id(job.closing.grant_id);
  AddParameter(event, "pid", absl::StrCat(holder.pid));
  AddText(event, "program", holder.program);
  AddParameter(event, "uid", absl::StrCat(holder.uid));
  AddParameter(event, "signal", force == platform::Media::Force::kAsk ? "TERM" : "KILL");
  (void)reporter_.Record(std::move(event));
}

void MediumCloser::RecordFailure(const Job& job, const std::string& step,
                                 const platform::Failure& failure) {
  v1::Event event = EventOf(v1::EVENT_KIND_ENFORCEMENT_FAILED);
  *event.mutable_device() = contract::ToProto(job.closing.device);
  event.set_grant_id(job.closing.grant_id);
  AddParameter(event, "step", step);
  AddParameter(event, "error", failure.ToString());
  (void)reporter_.Record(std::move(event));
}

}  // namespace sekisho::engine
