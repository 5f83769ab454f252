#ifndef SEKISHO_CONSOLE_MEDIA_CHECK_H_
#define SEKISHO_CONSOLE_MEDIA_CHECK_H_

#include <optional>
#include <string>

#include "console/media/columns.h"
#include "sekisho/v1/register.pb.h"

namespace sekisho::console::media {

struct Objection {
  std::optional<Column> column;  // none: the whole entry
  std::string what;
};

// What is wrong with an entry as it would be kept, if anything: a retired one without its
// certificate, an issued one without a name, a serial that no device can have, a text that is too
// long.
std::optional<Objection> Check(const v1::Medium& medium);

}  // namespace sekisho::console::media

#endif  // SEKISHO_CONSOLE_MEDIA_CHECK_H_
