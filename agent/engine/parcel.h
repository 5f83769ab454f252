#ifndef SEKISHO_AGENT_ENGINE_PARCEL_H_
#define SEKISHO_AGENT_ENGINE_PARCEL_H_

#include <functional>
#include <string>

#include "agent/engine/beacon_watch.h"
#include "agent/engine/downlink.h"
#include "agent/engine/enrolment.h"
#include "agent/engine/failure.h"
#include "agent/engine/identity.h"
#include "agent/engine/reporter.h"
#include "agent/engine/state_store.h"
#include "platform/api/clock.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/parcel.pb.h"
#include "sekisho/v1/parcel_state.pb.h"

namespace sekisho::engine {

// The terminal's end of the air gap (docs/decisions/0013-history-and-parcels.md): what the stream
// would have carried goes out and comes in as files, believed for the same signatures. What was
// asked stays answerable for days and over reboots, so it is remembered on disk.
class Parcels {
 public:
  // All outlive this. `make_status`: a Status with a nonce that nobody has seen.
  Parcels(StateStore& store, const platform::Clock& clock, IdentityKeeper& identity,
          Reporter& reporter, BeaconWatch& beacons, Downlink& downlink, Enrolment& enrolment,
          std::function<v1::Status()> make_status)
      : store_(store),
        clock_(clock),
        identity_(identity),
        reporter_(reporter),
        beacons_(beacons),
        downlink_(downlink),
        enrolment_(enrolment),
        make_status_(std::move(make_status)) {}

  // What was asked before this start can be answered again.
  void Load();
  // Everything unacknowledged, from the oldest, as far as 160 KiB hold it, and a Status that asks
  // for the rest. With a token: a request to be enrolled. Nothing is taken out of the spool: only
  // the console's signed acknowledgement does that.
  Answer<v1::LocalExportReply> Export(const std::string& token);
  // Every message through Downlink, as if the link had brought it.
  Answer<v1::LocalImportReply> Import(const std::string& parcel);

 private:
  // Older ones can no longer be answered.
  static constexpr int kMaxQuestions = 4;

  Answer<v1::LocalExportReply> ExportRequest(const std::string& token);
  Answer<v1::LocalImportReply> ImportEnrolment(const v1::EnrolResponse& answer);
  // How many records went into it.
  std::uint64_t AddReports(v1::Parcel& parcel, std::size_t room);
  absl::Status Remember(const v1::Status& status);
  absl::Status Save();

  StateStore& store_;
  const platform::Clock& clock_;
  IdentityKeeper& identity_;
  Reporter& reporter_;
  BeaconWatch& beacons_;
  Downlink& downlink_;
  Enrolment& enrolment_;
  std::function<v1::Status()> make_status_;
  v1::StoredParcels stored_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_PARCEL_H_
