#ifndef SEKISHO_AGENT_CLI_RENDER_H_
#define SEKISHO_AGENT_CLI_RENDER_H_

#include <string>

#include "agent/cli/texts.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/login.pb.h"

namespace sekisho::cli {

// Pure: replies as text for people, each line ended. Devices' own words are printable already:
// agentd made them so (agent/core/text.h).
std::string Render(Language language, const v1::LocalStatusReply& status);
// `mode`: in MODE_OBSERVE a block is one that would be.
std::string Render(Language language, const v1::LocalDevicesReply& devices, v1::Mode mode);
std::string Render(Language language, const v1::LocalWhyReply& why, v1::Mode mode);
std::string Render(Language language, const v1::LocalDoctorReply& doctor, v1::Mode mode);
std::string Render(Language language, const v1::LoginWays& logins);
std::string Render(Language language, const v1::LocalFactorsReply& factors);
std::string Render(Language language, const v1::LocalLoginsReply& logins);
// Of a removal that has been reported, or could not be.
std::string Render(Language language, const v1::LocalLeaveReply& leave);
std::string RenderProposals(Language language, const v1::LocalAdoptReply& reply);

// A notice as a title and a body; both empty for what is not shown.
struct Notice {
  std::string title;
  std::string body;
};
Notice Render(Language language, const v1::LocalNotice& notice);

// "Example Ultra", or its ids when it has no name.
std::string NameOf(const v1::Device& device);

// The proto's JSON mapping, one document.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_RENDER_H_
