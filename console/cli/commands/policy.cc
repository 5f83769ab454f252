#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "console/cli/commands/policy_file.h"
#include "console/cli/files.h"
#include "console/cli/policy_schema.h"
#include "console/cli/prompt.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {

absl::StatusOr<std::string> ReadPolicy(const Context& context, const std::string& file) {
  if (file != "-") return ReadTextFile(file, context.language());
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

namespace {

struct FileOptions {
  std::string file;
  std::string group;
  std::string comment;
  bool yes = false;
};

absl::Status Check(Context& context, const std::string& file) {
  v1::CheckPolicyRequest request;
  absl::StatusOr<std::string> yaml = ReadPolicy(context, file);
  if (!yaml.ok()) return yaml.status();
  request.set_yaml(*std::move(yaml));
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CheckPolicyResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (!answer->problems().empty()) return ShowProblems(context, *answer, file);
  return context.Show(
      *answer,
      context.Say(messages::kPolicyGood,
                  {{"file", file}, {"count", absl::StrCat(answer->policy().rules_size())}}));
}

absl::StatusOr<v1::DiffPolicyResponse> FetchDiff(Client& client, const std::string& yaml,
                                                 const std::string& group_id) {
  v1::DiffPolicyRequest request;
  request.set_yaml(yaml);
  request.set_group_id(group_id);
  return client.Call(request);
}

std::string WriteDiff(const Context& context, const v1::DiffPolicyResponse& diff) {
  const std::string version = absl::StrCat(diff.against_version());
  if (diff.changes().empty()) return context.Say(messages::kNoChanges, {{"version", version}});
  return context.Say(messages::kChangesAgainst, {{"version", version}}) +
         WriteChanges(diff.changes(), context.language());
}

absl::Status Diff(Context& context, const FileOptions& options) {
  const absl::StatusOr<std::string> yaml = ReadPolicy(context, options.file);
  if (!yaml.ok()) return yaml.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  const absl::StatusOr<v1::DiffPolicyResponse> diff = FetchDiff(**client, *yaml, *group);
  if (!diff.ok()) return diff.status();
  if (!diff->problems().empty()) return ShowProblems(context, *diff, options.file);
  return context.Show(*diff, WriteDiff(context, *diff));
}

absl::Status Publish(Context& context, const FileOptions& options) {
  const absl::StatusOr<std::string> yaml = ReadPolicy(context, options.file);
  if (!yaml.ok()) return yaml.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  if (!options.yes) {
    const absl::StatusOr<v1::DiffPolicyResponse> diff = FetchDiff(**client, *yaml, *group);
    if (!diff.ok()) return diff.status();
    if (!diff->problems().empty()) return ShowProblems(context, *diff, options.file);
    const absl::Status confirmed =
        Confirm(context, WriteDiff(context, *diff) + context.Say(messages::kAskPublish));
    if (!confirmed.ok()) return confirmed;
  }
  v1::PublishPolicyRequest request;
  request.set_yaml(*yaml);
  request.set_group_id(*group);
  request.set_comment(options.comment);
  const absl::StatusOr<v1::PublishPolicyResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (!answer->problems().empty()) return ShowProblems(context, *answer, options.file);
  return context.Show(
      *answer,
      context.Say(messages::kPublished, {{"version", absl::StrCat(answer->policy().version())}}));
}

struct RollbackOptions {
  std::uint64_t to = 0;
  std::string group;
  std::string comment;
};

absl::Status Rollback(Context& context, const RollbackOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  v1::RollbackPolicyRequest request;
  request.set_to_version(options.to);
  request.set_group_id(*group);
  request.set_comment(options.comment);
  const absl::StatusOr<v1::RollbackPolicyResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (!answer->problems().empty()) return ShowProblems(context, *answer, "");
  return context.Show(*answer, context.Say(messages::kRolledBack,
                                           {{"version", absl::StrCat(answer->policy().version())},
                                            {"content", absl::StrCat(options.to)}}));
}

struct ShowOptions {
  std::string version;
  std::string group;
};

absl::Status Show(Context& context, const ShowOptions& options) {
  v1::GetPolicyRequest request;
  std::uint64_t version = 0;
  if (!options.version.empty() && (!absl::SimpleAtoi(options.version, &version) || version == 0)) {
    return context.Usage(messages::kNotAVersion, {{"typed", options.version}});
  }
  request.set_version(version);
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<v1::GetPolicyResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  std::string yaml = answer->policy().yaml();
  if (yaml.empty() || yaml.back() != '\n') yaml += '\n';
  return context.Show(*answer, yaml);
}

absl::Status List(Context& context, const std::string& typed_group) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, typed_group);
  if (!group.ok()) return group.status();
  v1::ListPoliciesRequest request;
  request.set_group_id(*group);
  const absl::StatusOr<v1::ListPoliciesResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (answer->policies().empty()) return context.Show(*answer, context.Say(messages::kNothing));
  return context.Show(*answer, WritePolicies(*answer, FetchGroupPaths(**client), StyleOf(context)));
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto group = std::make_shared<std::string>();
  AddText(command, context, "--group", *group, help::kPolicyGroup, "GROUP");
  OnRun(command, context, [&context, group] { return List(context, *group); });
}

}  // namespace

