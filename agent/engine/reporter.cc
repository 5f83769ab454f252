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

// Whether the person in front of the terminal belongs in it.
bool NamesPerson(v1::EventKind kind) {
  const int number = static_cast<int>(kind);
  return number == v1::EVENT_KIND_DEVICE_REMOVED || (number >= 20 && number < 60);
}

}  // namespace

v1::Retention RetentionOf(v1::EventKind kind) {
  // The number's range is the class: see EventKind. A kind of tomorrow is kept.
  const int number = static_cast<int>(kind);
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

absl::Status Reporter::Record(v1::Event event, IfUnwritable if_unwritable) {
  event.set_boottime_ns(static_cast<std::uint64_t>(clock_.Now().count()));
  *event.mutable_wall_time() = contract::ToProto(clock_.WallNow());
  event.set_retention(RetentionOf(event.kind()));
  if (NamesPerson(event.kind())) {
    if (platform::Result<platform::SeatPerson> person = seat_.Active(); person.ok()) {
      event.mutable_person()->set_uid(person->uid);
      event.mutable_person()->set_name(Minimise(person->name));
    }
  }
  // History is in order: what waits goes first.
  const bool behind = !backlog_.empty() || !failure_.empty();
  absl::Status status = behind ? WriteBacklog() : absl::OkStatus();
  if (status.ok()) status = Write(event);
  if (status.ok()) {
    recording_ = core::Recording::kWorks;
    return status;
  }
  Failed(status);
  if (if_unwritable == IfUnwritable::kForget) return status;
  if (backlog_.size() < kMaxBacklog) {
    backlog_.push_back(std::move(event));
  } else {
    ++dropped_;
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

absl::Status Reporter::Append(v1::Event& event,
                              const std::function<absl::Status(const spool::Record&)>& append) {
  if (!spool_) return absl::UnavailableError("spool: not open");
  const spool::Position position = spool_->Next();
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
  absl::Status status = append(record);
  if (absl::IsDataLoss(status)) {
    // Damaged under our hands: once more, on a fresh file.
    if (absl::Status reopened = OpenSpool(); !reopened.ok()) return reopened;
    const spool::Position next = spool_->Next();
    event.set_sequence(next.sequence);
    event.set_previous_hash(next.previous_hash.data(), next.previous_hash.size());
    record.sequence = next.sequence;
    record.bytes = event.SerializeAsString();
    record.hash = contract::HashOf(record.bytes);
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
