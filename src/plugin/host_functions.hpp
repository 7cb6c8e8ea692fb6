#pragma once

// The table of C functions that one loaded plugin is given.

#include "discern/plugin/abi.h"

namespace discern::plugin {

class Instance;

// Its context is the instance, which must outlive every call.
discern_host make_host_table(Instance& instance);

// The part of it that reaches the outside: clock, outgoing HTTP, storage.
void add_io_functions(discern_host& table);

}  // namespace discern::plugin
