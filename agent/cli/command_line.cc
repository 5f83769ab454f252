#include "agent/cli/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <variant>

#include "agent/cli/carrier_file.h"
#include "agent/cli/client.h"
#include "agent/cli/render.h"
#include "proto/contract/parcel_file.h"

namespace sekisho::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};
// agentd gives the console ten seconds to acknowledge.
constexpr std::chrono::seconds kLeavePatience{15};
// agentd gives the console a minute.
constexpr std::chrono::seconds kEnrolPatience{75};

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

ExitCode Complain(const Context& context, const v1::LocalFailure& failure) {
  std::fprintf(stderr, "sekisho: %s\n", SayFailure(context.language, failure).c_str());
  return ExitCodeOf(failure);
}

// Asks, and gives the reply to `show`; or complains.
template <typename Show>
ExitCode AskAnd(const Context& context, const v1::LocalRequest& request, Show show,
                std::chrono::milliseconds patience = kPatience) {
  std::optional<Client> client = Client::Connect(context.socket);
  if (!client) return Complain(context, ClientFailure("agent-not-running"));
  std::variant<v1::LocalReply, v1::LocalFailure> answer = client->Ask(request, patience);
  if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) return Complain(context, *failure);
  return show(std::get<v1::LocalReply>(answer));
}

// `more`: what else it takes to put it in words.
template <typename Reply, typename... More>
ExitCode ShowReply(const Context& context, const Reply& reply, const More&... more) {
  Print(context.output == Output::kJson ? ToJson(reply) : Render(context.language, reply, more...));
  return ExitCode::kDone;
}

// What verdicts mean at the moment. Unspecified when nobody says: the words then are those of a
// terminal that refuses.
v1::Mode ModeNow(const Context& context) {
  std::optional<Client> client = Client::Connect(context.socket);
  if (!client) return v1::MODE_UNSPECIFIED;
  v1::LocalRequest request;
  request.mutable_status();
  const auto answer = client->Ask(request, kPatience);
  const auto* reply = std::get_if<v1::LocalReply>(&answer);
  return reply == nullptr ? v1::MODE_UNSPECIFIED : reply->status().mode();
}

// The first word of a file that may be a secret: never echoed, never in a message.
std::optional<std::string> ReadToken(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "re");
  if (file == nullptr) return std::nullopt;
  char buffer[4096];
  const std::size_t size = std::fread(buffer, 1, sizeof buffer, file);
  if (file != stdin) std::fclose(file);
  std::string token(buffer, size);
  const std::size_t begin = token.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return std::nullopt;
  return token.substr(begin, token.find_first_of(" \t\r\n", begin) - begin);
}

void AddParameter(v1::LocalFailure& failure, const std::string& key, const std::string& value) {
  v1::Parameter& parameter = *failure.add_parameters();
  parameter.set_key(key);
  parameter.set_value(value);
}

