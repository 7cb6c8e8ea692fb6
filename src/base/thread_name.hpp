#pragma once

namespace discern {

// Names the calling thread for debuggers, /proc and the watchdog; cut to 15 bytes by the kernel.
void set_thread_name(const char* name);

}  // namespace discern
