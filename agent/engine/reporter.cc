#include "agent/engine/reporter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "agent/engine/minimise.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

spool::Retention ToSpool(v1::Retention retention) {
  switch (static_cast<int>(retention)) {
    case v1::RETENTION_ROUTINE:
      return spool::Retention::kRoutine;
    case v1::RETENTION_BLOCK:
      return spool::Retention::kBlock;
    default:
      return spool::Retention::kKeep;
  }
}

// Who logs in is named by whoever records it: seldom the one in front of the terminal.
bool IsAboutLogin(v1::EventKind kind) {
  switch (static_cast<int>(kind)) {
    case v1::EVENT_KIND_LOGIN_REFUSED:
    case v1::EVENT_KIND_LOGIN_WOULD_BE_REFUSED:
    case v1::EVENT_KIND_LOGIN_GRANTED:
    case v1::EVENT_KIND_FACTOR_ADDED:
    case v1::EVENT_KIND_FACTOR_REMOVED:
    case v1::EVENT_KIND_LOGINS_MODE_CHANGED:
      return true;
    default:
      return false;
  }
}

// Whether the person in front of the terminal belongs in it.
bool NamesPerson(v1::EventKind kind) {
  if (IsAboutLogin(kind)) return false;
  const int number = static_cast<int>(kind);
  return number == v1::EVENT_KIND_DEVICE_REMOVED || (number >= 20 && number < 60);
}

}  // namespace

v1::Retention RetentionOf(v1::EventKind kind) {
  // The number's range is the class: see EventKind. A kind of tomorrow is kept.
  const int number = static_cast<int>(kind);
  // But for the one that comes in thousands: somebody who writes small files for an hour must not
  // fill the spool with what is never evicted, or nothing could be allowed any more.
  if (kind == v1::EVENT_KIND_FILE_RECORDED) return v1::RETENTION_BLOCK;
  if (number < 20) return v1::RETENTION_ROUTINE;
  if (number < 40) return v1::RETENTION_BLOCK;
  return v1::RETENTION_KEEP;
}

v1::Event EventOf(v1::EventKind kind) {
  v1::Event event;
  event.set_kind(kind);
  return event;
}

void AddParameter(v1::Event& event, std::string_view key, std::string_view value) {
  v1::Parameter* parameter = event.add_parameters();
  parameter->set_key(std::string(key));
  parameter->set_value(Bounded(value));
}

void AddText(v1::Event& event, std::string_view key, std::string_view text) {
  AddParameter(event, key, Minimise(text));
}

Reporter::Reporter(spool::Options options, platform::Clock& clock, platform::Files& files,
                   platform::Seat& seat)
    : options_(std::move(options)), clock_(clock), files_(files), seat_(seat) {}

void Reporter::Open() {
  if (absl::Status status = OpenSpool(); !status.ok()) {
    Failed(status);
    return;
  }
  recording_ = core::Recording::kWorks;
}

absl::Status Reporter::OpenSpool() {
  spool_.reset();  // it holds the file's lock
  absl::StatusOr<std::unique_ptr<spool::Spool>> opened = spool::Spool::Open(options_, files_);
  if (!opened.ok()) return opened.status();
  spool_ = *std::move(opened);
  ++generation_;
  if (const auto& aside = spool_->set_aside()) {
    v1::Event event = EventOf(v1::EVENT_KIND_STATE_SET_ASIDE);
    AddParameter(event, "file", "spool.db");
    AddParameter(event, "cause", aside->cause);
    Log(Severity::kError, absl::StrCat("spool is ", aside->cause, "; set aside as ", aside->name));
    return Write(std::move(event));
  }
  return absl::OkStatus();
}

void Reporter::Stamp(v1::Event& event, const platform::Result<platform::SeatPerson>& person) const {
  event.set_boottime_ns(static_cast<std::uint64_t>(clock_.Now().count()));
  *event.mutable_wall_time() = contract::ToProto(clock_.WallNow());
  event.set_retention(RetentionOf(event.kind()));
  if (!NamesPerson(event.kind()) || !person.ok()) return;
  event.mutable_person()->set_uid(person->uid);
  event.mutable_person()->set_name(Minimise(person->name));
}

absl::Status Reporter::Record(v1::Event event, IfUnwritable if_unwritable) {
  // Asked only when it belongs in there.
  platform::Result<platform::SeatPerson> person = platform::Failure{};
  if (NamesPerson(event.kind())) person = seat_.Active();
  Stamp(event, person);
  // History is in order: what waits goes first.
  const bool behind = !backlog_.empty() || !failure_.empty();
  absl::Status status = behind ? WriteBacklog() : absl::OkStatus();
  if (status.ok()) status = Write(event);
  if (status.ok()) {
    recording_ = core::Recording::kWorks;
    return status;
  }
  if (if_unwritable == IfUnwritable::kWait) return Wait(std::move(status), std::move(event));
  Failed(status);
  return status;
}

absl::Status Reporter::Wait(absl::Status status, v1::Event event) {
  Failed(status);
  if (backlog_.size() < kMaxBacklog) {
    backlog_.push_back(std::move(event));
  } else {
    ++dropped_;
  }
  return status;
}

absl::Status Reporter::RecordMany(std::vector<v1::Event> events) {
  if (events.empty()) return absl::OkStatus();
  const platform::Result<platform::SeatPerson> person = seat_.Active();
  for (v1::Event& event : events) Stamp(event, person);
  const bool behind = !backlog_.empty() || !failure_.empty();
  absl::Status status = behind ? WriteBacklog() : absl::OkStatus();
  if (status.ok()) status = WriteMany(events);
  if (status.ok()) {
    recording_ = core::Recording::kWorks;
    return status;
  }
  for (v1::Event& event : events) (void)Wait(status, std::move(event));
  return status;
}

