add_library(discern_warnings INTERFACE)
target_compile_options(discern_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  # A Result that nobody looks at is a bug, in every build.
  -Werror=unused-result -Werror=return-type)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(discern_warnings INTERFACE -Wthread-safety -Werror=thread-safety)
endif()
if(DISCERN_WERROR)
  target_compile_options(discern_warnings INTERFACE -Werror)
endif()
