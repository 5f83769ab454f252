#ifndef SEKISHO_CONSOLE_CLI_TEXTS_USBGUARD_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_USBGUARD_H_

#include <string>

#include "console/cli/texts/text.h"
#include "console/usbguard/translate.h"

// What is said of a USBGuard file that is taken over.
namespace sekisho::console::cli {

// One sentence each: what the note means and what can be done. {what} is the attribute.
Text TextOf(usbguard::Note note);
Text TextOf(usbguard::Effect effect);
Text TextOf(usbguard::Fault fault);

// "left out: hash "…": …", one line.
std::string Describe(const usbguard::Finding& finding, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_USBGUARD_H_
