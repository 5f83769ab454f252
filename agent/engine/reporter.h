#ifndef SEKISHO_AGENT_ENGINE_REPORTER_H_
#define SEKISHO_AGENT_ENGINE_REPORTER_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "agent/core/decide.h"
#include "agent/spool/spool.h"
#include "platform/api/clock.h"
#include "platform/api/files.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::engine {

// Which class an event of this kind belongs to when the spool is full.
v1::Retention RetentionOf(v1::EventKind kind);

v1::Event EventOf(v1::EventKind kind);
// Printable and within the wire's bound.
void AddParameter(v1::Event& event, std::string_view key, std::string_view value);
// The same for what a person or a program wrote: minimised (agent/engine/minimise.h).
void AddText(v1::Event& event, std::string_view key, std::string_view text);

// Writes the terminal's history: numbers, chains and stores each event. What cannot be written
// waits in memory, bounded, and goes first once the spool works again.
class Reporter {
 public:
  // `clock`, `files` and `seat` outlive this.
  Reporter(spool::Options options, platform::Clock& clock, platform::Files& files,
           platform::Seat& seat);

  // Opens the spool. Reports through Record whatever had to be set aside.
  void Open();

  // What becomes of an event that cannot be written now. kForget is for what will then not happen.
  enum class IfUnwritable { kWait, kForget };
  // OK when it is durable. Otherwise recording() fails until a later write succeeds.
  absl::Status Record(v1::Event event, IfUnwritable if_unwritable = IfUnwritable::kWait);
  // The same for many at once, in one write: all of them or none. What cannot be written now waits.
  absl::Status RecordMany(std::vector<v1::Event> events);
  core::Recording recording() const { return recording_; }
  // On the tick: tries a spool that failed again, and reports evictions.
  void Retry();
  // An attempt to write, now.
  absl::Status Probe();

  // Null while it cannot be opened at all.
  spool::Spool* spool() { return spool_.get(); }
  // Rises when a fresh spool takes the place of a damaged one: rows are counted anew.
  std::uint64_t generation() const { return generation_; }
  std::uint64_t last_sequence() const;
  std::uint64_t waiting() const { return (spool_ ? spool_->waiting() : 0) + backlog_.size(); }
  // Called after each event that is durable.
  void OnRecorded(std::function<void(const v1::Event&)> recorded) {
    recorded_ = std::move(recorded);
  }

 private:
  static constexpr std::size_t kMaxBacklog = 256;

  // Everything but its place in the history.
  void Stamp(v1::Event& event, const platform::Result<platform::SeatPerson>& person) const;
  // Its place in the history, after `position`, and the record that it becomes.
  spool::Record Place(v1::Event& event, const spool::Position& position) const;
  absl::Status WriteMany(std::vector<v1::Event>& events);
  absl::Status Wait(absl::Status status, v1::Event event);
  absl::Status Write(v1::Event event);
  absl::Status WriteReport(v1::Event event, spool::Retention reported);
  absl::Status Append(v1::Event& event,
                      const std::function<absl::Status(const spool::Record&)>& append);
  absl::Status OpenSpool();
  void Failed(const absl::Status& status);
  absl::Status WriteBacklog();
  void ReportEvictions();

  spool::Options options_;
  platform::Clock& clock_;
  platform::Files& files_;
  platform::Seat& seat_;
  std::unique_ptr<spool::Spool> spool_;
  core::Recording recording_ = core::Recording::kFails;
  std::string failure_;
  std::deque<v1::Event> backlog_;
  std::uint64_t dropped_ = 0;
  std::uint64_t generation_ = 0;
  std::function<void(const v1::Event&)> recorded_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_REPORTER_H_
