if(DISCERN_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(DISCERN_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(DISCERN_SANITIZE)
  message(FATAL_ERROR "DISCERN_SANITIZE is \"${DISCERN_SANITIZE}\"; it takes address, thread or nothing")
endif()

if(DISCERN_FUZZ)
  # The fuzzer finds its way by what our code does, not just by what the target does.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# discern_watch(<test>): what a sanitizer says fails the test, also when it says so in a program that the test started.
function(discern_watch test)
  if(DISCERN_SANITIZE)
    set_tests_properties(${test} PROPERTIES
      FAIL_REGULAR_EXPRESSION "Sanitizer: |runtime error: "
      ENVIRONMENT_MODIFICATION "ASAN_OPTIONS=set:detect_stack_use_after_return=1:strict_string_checks=1;\
LSAN_OPTIONS=set:print_suppressions=0:suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp;\
UBSAN_OPTIONS=set:print_stacktrace=1;\
TSAN_OPTIONS=set:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
  endif()
endfunction()
