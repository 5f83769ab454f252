#include "console/cli/texts/media.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/files.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"

namespace sekisho::console::cli {
namespace {

constexpr int kPage = 1000;
constexpr int kMostMedia = 100'000;

struct ListOptions {
  std::string group;
  std::string state;
  std::string words;
};

absl::Status List(Context& context, const ListOptions& options) {
  v1::ListMediaRequest request;
  request.set_page_size(kPage);
  request.set_words(options.words);
  if (!options.state.empty()) {
    const absl::StatusOr<int> state =
        ParseWord(*v1::MediumState_descriptor(), options.state, context.language());
    if (!state.ok()) return state.status();
    request.set_state(static_cast<v1::MediumState>(*state));
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  v1::ListMediaResponse all;
  do {
    absl::StatusOr<v1::ListMediaResponse> page = (*client)->Call(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    for (v1::Medium& medium : *page->mutable_media()) *all.add_media() = std::move(medium);
  } while (!request.page_token().empty() && all.media_size() < kMostMedia);
  if (all.media().empty()) return context.Show(all, context.Say(messages::kNothing));
  return context.Show(all, WriteMedia(all, FetchGroupPaths(**client), StyleOf(context)));
}

absl::Status Show(Context& context, const std::string& medium) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::GetMediumRequest request;
  request.set_medium(medium);
  const absl::StatusOr<v1::GetMediumResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(*answer, WriteMedium(*answer, FetchGroupPaths(**client), StyleOf(context)));
}

std::string Describe(const Context& context, const v1::Medium& medium) {
  return context.Say(
      messages::kMediumNow,
      {{"medium", medium.label_number().empty() ? medium.medium_id() : medium.label_number()},
       {"state", NameOf(medium.state(), context.language())},
       {"who", medium.state() == v1::MEDIUM_STATE_RETIRED ? medium.certificate_number()
                                                          : medium.issued_to()}});
}

struct AddOptions {
  std::string label, kind, owner, vendor, product, serial, group, note, reason;
  bool encrypted = false;
};

absl::StatusOr<std::uint32_t> ParseId(const Context& context, const std::string& typed) {
  std::uint32_t id = 0;
  if (typed.empty()) return id;
  if (!absl::SimpleHexAtoi(typed, &id) || id > 0xffff) {
    return context.Usage(messages::kNotFourDigits, {{"typed", typed}});
  }
  return id;
}

absl::Status Add(Context& context, const AddOptions& options) {
  v1::PutMediumRequest request;
  v1::Medium& medium = *request.mutable_medium();
  const absl::StatusOr<int> kind =
      ParseWord(*v1::MediumKind_descriptor(), options.kind, context.language());
  if (!kind.ok()) return kind.status();
  const absl::StatusOr<std::uint32_t> vendor = ParseId(context, options.vendor);
  if (!vendor.ok()) return vendor.status();
  const absl::StatusOr<std::uint32_t> product = ParseId(context, options.product);
  if (!product.ok()) return product.status();
  medium.set_label_number(options.label);
  medium.set_kind(static_cast<v1::MediumKind>(*kind));
  medium.set_owner(options.owner);
  medium.set_vendor_id(*vendor);
  medium.set_product_id(*product);
  medium.set_serial(options.serial);
  medium.set_encrypted(options.encrypted);
  medium.set_note(options.note);
  request.set_reason(options.reason);
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  medium.set_group_id(*group);
  const absl::StatusOr<v1::PutMediumResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(*answer, Describe(context, answer->medium()));
}

// What one of issue, return, lost and retire is told.
struct MoveOptions {
  std::string medium, reason, detail;
};

template <typename Request>
absl::Status Move(Context& context, const MoveOptions& options, Request request) {
  request.set_medium(options.medium);
  request.set_reason(options.reason);
  return context.Ask(request,
                     [&context](const auto& answer) { return Describe(context, answer.medium()); });
}

struct ImportOptions {
  std::string file, group, reason;
  bool dry_run = false;
};

absl::Status ShowImported(Context& context, const ImportOptions& options,
                          const v1::ImportMediaResponse& answer) {
  std::string text;
  if (answer.problem_count() == 0) {
    text = context.Say(options.dry_run ? messages::kWouldImport : messages::kMediaImported,
                       {{"added", absl::StrCat(answer.added())},
                        {"changed", absl::StrCat(answer.changed())},
                        {"unchanged", absl::StrCat(answer.unchanged())}});
    if (answer.weak_serials() > 0) {
      text += context.Say(messages::kWeakSerials, {{"count", absl::StrCat(answer.weak_serials())}});
    }
  }
  if (absl::Status shown = context.Show(answer, text); !shown.ok()) return shown;
  if (answer.problem_count() == 0) return absl::OkStatus();
  if (context.output() == Output::kTable) {
    for (const v1::ImportProblem& problem : answer.problems()) {
      context.err() << context.Say(
          messages::kImportProblem,
          {{"file", options.file},
           {"line", absl::StrCat(problem.line())},
           {"column", problem.column() == 0 ? std::string() : absl::StrCat(problem.column())},
           {"field", problem.field()},
           {"message", problem.message()}});
    }
  }
  return absl::FailedPreconditionError(
      context.Say(messages::kImportRefused, {{"count", absl::StrCat(answer.problem_count())}}));
}

absl::Status Import(Context& context, const ImportOptions& options) {
  if (options.reason.empty() && !options.dry_run) {
    return context.Usage(messages::kMissing, {{"name", "--reason"}});
  }
  const Descriptor file(open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) {
    return FileError(messages::kCannotRead, options.file, errno, context.language());
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  v1::ImportStart start;
  start.set_group_id(*group);
  start.set_reason(options.reason);
  start.set_dry_run(options.dry_run);
  const off_t size = lseek(file.get(), 0, SEEK_END);
  (void)lseek(file.get(), 0, SEEK_SET);
  const bool watched = isatty(STDERR_FILENO) == 1;
  std::uint64_t sent = 0;
  int failed = 0;
  const absl::StatusOr<v1::ImportMediaResponse> answer =
      (*client)->ImportMedia(start, [&](std::size_t most) {
        std::string piece(most, '\0');
        const ssize_t got = read(file.get(), piece.data(), piece.size());
        if (got < 0) failed = errno;
        piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        sent += piece.size();
        if (watched && size > 0) {
          context.err() << context.Say(
              messages::kImporting,
              {{"percent", absl::StrCat(sent * 100 / static_cast<std::uint64_t>(size))}});
        }
        return piece;
      });
  if (watched && size > 0) context.err() << "\n";
  if (failed != 0) {
    return FileError(messages::kCannotRead, options.file, failed, context.language());
  }
  if (!answer.ok()) return answer.status();
  return ShowImported(context, options, *answer);
}

absl::Status Export(Context& context, const std::string& file, const std::string& typed_group) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, typed_group);
  if (!group.ok()) return group.status();
  v1::ExportMediaRequest request;
  request.set_group_id(*group);
  request.set_japanese(context.language() == Language::kJapanese);
  std::string text;
  do {
    const absl::StatusOr<v1::ExportMediaResponse> page = (*client)->Call(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    text += page->text();
  } while (!request.page_token().empty());
  if (file.empty()) {
    context.out() << text;
    return absl::OkStatus();
  }
  if (absl::Status written = ReplaceFile(file, text, context.language()); !written.ok()) {
    return written;
  }
  context.err() << context.Say(messages::kExported,
                               {{"count", absl::StrCat(text.size())}, {"file", file}});
  return absl::OkStatus();
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddText(command, context, "--group", options->group, help::kGroup, "GROUP");
  AddText(command, context, "--state", options->state, help::kMediaState, "STATE");
  AddText(command, context, "--find", options->words, help::kMediaFind, "WORDS");
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

// issue, return, lost, retire: a medium, a reason, and perhaps something more.
std::shared_ptr<MoveOptions> AddMoveOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<MoveOptions>();
  AddText(command, context, "MEDIUM", options->medium, help::kMedium, "")->required();
  AddText(command, context, "--reason", options->reason, help::kReason, "TEXT")->required();
  return options;
}

void AddAdd(CLI::App& media, Context& context) {
  CLI::App* add = AddCommand(media, context, help::kMediaAdd);
  const auto options = std::make_shared<AddOptions>();
  AddText(add, context, "LABEL", options->label, help::kMediumLabel, "")->required();
  AddText(add, context, "--kind", options->kind, help::kMediumKind, "KIND")->required();
  AddText(add, context, "--vendor", options->vendor, help::kMediumVendor, "ID");
  AddText(add, context, "--product", options->product, help::kMediumProduct, "ID");
  AddText(add, context, "--serial", options->serial, help::kMediumSerial, "TEXT");
  AddText(add, context, "--owner", options->owner, help::kMediumOwner, "TEXT");
  AddFlag(add, context, "--encrypted", options->encrypted, help::kMediumEncrypted);
  AddText(add, context, "--group", options->group, help::kMediaGroup, "GROUP");
  AddText(add, context, "--note", options->note, help::kMediumNote, "TEXT");
  AddText(add, context, "--reason", options->reason, help::kReason, "TEXT")->required();
  OnRun(add, context, [&context, options] { return Add(context, *options); });
}

void AddMoves(CLI::App& media, Context& context) {
  CLI::App* issue = AddCommand(media, context, help::kMediaIssue);
  const auto issued = AddMoveOptions(issue, context);
  AddText(issue, context, "--to", issued->detail, help::kIssuedTo, "NAME")->required();
  OnRun(issue, context, [&context, issued] {
    v1::IssueMediumRequest request;
    request.set_issued_to(issued->detail);
    return Move(context, *issued, request);
  });
  CLI::App* back = AddCommand(media, context, help::kMediaReturn);
  const auto returned = AddMoveOptions(back, context);
  OnRun(back, context,
        [&context, returned] { return Move(context, *returned, v1::ReturnMediumRequest()); });
  CLI::App* lost = AddCommand(media, context, help::kMediaLost);
  const auto missing = AddMoveOptions(lost, context);
  OnRun(lost, context,
        [&context, missing] { return Move(context, *missing, v1::LoseMediumRequest()); });
  CLI::App* retire = AddCommand(media, context, help::kMediaRetire);
  const auto retired = AddMoveOptions(retire, context);
  AddText(retire, context, "--certificate", retired->detail, help::kCertificate, "NUMBER")
      ->required();
  OnRun(retire, context, [&context, retired] {
    v1::RetireMediumRequest request;
    request.set_certificate_number(retired->detail);
    return Move(context, *retired, request);
  });
}

void AddFiles(CLI::App& media, Context& context) {
  CLI::App* import = AddCommand(media, context, help::kMediaImport);
  const auto imported = std::make_shared<ImportOptions>();
  AddText(import, context, "FILE", imported->file, help::kImportFile, "")->required();
  AddText(import, context, "--group", imported->group, help::kMediaGroup, "GROUP");
  AddText(import, context, "--reason", imported->reason, help::kReason, "TEXT");
  AddFlag(import, context, "--dry-run", imported->dry_run, help::kDryRun);
  OnRun(import, context, [&context, imported] { return Import(context, *imported); });
  CLI::App* write = AddCommand(media, context, help::kMediaExport);
  const auto file = std::make_shared<std::string>();
  const auto group = std::make_shared<std::string>();
  AddText(write, context, "FILE", *file, help::kExportFile, "");
  AddText(write, context, "--group", *group, help::kGroup, "GROUP");
  OnRun(write, context, [&context, file, group] { return Export(context, *file, *group); });
}

}  // namespace

void AddMedia(CLI::App& root, Context& context) {
  CLI::App* media = AddCommand(root, context, help::kMedia);
  AddListOptions(media, context);
  AddListOptions(AddCommand(*media, context, help::kMediaList), context);
  CLI::App* show = AddCommand(*media, context, help::kMediaShow);
  const auto shown = std::make_shared<std::string>();
  AddText(show, context, "MEDIUM", *shown, help::kMedium, "")->required();
  OnRun(show, context, [&context, shown] { return Show(context, *shown); });
  AddAdd(*media, context);
  AddMoves(*media, context);
  AddFiles(*media, context);
}

}  // namespace sekisho::console::cli
