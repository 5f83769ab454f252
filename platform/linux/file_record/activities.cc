#include "platform/linux/file_record/activities.h"

#include <algorithm>

namespace sekisho::platform {
namespace {

bool ChangesContent(FileOperation operation) {
  switch (operation) {
    case FileOperation::kCreated:
    case FileOperation::kWritten:
      return true;
    case FileOperation::kRead:
    case FileOperation::kRenamed:
    case FileOperation::kDeleted:
      return false;
  }
  return false;
}

// A later step that says nothing which an earlier one by the same program has not said: whoever
// creates a file also writes it, and whoever writes it may read it.
bool Says(const FileStep& earlier, const FileStep& later) {
  if (earlier.path != later.path || earlier.actor.pid != later.actor.pid) return false;
  if (earlier.operation == later.operation && earlier.to == later.to) return true;
  return ChangesContent(earlier.operation) &&
         (later.operation == FileOperation::kWritten || later.operation == FileOperation::kRead);
}

}  // namespace

void FileActivities::Add(const FileKey& key, FileStep step, const NameInDirectory& name,
                         Writer writer) {
  if (ChangesContent(step.operation)) {
    if (const auto job = hashing_of_.find(key); job != hashing_of_.end()) {
      hashing_.at(job->second).changed = true;
    }
  }
  auto found = open_.find(key);
  if (found == open_.end()) {
    if (open_.size() >= kMaxFiles) {
      ++missed_;
      return;
    }
    found = open_.emplace(key, Activity{}).first;
    found->second.key = key;
    found->second.first = step.at;
  }
  Activity& activity = found->second;
  activity.last = step.at;
  activity.ripe = false;
  activity.name = name;
  // Created when it was there already: one more name for it.
  if (writer == Writer::kStays && activity.steps.empty()) activity.unclosed = true;
  if (writer == Writer::kCloses) activity.unclosed = false;
  const bool deleted = step.operation == FileOperation::kDeleted;
  const bool said =
      std::ranges::any_of(activity.steps, [&](const FileStep& each) { return Says(each, step); });
  if (!said) activity.steps.push_back(std::move(step));
  if (deleted) {
    Emit(activity, {.size = {}, .sha256 = {}, .unhashed = "deleted"});
    open_.erase(found);
  }
}

void FileActivities::Ripen(BootTime now, Which which) {
  for (auto& [key, activity] : open_) {
    const bool quiet = now - activity.last >= kQuiet || now - activity.first >= kLongest;
    if (activity.ripe || activity.unclosed || (which == Which::kQuiet && !quiet)) continue;
    activity.ripe = true;
    ripe_.push_back(key);
  }
}

std::optional<FileActivities::Job> FileActivities::Take() {
  auto found = open_.end();
  while (found == open_.end() && !ripe_.empty()) {
    found = open_.find(ripe_.front());
    if (found != open_.end() && !found->second.ripe) found = open_.end();
    ripe_.pop_front();
  }
  if (found == open_.end()) return std::nullopt;
  Activity& activity = found->second;
  const bool written = std::ranges::any_of(activity.steps, [](const FileStep& step) {
    return ChangesContent(step.operation) || step.operation == FileOperation::kRenamed;
  });
  Job job{next_id_++, activity.key, activity.name,
          written ? Job::Interest::kWritten : Job::Interest::kOnlyRead};
  hashing_of_[job.key] = job.id;
  hashing_.emplace(job.id, std::move(activity));
  open_.erase(found);
  return job;
}

void FileActivities::Finish(std::uint64_t id, HashOutcome outcome) {
  const auto found = hashing_.find(id);
  if (found == hashing_.end()) return;  // was given up
  if (found->second.changed) outcome = {.size = {}, .sha256 = {}, .unhashed = "changed"};
  Emit(found->second, outcome);
  const auto job = hashing_of_.find(found->second.key);
  if (job != hashing_of_.end() && job->second == id) hashing_of_.erase(job);
  hashing_.erase(found);
}

void FileActivities::Emit(const Activity& activity, const HashOutcome& outcome) {
  // The content that was hashed is the one that the last write left, and what came after it saw.
  std::size_t valid_from = 0;
  for (std::size_t i = 0; i < activity.steps.size(); ++i) {
    if (activity.steps[i].operation == FileOperation::kWritten) valid_from = i;
  }
  for (std::size_t i = 0; i < activity.steps.size(); ++i) {
    const FileStep& step = activity.steps[i];
    FileRecorded record;
    record.port_path = port_path_;
    record.operation = step.operation;
    record.path = step.path;
    record.to = step.to;
    record.actor = step.actor;
    record.at = step.at;
    if (step.operation == FileOperation::kDeleted) {
      // There is nothing left to hash, and that is no omission.
    } else if (i < valid_from) {
      record.unhashed = "changed";
    } else {
      record.size = outcome.size;
      record.sha256 = outcome.sha256;
      record.unhashed = outcome.unhashed;
    }
    records_.push_back(std::move(record));
  }
}

std::uint64_t FileActivities::GiveUp(const std::string& why) {
  std::uint64_t count = 0;
  const auto give_up = [&](const Activity& activity) {
    Emit(activity, {.size = {}, .sha256 = {}, .unhashed = activity.unclosed ? "open" : why});
    ++count;
  };
  for (const auto& [id, activity] : hashing_) give_up(activity);
  for (const auto& [key, activity] : open_) give_up(activity);
  hashing_.clear();
  hashing_of_.clear();
  ripe_.clear();
  open_.clear();
  return count;
}

std::vector<FileActivities::Job> FileActivities::Unclosed(BootTime now) {
  std::vector<Job> jobs;
  for (auto& [key, activity] : open_) {
    if (!activity.unclosed || activity.asked || now - activity.last < kQuiet) continue;
    activity.asked = true;
    jobs.push_back({0, key, activity.name, Job::Interest::kWritten});
  }
  return jobs;
}

void FileActivities::NeverCloses(const FileKey& key) {
  if (const auto found = open_.find(key); found != open_.end()) found->second.unclosed = false;
}

void FileActivities::Tell(FileStep step) {
  Activity activity;
  activity.steps.push_back(std::move(step));
  Emit(activity, {});
}

}  // namespace sekisho::platform
