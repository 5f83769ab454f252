#include "agent/engine/uplink.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"

namespace sekisho::engine {
namespace {

// Room for the batch's own fields and each record's length beside the records.
constexpr std::size_t kBatchBytes = contract::kMaxSealedPayload - 2048;

}  // namespace

void Uplink::Attach(LinkPort* port) {
  port_ = port;
  state_ = port == nullptr ? v1::LINK_STATE_ABSENT : v1::LINK_STATE_CONNECTING;
  welcome_.Clear();
  Restart();
}

void Uplink::SetState(v1::LinkState state) {
  if (state != state_) Restart();
  if (state != v1::LINK_STATE_CONNECTED) welcome_.Clear();
  state_ = state;
}

void Uplink::Restart() {
  in_flight_.clear();
  sent_row_ = 0;
  untaken_ = 0;
}

void Uplink::Taken(std::uint32_t count) {
  untaken_ -= std::min(untaken_, count);
  Send();
}

void Uplink::Send() {
  if (port_ == nullptr || state_ != v1::LINK_STATE_CONNECTED || identity_.get() == nullptr) return;
  if (std::exchange(generation_, reporter_.generation()) != reporter_.generation()) Restart();
  while (in_flight_.size() < contract::kMaxBatchesInFlight && untaken_ < kMaxUntaken) {
    if (!SendBatch()) return;
  }
}

bool Uplink::SendBatch() {
  spool::Spool* spool = reporter_.spool();
  if (spool == nullptr) return false;
  absl::StatusOr<std::vector<spool::Spool::Stored>> stored =
      spool->Read(sent_row_, contract::kMaxRecordsPerBatch, kBatchBytes);
  if (!stored.ok()) {
    Log(Severity::kError, absl::StrCat("cannot read events: ", stored.status().message()));
    return false;
  }
  if (stored->empty()) return false;
  v1::ReportBatch batch;
  batch.set_terminal_id(identity_.get()->terminal_id());
  batch.set_boot_id(stored->front().record.boot_id);
  for (spool::Spool::Stored& each : *stored) batch.add_records(std::move(each.record.bytes));
  if (!SendSealed(v1::PURPOSE_REPORT, batch.SerializeAsString()).ok()) return false;
  in_flight_.push_back(Batch{batch.boot_id(), stored->back().record.sequence});
  sent_row_ = stored->back().row;
  return true;
}

absl::Status Uplink::SendStatus(const v1::Status& status) {
  if (port_ == nullptr || state_ != v1::LINK_STATE_CONNECTED) {
    return absl::UnavailableError("link not connected");
  }
  return SendSealed(v1::PURPOSE_STATUS, status.SerializeAsString());
}

absl::Status Uplink::SendSealed(v1::Purpose purpose, std::string payload) {
  const Identity* identity = identity_.get();
  if (identity == nullptr) return absl::FailedPreconditionError("not enrolled");
  v1::LinkDown down;
  *down.mutable_sealed() = contract::Seal(identity->report_key, identity->organisation_id(),
                                          purpose, std::move(payload));
  absl::Status sent = port_->Send(down);
  if (sent.ok()) ++untaken_;
  return sent;
}

Uplink::AckOutcome Uplink::Acknowledged(const v1::Acknowledgement& acknowledgement) {
  spool::Spool* spool = reporter_.spool();
  spool::Hash hash;
  if (acknowledgement.record_hash().size() != hash.size()) {
    return {Verdict::kRefused, "malformed-hash"};
  }
  std::memcpy(hash.data(), acknowledgement.record_hash().data(), hash.size());
  if (spool == nullptr) return {Verdict::kAlready, ""};
  absl::StatusOr<spool::Spool::AckResult> result =
      spool->Acknowledge(acknowledgement.boot_id(), acknowledgement.sequence(), hash);
  if (!result.ok()) {
    // The disk's fault: the records stay, go again some day, and are no news to the console.
    Log(Severity::kError, absl::StrCat("cannot delete: ", result.status().message()));
    return {Verdict::kAlready, ""};
  }
  switch (*result) {
    case spool::Spool::AckResult::kOtherHash:
      return {Verdict::kRefused, "other-hash"};
    case spool::Spool::AckResult::kNeverWritten:
      return {Verdict::kRefused, "never-written"};
    case spool::Spool::AckResult::kDeleted:
    case spool::Spool::AckResult::kAlready:
      break;
  }
  const auto named = std::ranges::find_if(in_flight_, [&](const Batch& batch) {
    return batch.boot_id == acknowledgement.boot_id() &&
           batch.last_sequence == acknowledgement.sequence();
  });
  if (named != in_flight_.end()) in_flight_.erase(in_flight_.begin(), named + 1);
  Send();
  return {*result == spool::Spool::AckResult::kDeleted ? Verdict::kDeleted : Verdict::kAlready, ""};
}

}  // namespace sekisho::engine
