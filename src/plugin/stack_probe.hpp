#pragma once

// The stack of another thread of this process, taken while it runs or waits.

#include <sys/types.h>

#include <optional>

#include "plugin/call_stack.hpp"
#include "plugin/thread_slot.hpp"

namespace discern::plugin {

// Sends the thread one signal, whose handler writes down where it was interrupted. System calls of
// that thread that cannot be restarted (sleeping, waiting for input with a time limit) return
// EINTR. Nothing when the thread does not take the signal within a moment: it ended, it blocks the
// signal, or a sanitizer holds it back. One caller at a time; the others wait. `slot` is the slot
// of the thread that is meant, so that a thread which got the same number later is not mistaken for
// it.
std::optional<CallStack> take_stack(pid_t thread, const ThreadSlot& slot);

}  // namespace discern::plugin
