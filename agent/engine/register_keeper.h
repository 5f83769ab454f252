#ifndef SEKISHO_AGENT_ENGINE_REGISTER_KEEPER_H_
#define SEKISHO_AGENT_ENGINE_REGISTER_KEEPER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "agent/core/device.h"
#include "agent/core/surroundings.h"
#include "agent/engine/identity.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/register.pb.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// The media register as far as it concerns this terminal. In a database, so that a change of one
// entry among 100,000 writes one, and memory holds none of them: a device is looked up when it
// comes and when the register changes, through an index, and what was found is kept with the
// device.
class RegisterKeeper {
 public:
  // `path`: the database's file.
  explicit RegisterKeeper(std::string path);
  ~RegisterKeeper();

  // Opens what is on disk. What cannot be read is set aside, and what another group's terminals, or
  // another organisation, were told is forgotten: the console then sends it all again.
  void Load(const Identity& identity);

  // Durable and in force when OK. ALREADY_EXISTS for what is held already, also when it is older;
  // OUT_OF_RANGE for what continues a version that is not held; otherwise the status says why the
  // register stays as it is.
  absl::Status Apply(const Identity& identity, const v1::Sealed& sealed);

  // What the register says of the device. A lost or retired entry wins where both the serial and
  // the identity find one.
  core::RegisterStanding StandingOf(const core::Device& device);

  // 0: none is held.
  std::uint64_t version() const { return version_; }
  // Rises with each change: what was found before may be found otherwise now.
  std::uint64_t generation() const { return generation_; }
  // What was set aside since the last call.
  std::optional<SetAsideState> TakeSetAside() { return std::exchange(set_aside_, std::nullopt); }

 private:
  struct Statements;
  absl::Status Open();
  absl::Status ReadHead(const Identity& identity);
  absl::Status Write(const Identity& identity, const v1::RegisterUpdate& update);
  absl::Status Forget();
  // The file is not what we wrote: it is kept beside, and an empty one takes its place.
  void SetAside(const absl::Status& why);

  const std::string path_;
  std::unique_ptr<Statements> statements_;  // null: it cannot be opened now
  std::uint64_t version_ = 0;
  std::uint64_t generation_ = 1;
  std::optional<SetAsideState> set_aside_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_REGISTER_KEEPER_H_
