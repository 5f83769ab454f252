#include "console/service/parcel_service.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "console/service/groups.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr char kMethod[] = "sekisho.v1.ParcelService/CarryParcel";
// For the commit that an acknowledgement waits for.
constexpr std::chrono::seconds kCommit{30};
// Room for the parcel's own fields.
constexpr std::size_t kEnvelope = 1024;

// In the place of a stream: keeps what would have been sent.
class Answers : public live::TerminalLink {
 public:
  void Send(live::Outgoing message) override {
    {
      std::lock_guard lock(mutex_);
      if (!message->has_sealed()) return;
      if (message->sealed().purpose() == v1::PURPOSE_ACKNOWLEDGEMENT) ++acknowledged_;
      sealed_.push_back(message->sealed());
    }
    changed_.notify_all();
  }
  void Close(absl::Status status) override {
    {
      std::lock_guard lock(mutex_);
      closed_ = std::move(status);
    }
    changed_.notify_all();
  }

  // Until that many reports are acknowledged; what the session was closed with if they are not.
  absl::Status Await(std::size_t acknowledged) {
    std::unique_lock lock(mutex_);
    const bool done = changed_.wait_for(
        lock, kCommit, [&] { return acknowledged_ >= acknowledged || !closed_.ok(); });
    if (!closed_.ok()) return closed_;
    return done ? absl::OkStatus()
                : absl::UnavailableError("the console is behind with its store: carry it again");
  }
  std::vector<v1::Sealed> Take() {
    std::lock_guard lock(mutex_);
    return std::move(sealed_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t acknowledged_ = 0;
  std::vector<v1::Sealed> sealed_;
  absl::Status closed_;
};

// What the terminal needs first when not all fits: acknowledgements can wait, they come again; the
// register goes on with the next parcel where it stopped.
int Rank(const v1::Sealed& sealed) {
  if (sealed.purpose() == v1::PURPOSE_REGISTER) return 2;
  return sealed.purpose() == v1::PURPOSE_ACKNOWLEDGEMENT ? 1 : 0;
}

void Fill(std::vector<v1::Sealed> answers, v1::CarryParcelResponse& response) {
  std::ranges::stable_sort(answers, {}, Rank);
  std::size_t bytes = kEnvelope;
  for (v1::Sealed& sealed : answers) {
    const std::size_t size = sealed.ByteSizeLong() + 8;
    const bool fits = bytes + size <= contract::kMaxSealedPayload &&
                      response.parcel().sealed_size() < static_cast<int>(contract::kMaxListItems);
    if (!fits) {
      response.set_left_out(response.left_out() + 1);
      // What follows one of the register is of no use without it, and last in line.
      if (sealed.purpose() == v1::PURPOSE_REGISTER) return;
      continue;
    }
    bytes += size;
    *response.mutable_parcel()->add_sealed() = std::move(sealed);
  }
}

// Not the terminal's word: the console's own trouble.
bool IsOurs(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsInternal(status);
}

}  // namespace

absl::StatusOr<v1::CarryParcelResponse> ParcelService::CarryParcel(
    const authz::Caller& caller, const v1::CarryParcelRequest& request) {
  const v1::Parcel& parcel = request.parcel();
  if (parcel.has_enrolment()) {
    return absl::InvalidArgumentError(
        "this parcel is for the terminal: take it there (sekisho import)");
  }
  if (parcel.has_enrol()) return Enrol(caller, parcel.enrol());
  if (parcel.sealed().empty()) return absl::InvalidArgumentError("the parcel is empty");
  return Report(caller, parcel);
}

absl::StatusOr<v1::CarryParcelResponse> ParcelService::Enrol(const authz::Caller& caller,
                                                             const v1::EnrolRequest& request) {
  absl::StatusOr<v1::EnrolResponse> enrolled =
      enrolment_.Enrol(request, absl::StrCat("parcel of ", caller.name), Carrier::kParcel);
  if (!enrolled.ok()) return enrolled.status();
  v1::EnrolmentGrant grant;
  if (!grant.ParseFromString(enrolled->enrolment().payload())) {
    return absl::InternalError("the enrolment that was just made does not parse");
  }
  v1::CarryParcelResponse response;
  v1::Parcel& parcel = *response.mutable_parcel();
  parcel.set_terminal_id(grant.terminal_id());
  *parcel.mutable_written_at() = contract::ToProto(clock_.wall());
  *parcel.mutable_enrolment() = *std::move(enrolled);
  absl::StatusOr<store::TerminalRecord> terminal =
      store_.terminals().FindTerminal(grant.terminal_id());
  if (terminal.ok()) response.set_terminal_name(terminal->name);
  return response;
}

absl::StatusOr<v1::CarryParcelResponse> ParcelService::Report(const authz::Caller& caller,
                                                              const v1::Parcel& parcel) {
  absl::StatusOr<store::TerminalRecord> terminal =
      ResolveTerminal(store_.terminals(), caller, kMethod, parcel.terminal_id());
  if (!terminal.ok()) return terminal.status();
  const auto answers = std::make_shared<Answers>();
  absl::StatusOr<std::shared_ptr<AgentSession>> session = agents_.OpenParcel(*terminal, answers);
  if (!session.ok()) return session.status();
  v1::CarryParcelResponse response;
  std::size_t reports = 0;
  for (const v1::Sealed& sealed : parcel.sealed()) {
    absl::Status received = (*session)->Receive(sealed);
    if (IsOurs(received)) return received;
    if (!received.ok()) {
      response.set_refused(response.refused() + 1);
      continue;
    }
    if (sealed.purpose() != v1::PURPOSE_REPORT) continue;
    // One after the other: no more is in flight than on a stream.
    if (absl::Status stored = answers->Await(++reports); !stored.ok()) return stored;
    v1::ReportBatch batch;
    batch.ParseFromString(sealed.payload());
    response.set_events(response.events() + batch.records_size());
  }
  response.set_terminal_name(terminal->name);
  response.mutable_parcel()->set_terminal_id(terminal->terminal_id);
  *response.mutable_parcel()->mutable_written_at() = contract::ToProto(clock_.wall());
  Fill(answers->Take(), response);
  absl::Status recorded = store_.audit().Record(
      {.organisation_id = terminal->organisation_id,
       .group_path = terminal->group_path,
       .at = clock_.wall(),
       .actor = caller.name,
       .method = "CarryParcel",
       .target = terminal->name,
       .detail = absl::StrCat("events=", response.events(), " refused=", response.refused(),
                              " answers=", response.parcel().sealed_size())});
  if (!recorded.ok()) return recorded;
  return response;
}

}  // namespace sekisho::console::service
