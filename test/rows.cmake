# Faults that were reported once. Each has a row number, and a test that carries it as a CTest label:
# `ctest -L row` runs them all, `ctest -L '^A3$'` runs one row, and tools/check_rows.py fails if a row has no test.

# discern_row_unit(<row> <module> <filter>): those tests of <module>_test, as row.<row>.<module>.
function(discern_row_unit row module filter)
  set(name row.${row}.${module})
  add_test(NAME ${name} COMMAND ${module}_test --gtest_filter=${filter} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "row;${row}")
  discern_watch(${name})
  # A filter that matches nothing passes, and proves nothing.
  set_property(TEST ${name} APPEND PROPERTY FAIL_REGULAR_EXPRESSION "Running 0 tests")
endfunction()

# discern_row_program(<row> <seconds> <test>...): tests of test/integration against the built programs,
# each as unittest names it (module.Class.test), as row.<row>.<module>.
function(discern_row_program row seconds)
  list(GET ARGN 0 first)
  string(REGEX REPLACE "_test.*" "" module "${first}")
  set(name row.${row}.${module})
  discern_program_test(${name} "${ARGN}" ${seconds})
  set_tests_properties(${name} PROPERTIES LABELS "row;row-program;${row}")
endfunction()

# discern_row_label(<row> <test>): a test that is declared elsewhere covers the row too.
# A test has to be declared in this folder or in test/ for that.
function(discern_row_label row test)
  set_property(TEST ${test} APPEND PROPERTY LABELS row ${row})
endfunction()

file(GLOB row_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/rows/*.cmake)
foreach(row_file IN LISTS row_files)
  include(${row_file})
endforeach()
