#ifndef SEKISHO_AGENT_ENGINE_ENROLMENT_H_
#define SEKISHO_AGENT_ENGINE_ENROLMENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/engine/failure.h"
#include "agent/engine/identity.h"
#include "agent/engine/seams.h"
#include "agent/engine/uplink.h"
#include "proto/contract/keys.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// One enrolment at a time: a fresh report key and random number go out with the token, and what
// comes back must be about them, under the root whose hash the token carries. The link only
// carries.
class Enrolment {
 public:
  using Done = std::function<void(Answer<v1::LocalEnrolReply>)>;
  // All outlive this. `enrolled` is called once the identity is on disk, `replaceable` asked
  // whether the one that is there may make room.
  Enrolment(Seams& seams, const HostFacts& host, IdentityKeeper& identity, Uplink& uplink,
            std::function<void()> enrolled, std::function<bool()> replaceable)
      : seams_(seams),
        host_(host),
        identity_(identity),
        uplink_(uplink),
        enrolled_(std::move(enrolled)),
        replaceable_(std::move(replaceable)) {}

  // A fresh key and random number for a token, and the claims to be sent with it.
  struct Request {
    v1::EnrolmentToken token;
    contract::PrivateKey report_key;
    std::string nonce;
    v1::Sealed claims;
  };
  Answer<Request> Prepare(const std::string& token) const;
  // An answer to what was prepared with this key and nonce: verified, then durable.
  Answer<v1::LocalEnrolReply> Accept(const EnrolmentAnswer& answer, std::string_view anchor_hash,
                                     contract::PrivateKey report_key, const std::string& nonce);

  // Calls back once: when it failed, or with the identity durable.
  void Begin(const std::string& token, Done done);
  void Answered(const v1::LinkEnrolment& answer);
  void LinkGone();

 private:
  struct Pending {
    Request request;
    Done done;
    std::unique_ptr<platform::EventLoop::Handle> alarm;
  };
  void Finish(Answer<v1::LocalEnrolReply> answer);

  Seams& seams_;
  const HostFacts& host_;
  IdentityKeeper& identity_;
  Uplink& uplink_;
  std::function<void()> enrolled_;
  std::function<bool()> replaceable_;
  std::optional<Pending> pending_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ENROLMENT_H_
