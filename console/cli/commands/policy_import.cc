#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "console/cli/commands/commands.h"
#include "console/cli/files.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/usbguard.h"
#include "console/usbguard/translate.h"
#include "google/protobuf/struct.pb.h"

namespace sekisho::console::cli {
namespace {

struct ImportOptions {
  std::string file;
  std::string out;
  std::string without;
  std::string zone = "個人番号利用事務系";
};

struct Losable {
  const char* word;
  usbguard::Note note;
};
constexpr Losable kLosable[] = {{"hash", usbguard::Note::kHash},
                                {"parent-hash", usbguard::Note::kParentHash},
                                {"connect-type", usbguard::Note::kConnectType},
                                {"empty", usbguard::Note::kEmptyText}};

absl::StatusOr<std::set<usbguard::Note>> LetGo(const Context& context, const std::string& typed) {
  std::set<usbguard::Note> let_go;
  if (typed.empty()) return let_go;
  const std::vector<std::string> words = absl::StrSplit(typed, ',');
  for (const std::string& word : words) {
    const auto* found =
        std::ranges::find_if(kLosable, [&](const Losable& each) { return word == each.word; });
    if (found == std::end(kLosable)) {
      return context.Usage(messages::kNotLosable, {{"typed", word}});
    }
    let_go.insert(found->note);
  }
  return let_go;
}

// For scripts: the policy and what is to be said of it.
google::protobuf::Struct DocumentOf(const usbguard::Translation& translation, Language language) {
  google::protobuf::Struct document;
  auto& fields = *document.mutable_fields();
  fields["yaml"].set_string_value(translation.yaml);
  fields["carried"].set_number_value(translation.carried);
  fields["leftOut"].set_number_value(translation.left_out);
  google::protobuf::ListValue& findings = *fields["findings"].mutable_list_value();
  for (const usbguard::Finding& finding : translation.findings) {
    auto& each = *findings.add_values()->mutable_struct_value()->mutable_fields();
    each["line"].set_number_value(finding.line);
    each["effect"].set_string_value(std::string(TextOf(finding.effect).In(Language::kEnglish)));
    each["text"].set_string_value(Describe(finding, language));
  }
  return document;
}

absl::Status ShowFaults(Context& context, const std::string& name,
                        const std::vector<usbguard::SyntaxError>& errors) {
  for (const usbguard::SyntaxError& error : errors) {
    context.err() << Printable(name) << ":" << error.line << ":" << error.column << ": "
                  << TextOf(error.fault).In(context.language()) << "\n";
  }
  return context.Usage(messages::kNotUsbguardRules,
                       {{"file", name}, {"count", absl::StrCat(errors.size())}});
}

std::string Summary(const Context& context, const std::string& name,
                    const usbguard::Translation& translation) {
  std::string text;
  for (const usbguard::Finding& finding : translation.findings) {
    absl::StrAppend(&text, Printable(name), ":", finding.line, ": ",
                    Describe(finding, context.language()), "\n");
  }
  return text + context.Say(messages::kImported, {{"carried", absl::StrCat(translation.carried)},
                                                  {"left", absl::StrCat(translation.left_out)}});
}

absl::Status Import(Context& context, const ImportOptions& options) {
  const absl::StatusOr<std::set<usbguard::Note>> let_go = LetGo(context, options.without);
  if (!let_go.ok()) return let_go.status();
  const bool piped = options.file == "-";
  const absl::StatusOr<std::string> text =
      piped ? std::string(std::istreambuf_iterator<char>(std::cin), {})
            : ReadTextFile(options.file, context.language());
  if (!text.ok()) return text.status();
  const std::string name = piped ? "stdin" : options.file;
  const usbguard::ParsedRules parsed = usbguard::Parse(*text);
  if (!parsed.errors.empty()) return ShowFaults(context, name, parsed.errors);
  const Language language = context.language();
  const usbguard::Translation translation =
      usbguard::Translate(parsed.lines, {.file_name = name,
                                         .zone = options.zone,
                                         .let_go = *let_go,
                                         .words = [language](const usbguard::Finding& finding) {
                                           return Describe(finding, language);
                                         }});
  if (!options.out.empty()) {
    absl::Status written = ReplaceFile(options.out, translation.yaml, language);
    if (!written.ok()) return written;
  }
  // What is to be read goes beside the policy, not into it.
  if (context.output() == Output::kTable) context.err() << Summary(context, name, translation);
  return context.Show(DocumentOf(translation, language),
                      options.out.empty() ? translation.yaml : std::string());
}

}  // namespace

void AddPolicyImport(CLI::App& policy, Context& context) {
  CLI::App* import = AddCommand(policy, context, help::kPolicyImport);
  NeedsCommand(import, context);
  CLI::App* command = AddCommand(*import, context, help::kPolicyImportUsbguard);
  const auto options = std::make_shared<ImportOptions>();
  AddText(command, context, "FILE", options->file, help::kUsbguardFile, "")->required();
  AddText(command, context, "--out", options->out, help::kPolicyOut, "FILE");
  AddText(command, context, "--zone", options->zone, help::kZone, "ZONE");
  AddText(command, context, "--without", options->without, help::kWithout,
          "hash,parent-hash,connect-type,empty");
  OnRun(command, context, [&context, options] { return Import(context, *options); });
}

}  // namespace sekisho::console::cli
