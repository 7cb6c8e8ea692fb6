#pragma once

namespace discern::app {

// In a container the program is often process 1, whose duty it is to collect the exit codes of
// orphans; zombies would fill the process table otherwise. If this process is number 1, forks: the
// child returns and becomes the host, the parent stays process 1, passes signals on, collects every
// process that ended, and exits with the child's code (128 + n after signal n). Everywhere else,
// and if the fork is refused, this does nothing. Call first in main, before any thread starts.
void split_off_first_process();

}  // namespace discern::app