void AddPolicy(CLI::App& root, Context& context) {
  CLI::App* policy = AddCommand(root, context, help::kPolicy);
  AddListOptions(policy, context);

  CLI::App* check = AddCommand(*policy, context, help::kPolicyCheck);
  const auto checked = std::make_shared<std::string>();
  AddText(check, context, "FILE", *checked, help::kPolicyFile, "")->required();
  OnRun(check, context, [&context, checked] { return Check(context, *checked); });

  CLI::App* diff = AddCommand(*policy, context, help::kPolicyDiff);
  const auto compared = std::make_shared<FileOptions>();
  AddText(diff, context, "FILE", compared->file, help::kPolicyFile, "")->required();
  AddText(diff, context, "--group", compared->group, help::kPolicyGroup, "GROUP");
  OnRun(diff, context, [&context, compared] { return Diff(context, *compared); });

  AddPolicySimulate(*policy, context);

  CLI::App* publish = AddCommand(*policy, context, help::kPolicyPublish);
  const auto published = std::make_shared<FileOptions>();
  AddText(publish, context, "FILE", published->file, help::kPolicyFile, "")->required();
  AddText(publish, context, "--group", published->group, help::kPolicyGroup, "GROUP");
  AddText(publish, context, "--comment", published->comment, help::kComment, "TEXT")->required();
  AddFlag(publish, context, "--yes", published->yes, help::kYes);
  OnRun(publish, context, [&context, published] { return Publish(context, *published); });

  CLI::App* rollback = AddCommand(*policy, context, help::kPolicyRollback);
  const auto rolled = std::make_shared<RollbackOptions>();
  rollback->add_option("--to", rolled->to, context.Say(help::kToVersion))
      ->type_name("VERSION")
      ->required();
  AddText(rollback, context, "--group", rolled->group, help::kPolicyGroup, "GROUP");
  AddText(rollback, context, "--comment", rolled->comment, help::kComment, "TEXT")->required();
  OnRun(rollback, context, [&context, rolled] { return Rollback(context, *rolled); });

  CLI::App* show = AddCommand(*policy, context, help::kPolicyShow);
  const auto shown = std::make_shared<ShowOptions>();
  AddText(show, context, "VERSION", shown->version, help::kVersion, "");
  AddText(show, context, "--group", shown->group, help::kPolicyGroup, "GROUP");
  OnRun(show, context, [&context, shown] { return Show(context, *shown); });

  AddListOptions(AddCommand(*policy, context, help::kPolicyList), context);
  AddPolicyImport(*policy, context);
  AddPolicyProfile(*policy, context);

  OnRun(AddCommand(*policy, context, help::kPolicySchema), context, [&context] {
    context.out() << kPolicySchema;
    return absl::OkStatus();
  });
}

}  // namespace sekisho::console::cli
