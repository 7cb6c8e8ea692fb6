#include "base/thread_name.hpp"

#include <pthread.h>

#include <cstring>

namespace discern {

void set_thread_name(const char* name) {
  char cut[16] = {};
  std::strncpy(cut, name, sizeof cut - 1);
  ::pthread_setname_np(::pthread_self(), cut);
}

}  // namespace discern
