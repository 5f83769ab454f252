#include <chrono>
#include <memory>

#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/prompt.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

struct CreateOptions {
  std::string name;
  std::string role;
  std::string group;
  std::string password_file;
  std::string lifetime;
};

absl::StatusOr<v1::Role> ParseRole(const Context& context, const std::string& typed) {
  const absl::StatusOr<int> role = ParseWord(*v1::Role_descriptor(), typed, context.language());
  if (!role.ok()) return AsUsageError(role.status());
  return static_cast<v1::Role>(*role);
}

absl::StatusOr<std::string> NewPassword(Context& context, const std::string& file) {
  if (!file.empty()) {
    const absl::StatusOr<std::string> text = ReadTextFile(file, context.language());
    if (!text.ok()) return text;
    return text->substr(0, text->find_first_of("\r\n"));
  }
  absl::StatusOr<std::string> once =
      Ask(context, messages::kAskNewPassword, Echo::kHidden, "--password-file FILE");
  if (!once.ok()) return once;
  const absl::StatusOr<std::string> again =
      Ask(context, messages::kAskPasswordAgain, Echo::kHidden, "--password-file FILE");
  if (!again.ok()) return again;
  if (*once != *again) return context.Usage(messages::kPasswordsDiffer);
  return once;
}

absl::Status CreateOperator(Context& context, const CreateOptions& options) {
  const absl::StatusOr<v1::Role> role = ParseRole(context, options.role);
  if (!role.ok()) return role.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  const absl::StatusOr<std::string> password = NewPassword(context, options.password_file);
  if (!password.ok()) return password.status();
  v1::CreateOperatorRequest request;
  request.set_name(options.name);
  request.set_role(*role);
  request.set_group_id(*group);
  request.set_password(*password);
  const absl::StatusOr<v1::CreateOperatorResponse> answer = (*client)->Call(request);
  Wipe(*request.mutable_password());
  if (!answer.ok()) return answer.status();
  return context.Show(
      *answer, context.Say(messages::kOperatorMade, {{"name", answer->operator_().name()},
                                                     {"role", NameOf(*role, context.language())},
                                                     {"uri", answer->totp_uri()}}));
}

absl::Status ListOperators(Context& context) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListOperatorsResponse> answer =
      (*client)->Call(v1::ListOperatorsRequest());
  if (!answer.ok()) return answer.status();
  return context.Show(*answer,
                      WriteOperators(*answer, FetchGroupPaths(**client), StyleOf(context)));
}

absl::Status DisableOperator(Context& context, const std::string& name) {
  v1::DisableOperatorRequest request;
  request.set_name(name);
  return context.Ask(request, [&](const v1::DisableOperatorResponse&) {
    return context.Say(messages::kOperatorDisabled, {{"name", name}});
  });
}

absl::Status CreateRobot(Context& context, const CreateOptions& options) {
  const absl::StatusOr<v1::Role> role = ParseRole(context, options.role);
  if (!role.ok()) return role.status();
  const absl::StatusOr<std::chrono::seconds> lifetime =
      ParseSpan(options.lifetime, context.language());
  if (!lifetime.ok()) return AsUsageError(lifetime.status());
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  v1::CreateRobotTokenRequest request;
  request.set_name(options.name);
  request.set_role(*role);
  request.set_group_id(*group);
  request.set_lifetime_seconds(static_cast<std::uint32_t>(lifetime->count()));
  const absl::StatusOr<v1::CreateRobotTokenResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (context.output() == Output::kTable) {
    context.err() << context.Say(
        messages::kRobotMade,
        {{"name", options.name},
         {"role", NameOf(*role, context.language())},
         {"until", WriteMoment(answer->operator_().expires_at(), context.zone())}});
  }
  return context.Show(*answer, answer->token() + "\n");
}

absl::Status RevokeRobot(Context& context, const std::string& name) {
  v1::RevokeRobotTokenRequest request;
  request.set_name(name);
  return context.Ask(request, [&](const v1::RevokeRobotTokenResponse&) {
    return context.Say(messages::kRobotRevoked, {{"name", name}});
  });
}

