#include "console/cli/texts/history.h"

#include <unistd.h>

#include <map>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/prompt.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "console/history/findings.h"
#include "console/history/verifier.h"

namespace sekisho::console::cli {
namespace {

history::Language LanguageOf(const Context& context) {
  return context.language() == Language::kJapanese ? history::Language::kJapanese
                                                   : history::Language::kEnglish;
}

absl::Status PrintAnchor(Context& context) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetAnchorResponse> answer = (*client)->Call(v1::GetAnchorRequest());
  if (!answer.ok()) return answer.status();
  const history::Anchor anchor =
      history::AnchorOf(answer->organisation_id(), answer->at().seconds(), answer->head());
  return context.Show(*answer, history::DescribeAnchor(anchor, Printable(answer->organisation()),
                                                       WriteMoment(answer->at(), context.zone()),
                                                       LanguageOf(context)));
}

// ---- verify

struct VerifyOptions {
  std::vector<std::string> anchors;
  std::string anchor_file;
  std::string terminal;
};

absl::StatusOr<std::vector<history::Anchor>> GivenAnchors(Context& context,
                                                          const VerifyOptions& options) {
  std::string text = absl::StrJoin(options.anchors, "\n");
  if (!options.anchor_file.empty()) {
    const absl::StatusOr<std::string> file = ReadTextFile(options.anchor_file, context.language());
    if (!file.ok()) return file.status();
    absl::StrAppend(&text, "\n", *file);
  } else if (options.anchors.empty()) {
    return std::vector<history::Anchor>();
  }
  absl::StatusOr<std::vector<history::Anchor>> anchors = history::ReadAnchors(text);
  if (anchors.ok()) return anchors;
  return context.Usage(messages::kBadAnchor, {{"message", MessageOf(anchors.status())}});
}

absl::Status ReadAudit(Client& client, const v1::HistoryHead& head, history::Verifier& verifier) {
  v1::ReadAuditRequest request;
  while (request.after_audit_id() < head.audit_id()) {
    const absl::StatusOr<v1::ReadAuditResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    if (page->entries().empty()) break;
    for (const v1::HistoryAudit& entry : page->entries()) {
      // What was added since it was asked where the end is will be seen the next time.
      if (entry.audit_id() <= head.audit_id()) verifier.Add(entry);
      request.set_after_audit_id(entry.audit_id());
    }
  }
  return absl::OkStatus();
}

absl::Status ReadEvents(Context& context, Client& client, const v1::HistoryHead& head,
                        const std::string& terminal, history::Verifier& verifier) {
  const bool watched = isatty(STDERR_FILENO) != 0;
  v1::ReadHistoryRequest request;
  request.set_terminal(terminal);
  std::uint64_t done = 0;
  while (request.after_cursor() < head.cursor()) {
    const absl::StatusOr<v1::ReadHistoryResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    if (page->events().empty()) break;
    for (const v1::HistoryEvent& event : page->events()) {
      if (event.cursor() <= head.cursor()) verifier.Add(event);
      request.set_after_cursor(event.cursor());
    }
    done += page->events_size();
    if (!watched || done < 10000) continue;
    context.err() << context.Say(messages::kVerifying, {{"done", absl::StrCat(done)},
                                                        {"all", absl::StrCat(head.events())}})
                  << std::flush;
  }
  return absl::OkStatus();
}

absl::Status Verify(Context& context, const VerifyOptions& options) {
  absl::StatusOr<std::vector<history::Anchor>> anchors = GivenAnchors(context, options);
  if (!anchors.ok()) return anchors.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetAnchorResponse> now = (*client)->Call(v1::GetAnchorRequest());
  if (!now.ok()) return now.status();
  history::Verifier verifier(
      now->organisation_id(), *std::move(anchors),
      options.terminal.empty() ? history::Extent::kOrganisation : history::Extent::kOneTerminal);
  absl::Status read = ReadAudit(**client, now->head(), verifier);
  if (read.ok()) read = ReadEvents(context, **client, now->head(), options.terminal, verifier);
  if (!read.ok()) return read;
  const v1::HistoryReport report = verifier.Finish(now->head());
  std::map<std::string, std::string> names;
  const auto name = [&](const std::string& terminal_id) {
    const auto [known, unknown] = names.try_emplace(terminal_id, terminal_id);
    if (unknown && !terminal_id.empty()) {
      v1::GetTerminalRequest request;
      request.set_terminal(terminal_id);
      const absl::StatusOr<v1::GetTerminalResponse> terminal = (*client)->Call(request);
      if (terminal.ok()) known->second = Printable(terminal->terminal().name());
    }
    return known->second;
  };
  absl::Status shown = context.Show(report, history::Describe(report, name, LanguageOf(context)));
  if (!shown.ok() || report.findings().empty()) return shown;
  return absl::DataLossError(context.Say(messages::kAltered));
}

// ---- erase

struct EraseOptions {
  std::string person;
  std::string reason;
  std::string confirm;
};

absl::Status ErasePerson(Context& context, const EraseOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ErasePersonRequest request;
  request.set_person(options.person);
  request.set_reason(options.reason);
  request.set_count_only(true);
  const absl::StatusOr<v1::ErasePersonResponse> count = (*client)->Call(request);
  if (!count.ok()) return count.status();
  std::string again = options.confirm;
  if (again.empty()) {
    const std::string question =
        context.Say(messages::kAskPersonAgain, {{"events", absl::StrCat(count->events())},
                                                {"requests", absl::StrCat(count->requests())},
                                                {"grants", absl::StrCat(count->grants())},
                                                {"person", options.person}});
    absl::StatusOr<std::string> typed =
        Ask(context, Text{question, question}, Echo::kShown, "--confirm NAME");
    if (!typed.ok()) return typed.status();
    again = *std::move(typed);
  }
  if (again != options.person) return context.Usage(messages::kNamesDiffer);
  request.set_count_only(false);
  request.set_person_again(again);
  request.set_expected_events(count->events());
  const absl::StatusOr<v1::ErasePersonResponse> erased = (*client)->Call(request);
  if (!erased.ok()) return erased.status();
  return context.Show(
      *erased,
      context.Say(messages::kErased, {{"events", absl::StrCat(erased->events())},
                                      {"requests", absl::StrCat(erased->requests())},
                                      {"grants", absl::StrCat(erased->grants())},
                                      {"id", absl::StrCat(erased->audit_id())},
                                      {"receipt", absl::BytesToHexString(erased->receipt())}}));
}

}  // namespace