bool SayYes(const Context& context) {
  Print(Say(context.language, Text::kAdoptQuestion));
  std::fflush(stdout);
  char answer[16] = {};
  return std::fgets(answer, sizeof answer, stdin) != nullptr &&
         (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace

ExitCode ExitCodeOf(const v1::LocalFailure& failure) {
  if (failure.code() == "agent-not-running" || failure.code() == "agent-no-answer") {
    return ExitCode::kAgentNotRunning;
  }
  switch (static_cast<int>(failure.error())) {
    case v1::LOCAL_ERROR_INVALID:
      return ExitCode::kUsage;
    case v1::LOCAL_ERROR_NOT_PERMITTED:
      return failure.code() == "root-only" || failure.code() == "seat-only"
                 ? ExitCode::kNotPermitted
                 : ExitCode::kRefused;
    case v1::LOCAL_ERROR_NOT_FOUND:
      return ExitCode::kNotFound;
    case v1::LOCAL_ERROR_UNAVAILABLE:
    case v1::LOCAL_ERROR_TOO_FAST:
      return ExitCode::kUnavailable;
    case v1::LOCAL_ERROR_ALREADY:
      return ExitCode::kRefused;
    default:
      return ExitCode::kFailed;
  }
}

ExitCode ExitCodeOf(const v1::LocalDoctorReply& doctor) {
  const auto any = [&](v1::ProbeResult result) {
    return std::ranges::any_of(
        doctor.probes(), [result](const v1::Probe& probe) { return probe.result() == result; });
  };
  if (any(v1::PROBE_RESULT_OPEN)) return ExitCode::kProtectionOpen;
  // Nothing tried is nothing proven.
  if (any(v1::PROBE_RESULT_UNTRIED) || doctor.probes().empty()) {
    return ExitCode::kProtectionUntried;
  }
  return ExitCode::kDone;
}

ExitCode RunPreflight(const Context& context, std::vector<std::string> arguments) {
  std::string program = "/usr/lib/sekisho/sekisho-preflight";
  std::vector<char*> pointers = {program.data()};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  (void)Complain(context, ClientFailure("preflight-missing", "program", program));
  return ExitCode::kFailed;
}

ExitCode RunStatus(const Context& context) {
  v1::LocalRequest request;
  request.mutable_status();
  return AskAnd(context, request,
                [&](const v1::LocalReply& reply) { return ShowReply(context, reply.status()); });
}

ExitCode RunDevices(const Context& context) {
  v1::LocalRequest request;
  request.mutable_devices();
  return AskAnd(context, request, [&](const v1::LocalReply& reply) {
    return ShowReply(context, reply.devices(), ModeNow(context));
  });
}

ExitCode RunWhy(const Context& context, const std::string& device) {
  v1::LocalRequest request;
  request.mutable_why()->set_device(device);
  return AskAnd(context, request, [&](const v1::LocalReply& reply) {
    return ShowReply(context, reply.why(), ModeNow(context));
  });
}

ExitCode RunRequest(const Context& context, const std::string& device, const std::string& reason) {
  v1::LocalRequest request;
  request.mutable_exception()->set_device(device);
  request.mutable_exception()->set_reason(reason);
  return AskAnd(context, request, [&](const v1::LocalReply& reply) {
    Print(Say(context.language, Text::kRequested, {{"reference", reply.exception().reference()}}) +
          "\n");
    return ExitCode::kDone;
  });
}

ExitCode RunReturn(const Context& context, const std::string& device) {
  v1::LocalRequest request;
  request.mutable_return_device()->set_device(device);
  return AskAnd(context, request, [&](const v1::LocalReply&) {
    Print(Say(context.language, Text::kReturned) + "\n");
    return ExitCode::kDone;
  });
}

ExitCode RunEnrol(const Context& context, const std::string& token, const std::string& token_file) {
  std::optional<std::string> read = token;
  if (!token_file.empty()) {
    read = ReadToken(token_file);
    if (!read) return Complain(context, ClientFailure("token-file", "file", token_file));
  }
  if (read->empty()) {
    (void)Complain(context, ClientFailure("token-missing"));
    return ExitCode::kUsage;
  }
  v1::LocalRequest request;
  request.mutable_enrol()->set_token(*read);
  return AskAnd(
      context, request,
      [&](const v1::LocalReply& reply) {
        Print(Say(context.language, Text::kEnrolDone,
                  {{"terminal", reply.enrol().terminal_id()},
                   {"organisation", reply.enrol().organisation_id()},
                   {"group", reply.enrol().group_id()}}) +
              "\n");
        return ExitCode::kDone;
      },
      kEnrolPatience);
}

ExitCode RunExport(const Context& context, const std::string& file, const std::string& token_file) {
  v1::LocalRequest request;
  request.mutable_export_parcel();
  if (!token_file.empty()) {
    const std::optional<std::string> token = ReadToken(token_file);
    if (!token) return Complain(context, ClientFailure("token-file", "file", token_file));
    request.mutable_export_parcel()->set_token(*token);
  }
  return AskAnd(context, request, [&](const v1::LocalReply& reply) {
    const v1::LocalExportReply& exported = reply.export_parcel();
    const std::optional<std::string> error =
        WriteCarrierFile(file, contract::WriteParcelFile(exported.parcel()));
    if (error) {
      v1::LocalFailure failure = ClientFailure("parcel-unwritable", "file", file);
      AddParameter(failure, "detail", *error);
      return Complain(context, failure);
    }
    Print(Say(context.language, token_file.empty() ? Text::kExported : Text::kExportedRequest,
              {{"file", file}}) +
          "\n");
    if (exported.left_out() > 0) {
      Print(Say(context.language, Text::kExportLeftOut,
                {{"count", std::to_string(exported.left_out())}}) +
            "\n");
    }
    return ExitCode::kDone;
  });
}

ExitCode RunImport(const Context& context, const std::string& file) {
  const CarrierFile read = ReadCarrierFile(file, contract::kMaxParcelFile);
  if (read.error) {
    v1::LocalFailure failure = ClientFailure("parcel-unreadable", "file", file);
    AddParameter(failure, "detail", *read.error);
    return Complain(context, failure);
  }
  const absl::StatusOr<std::string> parcel = contract::ReadParcelFile(read.content);
  if (!parcel.ok()) {
    (void)Complain(context, ClientFailure(std::string(parcel.status().message()), "file", file));
    return ExitCode::kRefused;
  }
  v1::LocalRequest request;
  request.mutable_import_parcel()->set_parcel(*parcel);
  return AskAnd(context, request, [&](const v1::LocalReply& reply) {
    const v1::LocalImportReply& imported = reply.import_parcel();
    Print(Say(context.language, Text::kImported,
              {{"taken", std::to_string(imported.taken())},
               {"known", std::to_string(imported.known())},
               {"refused", std::to_string(imported.refused())}}) +
          "\n");
    return imported.refused() > 0 ? ExitCode::kRefused : ExitCode::kDone;
  });
}

ExitCode RunAdopt(const Context& context, const std::vector<std::string>& handles, Asking asking) {
  v1::LocalRequest propose;
  propose.mutable_adopt();
  std::vector<std::string> chosen = handles;
  const ExitCode proposed = AskAnd(context, propose, [&](const v1::LocalReply& reply) {
    v1::LocalAdoptReply shown = reply.adopt();
    if (!handles.empty()) {
      // What was named is asked about, nothing else.
      shown.clear_proposals();
      for (const v1::AdoptionProposal& each : reply.adopt().proposals()) {
        if (std::ranges::find(handles, each.handle()) != handles.end()) {
          *shown.add_proposals() = each;
        }
      }
    } else {
      for (const v1::AdoptionProposal& each : shown.proposals()) {
        if (!each.already() && !each.not_adoptable()) chosen.push_back(each.handle());
      }
    }
    if (handles.empty() || !shown.proposals().empty()) {
      Print(RenderProposals(context.language, shown));
    }
    return ExitCode::kDone;
  });
  if (proposed != ExitCode::kDone) return proposed;
  if (chosen.empty()) {
    Print(Say(context.language, Text::kNothingAdopted) + "\n");
    return ExitCode::kDone;
  }
  if (asking == Asking::kQuestion) {
    if (isatty(STDIN_FILENO) == 0) {
      Print(Say(context.language, Text::kAdoptHint, {{"port", chosen.front()}}) + "\n");
      return ExitCode::kDone;
    }
    if (!SayYes(context)) {
      Print(Say(context.language, Text::kNothingAdopted) + "\n");
      return ExitCode::kDone;
    }
  }
  v1::LocalRequest adopt;
  for (const std::string& handle : chosen) adopt.mutable_adopt()->add_handles(handle);
  return AskAnd(context, adopt, [&](const v1::LocalReply& reply) {
    std::string ports;
    for (const std::string& port : reply.adopt().adopted()) {
      ports += ports.empty() ? port : ", " + port;
    }
    Print((ports.empty() ? Say(context.language, Text::kNothingAdopted)
                         : Say(context.language, Text::kAdopted, {{"ports", ports}})) +
          "\n");
    return ExitCode::kDone;
  });
}

ExitCode RunDoctor(const Context& context) {
  v1::LocalRequest request;
  request.mutable_doctor();
  return AskAnd(
      context, request,
      [&](const v1::LocalReply& reply) {
        (void)ShowReply(context, reply.doctor(), ModeNow(context));
        return ExitCodeOf(reply.doctor());
      },
      std::chrono::seconds(30));
}

ExitCode RunConfirm(const Context& context) {
  v1::LocalRequest request;
  request.mutable_confirm();
  return AskAnd(context, request, [&](const v1::LocalReply&) {
    Print(Say(context.language, Text::kConfirmed) + "\n");
    return ExitCode::kDone;
  });
}

ExitCode RunLeave(const Context& context, Leaving leaving) {
  v1::LocalRequest request;
  request.mutable_leave()->set_unreleased(leaving == Leaving::kRemoving);
  return AskAnd(
      context, request,
      [&](const v1::LocalReply& reply) {
        if (leaving == Leaving::kRemoving) return ShowReply(context, reply.leave());
        const bool released = reply.leave().released();
        Print(Say(context.language, released ? Text::kReleased : Text::kUnreleased) + "\n");
        return released ? ExitCode::kDone : ExitCode::kRefused;
      },
      kLeavePatience);
}

}  // namespace sekisho::cli