absl::Status Reporter::WriteMany(std::vector<v1::Event>& events) {
  if (!spool_) return absl::UnavailableError("spool: not open");
  std::vector<spool::Record> records;
  const auto place = [&] {
    records.clear();
    spool::Position position = spool_->Next();
    for (v1::Event& event : events) {
      records.push_back(Place(event, position));
      position = {records.back().sequence + 1, records.back().hash};
    }
  };
  place();
  absl::Status status = spool_->AppendMany(records);
  if (absl::IsDataLoss(status)) {
    if (absl::Status reopened = OpenSpool(); !reopened.ok()) return reopened;
    place();
    status = spool_->AppendMany(records);
  }
  if (!status.ok()) return status;
  for (const v1::Event& event : events) {
    if (recorded_) recorded_(event);
  }
  return status;
}

absl::Status Reporter::Write(v1::Event event) {
  return Append(event, [this](const spool::Record& record) { return spool_->Append(record); });
}

absl::Status Reporter::WriteReport(v1::Event event, spool::Retention reported) {
  return Append(event, [this, reported](const spool::Record& record) {
    return spool_->AppendReport(record, reported);
  });
}

spool::Record Reporter::Place(v1::Event& event, const spool::Position& position) const {
  event.set_boot_id(options_.boot_id);
  event.set_sequence(position.sequence);
  event.set_previous_hash(position.previous_hash.data(), position.previous_hash.size());
  if (absl::Status bounds = contract::CheckBounds(event); !bounds.ok()) {
    // One event that the console must refuse would hold up all that follow it.
    Log(Severity::kError, absl::StrCat("event without its parameters: ", bounds.message()));
    event.clear_parameters();
  }
  spool::Record record{options_.boot_id,
                       position.sequence,
                       ToSpool(event.retention()),
                       {},
                       event.SerializeAsString()};
  record.hash = contract::HashOf(record.bytes);
  return record;
}

absl::Status Reporter::Append(v1::Event& event,
                              const std::function<absl::Status(const spool::Record&)>& append) {
  if (!spool_) return absl::UnavailableError("spool: not open");
  spool::Record record = Place(event, spool_->Next());
  absl::Status status = append(record);
  if (absl::IsDataLoss(status)) {
    // Damaged under our hands: once more, on a fresh file.
    if (absl::Status reopened = OpenSpool(); !reopened.ok()) return reopened;
    record = Place(event, spool_->Next());
    status = append(record);
  }
  if (status.ok() && recorded_) recorded_(event);
  return status;
}

void Reporter::Failed(const absl::Status& status) {
  if (recording_ == core::Recording::kWorks || failure_.empty()) {
    Log(Severity::kError,
        absl::StrCat("cannot record: ", status.message(), "; new allows are refused until it can"));
  }
  recording_ = core::Recording::kFails;
  failure_ = std::string(status.message());
}

absl::Status Reporter::WriteBacklog() {
  if (!failure_.empty()) {
    v1::Event event = EventOf(v1::EVENT_KIND_SPOOL_UNWRITABLE);
    event.set_boottime_ns(static_cast<std::uint64_t>(clock_.Now().count()));
    *event.mutable_wall_time() = contract::ToProto(clock_.WallNow());
    event.set_retention(RetentionOf(event.kind()));
    AddParameter(event, "cause", failure_);
    AddParameter(event, "dropped", absl::StrCat(dropped_));
    if (absl::Status status = Write(std::move(event)); !status.ok()) return status;
    failure_.clear();
    dropped_ = 0;
  }
  while (!backlog_.empty()) {
    if (absl::Status status = Write(backlog_.front()); !status.ok()) return status;
    backlog_.pop_front();
  }
  return absl::OkStatus();
}

void Reporter::Retry() {
  if (recording_ == core::Recording::kFails) {
    absl::Status status = spool_ ? spool_->Probe() : OpenSpool();
    if (status.ok()) status = WriteBacklog();
    if (!status.ok()) {
      failure_ = std::string(status.message());
      return;
    }
    recording_ = core::Recording::kWorks;
    Log(Severity::kNotice, "recording works again");
  }
  ReportEvictions();
}

absl::Status Reporter::Probe() {
  return spool_ ? spool_->Probe() : absl::UnavailableError("spool: not open");
}

void Reporter::ReportEvictions() {
  for (const spool::Evicted& evicted : spool_->Evictions()) {
    v1::Event event = EventOf(v1::EVENT_KIND_SPOOL_EVICTED);
    event.set_boottime_ns(static_cast<std::uint64_t>(clock_.Now().count()));
    *event.mutable_wall_time() = contract::ToProto(clock_.WallNow());
    event.set_retention(RetentionOf(event.kind()));
    AddParameter(event, "count", absl::StrCat(evicted.count));
    AddParameter(event, "first", absl::StrCat(evicted.first));
    AddParameter(event, "last", absl::StrCat(evicted.last));
    AddParameter(event, "class",
                 evicted.retention == spool::Retention::kRoutine ? "routine" : "block");
    if (absl::Status status = WriteReport(std::move(event), evicted.retention); !status.ok()) {
      Failed(status);
      return;
    }
  }
}

std::uint64_t Reporter::last_sequence() const { return spool_ ? spool_->Next().sequence - 1 : 0; }

}  // namespace sekisho::engine
