// A shared library, but no plugin.

extern "C" __attribute__((visibility("default"))) int discern_something_else() {
  return 1;
}
