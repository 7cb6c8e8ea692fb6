#pragma once

namespace discern::app {

// What the operator asks of the running program.
enum class Wish { Stop, Reload };

// Blocks SIGINT, SIGTERM and SIGHUP for this thread and all it starts, and ignores SIGPIPE and
// SIGXFSZ. Call first in main.
void block_signals();

// Waits for the next wish. Main thread.
Wish wait_for_wish();

// After a wish to stop: a second SIGINT or SIGTERM ends the process at once.
void allow_second_signal();

}  // namespace discern::app