void AddHistory(CLI::App& root, Context& context) {
  CLI::App* anchor = AddCommand(root, context, help::kAnchor);
  OnRun(anchor, context, [&context] { return PrintAnchor(context); });
  OnRun(AddCommand(*anchor, context, help::kAnchorPrint), context,
        [&context] { return PrintAnchor(context); });

  CLI::App* verify = AddCommand(root, context, help::kVerify);
  const auto verified = std::make_shared<VerifyOptions>();
  verify->add_option("--anchor", verified->anchors, context.Say(help::kAnchorText))
      ->type_name("TEXT");
  AddText(verify, context, "--anchor-file", verified->anchor_file, help::kAnchorFile, "FILE");
  AddText(verify, context, "--terminal", verified->terminal, help::kVerifyTerminal, "TERMINAL");
  OnRun(verify, context, [&context, verified] { return Verify(context, *verified); });

  CLI::App* erase = AddCommand(root, context, help::kErase);
  NeedsCommand(erase, context);
  CLI::App* person = AddCommand(*erase, context, help::kErasePerson);
  const auto erased = std::make_shared<EraseOptions>();
  AddText(person, context, "NAME", erased->person, help::kPerson, "")->required();
  AddText(person, context, "--reason", erased->reason, help::kEraseReason, "WHY")->required();
  AddText(person, context, "--confirm", erased->confirm, help::kConfirmName, "NAME");
  OnRun(person, context, [&context, erased] { return ErasePerson(context, *erased); });
}

}  // namespace sekisho::console::cli
