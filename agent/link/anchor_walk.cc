#include "agent/link/anchor_walk.h"

#include <memory>
#include <utility>

#include "agent/link/channel.h"
#include "agent/link/identity.h"
#include "agent/link/server_chain.h"
#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::link {

absl::StatusOr<std::vector<v1::Sealed>> FetchAnchorLinks(const std::string& address,
                                                         const std::string& held,
                                                         const std::stop_token& stop) {
  absl::StatusOr<v1::TrustAnchor> anchor = contract::ParseStrictly<v1::TrustAnchor>(held);
  if (!anchor.ok()) return anchor.status();
  absl::StatusOr<std::string> authority = FetchAuthority(address, kHandshakeLimit, stop);
  if (!authority.ok()) return authority.status();
  absl::StatusOr<std::string> authority_pem = CertificateToPem(*authority);
  if (!authority_pem.ok()) return authority_pem.status();

  const std::unique_ptr<v1::EnrolmentService::Stub> stub =
      v1::EnrolmentService::NewStub(MakeChannel(address, *authority_pem, nullptr));
  v1::GetTrustAnchorResponse response;
  absl::Status status = CallWithin(stop, [&](grpc::ClientContext* context) {
    return stub->GetTrustAnchor(context, v1::GetTrustAnchorRequest(), &response);
  });
  if (status.ok()) status = contract::CheckBounds(response);
  if (!status.ok()) return status;

  std::vector<v1::Sealed> links;
  for (v1::Sealed& link : *response.mutable_anchor_links()) {
    // Those of before `held` are signed by roots that it took the place of, or lead to it again.
    absl::StatusOr<v1::TrustAnchor> next = contract::NextAnchor(*anchor, link);
    if (!next.ok()) continue;
    anchor = std::move(next);
    links.push_back(std::move(link));
  }
  if (links.empty() || anchor->ca_certificate() != *authority) {
    return absl::PermissionDeniedError("no signature of its root key leads to this server");
  }
  return links;
}

}  // namespace sekisho::link
