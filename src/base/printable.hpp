#pragma once

// Text from elsewhere (a path, an exception, a folder's name), made fit for a terminal.

#include <string>
#include <string_view>

namespace discern {

// Escapes what a terminal acts on or does not show: control characters, line ends, characters that
// change the direction of writing or have no width, and bytes that are no UTF-8. "a\x1b[2Jb".
std::string printable(std::string_view text);

// The same for text of several lines, whose line ends are meant.
std::string printable_lines(std::string_view text);

// For a JSON string that is written already: escapes, without loss, what JSON allows to stand in it
// and a terminal acts on. Ill-formed UTF-8 is left alone.
std::string printable_json(std::string json);

}  // namespace discern
