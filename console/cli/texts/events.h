#ifndef SEKISHO_CONSOLE_CLI_TEXTS_EVENTS_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_EVENTS_H_

#include "console/cli/texts/text.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::console::cli {

// The sentence for a kind of event, for Fill(): {who}, {device}, {why}, {grant}, {reference},
// {cause} (translated), and every parameter of the event by its key. A kind that this program does
// not know gets a sentence that shows its parameters as they are ({parameters}).
Text EventSentence(v1::EventKind kind);

// Whether the kind has a sentence of its own (what its test asks).
bool HasSentence(v1::EventKind kind);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_EVENTS_H_