struct GroupOptions {
  std::string name;
  std::string parent;
};

absl::Status CreateGroup(Context& context, const GroupOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> parent = ResolveGroup(context, **client, options.parent);
  if (!parent.ok()) return parent.status();
  v1::CreateGroupRequest request;
  request.set_parent_id(*parent);
  request.set_name(options.name);
  const absl::StatusOr<v1::CreateGroupResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(
      *answer, context.Say(messages::kGroupMade,
                           {{"name", answer->group().name()}, {"id", answer->group().group_id()}}));
}

absl::Status ListGroups(Context& context) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListGroupsResponse> answer = (*client)->Call(v1::ListGroupsRequest());
  if (!answer.ok()) return answer.status();
  if (answer->groups().empty()) return context.Show(*answer, context.Say(messages::kNothing));
  return context.Show(*answer, WriteGroups(*answer, StyleOf(context)));
}

constexpr char kRoleType[] = "admin|helpdesk|auditor|installer";

}  // namespace

void AddOperators(CLI::App& root, Context& context) {
  CLI::App* operators = AddCommand(root, context, help::kOperators);
  OnRun(operators, context, [&context] { return ListOperators(context); });

  CLI::App* create = AddCommand(*operators, context, help::kOperatorsCreate);
  const auto created = std::make_shared<CreateOptions>();
  AddText(create, context, "NAME", created->name, help::kNewName, "")->required();
  AddText(create, context, "--role", created->role, help::kRole, kRoleType)->required();
  AddText(create, context, "--group", created->group, help::kRoleGroup, "GROUP");
  AddText(create, context, "--password-file", created->password_file, help::kPasswordFile, "FILE");
  OnRun(create, context, [&context, created] { return CreateOperator(context, *created); });

  OnRun(AddCommand(*operators, context, help::kOperatorsList), context,
        [&context] { return ListOperators(context); });

  CLI::App* disable = AddCommand(*operators, context, help::kOperatorsDisable);
  const auto disabled = std::make_shared<std::string>();
  AddText(disable, context, "NAME", *disabled, help::kNewName, "")->required();
  OnRun(disable, context, [&context, disabled] { return DisableOperator(context, *disabled); });
}

void AddRobots(CLI::App& root, Context& context) {
  CLI::App* robots = AddCommand(root, context, help::kRobots);
  NeedsCommand(robots, context);

  CLI::App* create = AddCommand(*robots, context, help::kRobotsCreate);
  const auto created = std::make_shared<CreateOptions>();
  AddText(create, context, "NAME", created->name, help::kNewName, "")->required();
  AddText(create, context, "--role", created->role, help::kRole, kRoleType)->required();
  AddText(create, context, "--group", created->group, help::kRoleGroup, "GROUP");
  AddText(create, context, "--for", created->lifetime, help::kRobotFor, "SPAN")->required();
  OnRun(create, context, [&context, created] { return CreateRobot(context, *created); });

  CLI::App* revoke = AddCommand(*robots, context, help::kRobotsRevoke);
  const auto revoked = std::make_shared<std::string>();
  AddText(revoke, context, "NAME", *revoked, help::kNewName, "")->required();
  OnRun(revoke, context, [&context, revoked] { return RevokeRobot(context, *revoked); });
}

void AddGroups(CLI::App& root, Context& context) {
  CLI::App* groups = AddCommand(root, context, help::kGroups);
  OnRun(groups, context, [&context] { return ListGroups(context); });

  CLI::App* create = AddCommand(*groups, context, help::kGroupsCreate);
  const auto created = std::make_shared<GroupOptions>();
  AddText(create, context, "NAME", created->name, help::kGroupName, "")->required();
  AddText(create, context, "--parent", created->parent, help::kParent, "GROUP");
  OnRun(create, context, [&context, created] { return CreateGroup(context, *created); });

  OnRun(AddCommand(*groups, context, help::kGroupsList), context,
        [&context] { return ListGroups(context); });
}

}  // namespace sekisho::console::cli
