#include "agent/local/requests.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/engine/failure.h"

namespace sekisho::local {
namespace {

using engine::Engine;
using Case = v1::LocalRequest::RequestCase;

v1::LocalReply ReplyOf(v1::LocalFailure failure) {
  v1::LocalReply reply;
  *reply.mutable_failure() = std::move(failure);
  return reply;
}

// Either the failure, or what `place` does with the value.
template <typename Value, typename Place>
v1::LocalReply ReplyOf(engine::Answer<Value> answer, Place place) {
  if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) return ReplyOf(std::move(*failure));
  v1::LocalReply reply;
  *place(reply) = std::move(std::get<Value>(answer));
  return reply;
}

void Status(Engine& engine, const v1::LocalRequest&, const Conversation& conversation) {
  v1::LocalReply reply;
  *reply.mutable_status() = engine.Status();
  conversation.reply(std::move(reply));
}

void Devices(Engine& engine, const v1::LocalRequest&, const Conversation& conversation) {
  v1::LocalReply reply;
  *reply.mutable_devices() = engine.Devices();
  conversation.reply(std::move(reply));
}

void Why(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.Why(request.why().device()),
                             [](v1::LocalReply& reply) { return reply.mutable_why(); }));
}

void Exception(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(
      ReplyOf(engine.RequestException(request.exception().device(), request.exception().reason()),
              [](v1::LocalReply& reply) { return reply.mutable_exception(); }));
}

void Return(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.Return(request.return_device().device()),
                             [](v1::LocalReply& reply) { return reply.mutable_return_device(); }));
}

void Enrol(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  engine.Enrol(request.enrol().token(), [reply = conversation.reply](
                                            engine::Answer<v1::LocalEnrolReply> answer) {
    reply(ReplyOf(std::move(answer), [](v1::LocalReply& each) { return each.mutable_enrol(); }));
  });
}

void Adopt(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  const std::vector<std::string> handles(request.adopt().handles().begin(),
                                         request.adopt().handles().end());
  conversation.reply(
      ReplyOf(engine.Adopt(handles), [](v1::LocalReply& reply) { return reply.mutable_adopt(); }));
}

void Export(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.parcels().Export(request.export_parcel().token()),
                             [](v1::LocalReply& reply) { return reply.mutable_export_parcel(); }));
}

void Import(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.parcels().Import(request.import_parcel().parcel()),
                             [](v1::LocalReply& reply) { return reply.mutable_import_parcel(); }));
}

void Doctor(Engine& engine, const v1::LocalRequest&, const Conversation& conversation) {
  v1::LocalReply reply;
  *reply.mutable_doctor() = engine.Doctor();
  conversation.reply(std::move(reply));
}

void Watch(Engine& engine, const v1::LocalRequest&, const Conversation& conversation) {
  conversation.keep(engine.Watch(
      [&engine, uid = conversation.uid, reply = conversation.reply](const v1::LocalNotice& notice) {
        // Whose session is in the background has no part in what the person in front plugs in.
        if (uid != 0 && engine.SeatUid() != uid) return;
        v1::LocalReply message;
        *message.mutable_notice() = notice;
        reply(std::move(message));
      }));
}

void Confirm(Engine& engine, const v1::LocalRequest&, const Conversation& conversation) {
  conversation.reply(
      ReplyOf(engine.Confirm(), [](v1::LocalReply& reply) { return reply.mutable_confirm(); }));
}

void Leave(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  using Asking = engine::Departure::Asking;
  engine.Leave(request.leave().unreleased() ? Asking::kLeaving : Asking::kMayI,
               [reply = conversation.reply](engine::Answer<v1::LocalLeaveReply> answer) {
                 reply(ReplyOf(std::move(answer),
                               [](v1::LocalReply& each) { return each.mutable_leave(); }));
               });
}

void AddFactor(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.factors().Add(conversation.uid, request.add_factor()),
                             [](v1::LocalReply& reply) { return reply.mutable_add_factor(); }));
}

void ConfirmFactor(Engine& engine, const v1::LocalRequest& request,
                   const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.factors().Confirm(conversation.uid, request.confirm_factor()),
                             [](v1::LocalReply& reply) { return reply.mutable_confirm_factor(); }));
}

void Factors(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.factors().List(conversation.uid, request.factors()),
                             [](v1::LocalReply& reply) { return reply.mutable_factors(); }));
}

void RemoveFactor(Engine& engine, const v1::LocalRequest& request,
                  const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.factors().Remove(conversation.uid, request.remove_factor()),
                             [](v1::LocalReply& reply) { return reply.mutable_remove_factor(); }));
}

void Logins(Engine& engine, const v1::LocalRequest& request, const Conversation& conversation) {
  conversation.reply(ReplyOf(engine.factors().Logins(request.logins()),
                             [](v1::LocalReply& reply) { return reply.mutable_logins(); }));
}

constexpr RequestRule kTable[] = {
    {Case::kStatus, Permitted::kAnyone, Status},
    {Case::kDevices, Permitted::kAnyone, Devices},
    {Case::kWhy, Permitted::kAnyone, Why},
    {Case::kException, Permitted::kSeatOrRoot, Exception},
    {Case::kReturnDevice, Permitted::kSeatOrRoot, Return},
    {Case::kEnrol, Permitted::kRoot, Enrol},
    {Case::kAdopt, Permitted::kRoot, Adopt},
    {Case::kExportParcel, Permitted::kRoot, Export},
    {Case::kImportParcel, Permitted::kRoot, Import},
    {Case::kDoctor, Permitted::kSeatOrRoot, Doctor},
    {Case::kWatch, Permitted::kSeatOrRoot, Watch},
    {Case::kConfirm, Permitted::kSeatOrRoot, Confirm},
    {Case::kLeave, Permitted::kRoot, Leave},
    // About somebody else: root alone, which the office sees to.
    {Case::kAddFactor, Permitted::kAnyone, AddFactor},
    {Case::kConfirmFactor, Permitted::kAnyone, ConfirmFactor},
    {Case::kFactors, Permitted::kAnyone, Factors},
    {Case::kRemoveFactor, Permitted::kAnyone, RemoveFactor},
    {Case::kLogins, Permitted::kRoot, Logins},
};

bool May(const Engine& engine, const platform::Peer& peer, Permitted permitted) {
  switch (permitted) {
    case Permitted::kAnyone:
      return true;
    case Permitted::kSeatOrRoot:
      return peer.uid == 0 || engine.SeatUid() == peer.uid;
    case Permitted::kRoot:
      return peer.uid == 0;
  }
  return false;
}

}  // namespace

std::span<const RequestRule> RequestTable() { return kTable; }

void Answer(Engine& engine, const platform::Peer& peer, const v1::LocalRequest& request,
            const Conversation& conversation) {
  const auto* rule = std::ranges::find_if(
      kTable, [&](const RequestRule& each) { return each.request == request.request_case(); });
  if (rule == std::end(kTable)) {
    return conversation.reply(ReplyOf(engine::Fail(v1::LOCAL_ERROR_INVALID, "unknown-request")));
  }
  if (!May(engine, peer, rule->permitted)) {
    return conversation.reply(
        ReplyOf(engine::Fail(v1::LOCAL_ERROR_NOT_PERMITTED,
                             rule->permitted == Permitted::kRoot ? "root-only" : "seat-only")));
  }
  rule->answer(engine, request, conversation);
}

}  // namespace sekisho::local
