#ifndef SEKISHO_AGENT_ENGINE_IDENTITY_ORIGIN_H_
#define SEKISHO_AGENT_ENGINE_IDENTITY_ORIGIN_H_

#include <string>

#include "agent/engine/identity.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/state_store.h"

namespace sekisho::engine {

// On which hardware the identity was made: a disk that was copied or moved brings somebody else's
// identity along (docs/decisions/0016-identity.md).
class IdentityOrigin {
 public:
  // All outlive this.
  IdentityOrigin(Seams& seams, const Settings& settings, StateStore& store)
      : seams_(seams), settings_(settings), store_(store) {}

  // With the identity loaded and the history not opened yet. When the identity has replaced another
  // terminal's, what was that one's is set aside: the history, the policy, grants and orders.
  void BeginWith(const Identity* identity);
  // IDENTITY_MOVED, once a boot; ENROLLED, when this is the first start of a new identity.
  void Tell(Reporter& reporter);
  // The identity is of this machine: it was made here just now.
  void Enrolled(const Identity& identity);
  // The identity is another machine's: a new one may take its place.
  bool moved() const { return moved_; }
  // What this process runs with, history and all, belongs to another terminal than `identity`.
  bool IsOfAnother(const Identity& identity) const {
    return moved_ && origin_.terminal_id != identity.terminal_id();
  }

 private:
  struct Origin {
    std::string terminal_id;
    std::string hardware;  // hexadecimal; empty: nothing names it
    std::string told_in;   // the boot that IDENTITY_MOVED was recorded in
  };
  void Load();
  void Save();
  void SetAsideHistory();

  Seams& seams_;
  const Settings& settings_;
  StateStore& store_;
  Origin origin_;
  bool moved_ = false;
  bool replaced_ = false;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_IDENTITY_ORIGIN_H_
