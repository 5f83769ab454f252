#ifndef SEKISHO_AGENT_ENGINE_UNATTENDED_H_
#define SEKISHO_AGENT_ENGINE_UNATTENDED_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/engine/enrolment.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// Enrols without a person, for as long as it takes: with the token in a file, or on the kernel's
// command line. The console may be unreachable when the terminal first starts; meanwhile the
// barrier does what its mode says, and nothing waits for this. Once enrolled it does nothing.
class UnattendedEnrolment {
 public:
  // All outlive this. `wanted`: not enrolled, or with another machine's identity.
  UnattendedEnrolment(Seams& seams, const Settings& settings, Enrolment& enrolment,
                      std::function<bool()> wanted)
      : seams_(seams), settings_(settings), enrolment_(enrolment), wanted_(std::move(wanted)) {}

  // There is somebody to carry it.
  void LinkAttached();
  // A token that has come, or another than before, is tried without waiting.
  void Tick();
  // Why the console does not take the token, a code; nullopt while it may.
  const std::optional<std::string>& refused() const { return refused_; }

 private:
  struct Token {
    std::string text;
    std::string where;
  };
  std::optional<Token> Find();
  void Try();
  void TryAfter(std::chrono::milliseconds delay);
  void Answered(const Token& token, const Answer<v1::LocalEnrolReply>& answer);
  void Failed(const Token& token, const v1::LocalFailure& failure);

  Seams& seams_;
  const Settings& settings_;
  Enrolment& enrolment_;
  std::function<bool()> wanted_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
  std::string tried_;  // the newest token that was
  int failures_ = 0;
  bool asking_ = false;
  std::optional<std::string> refused_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_UNATTENDED_H_
