# A system that refuses, stands still, or is looked at by a terminal.
discern_row_unit(B4 base "Output.*")
discern_row_unit(C5 app "StopFsm.*:StopSignal.*")
discern_row_unit(C6 base "ReadFile.*")
discern_row_unit(E6 base "Printable.*:Log.*")
if(NOT DISCERN_SANITIZE)
  discern_row_program(B4 300 refuse_test.StoppedReader refuse_test.StoppedDisk)
  discern_row_program(C1 600 refuse_test.Limits)
  discern_row_program(C5 300 refuse_test.Stops.test_two_signals_at_once_are_one_wish)
  discern_row_program(C6 300 refuse_test.Stops)
  discern_row_program(E6 300 refuse_test.Terminal)

  # A few of all the calls that ./dev soak refusals refuses.
  add_test(NAME row.C1.refusals
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/refusals/refusals.py --sample 2 --seconds 240)
  set_tests_properties(row.C1.refusals PROPERTIES
    TIMEOUT 900 LABELS "row;row-program;C1" ENVIRONMENT "DISCERN_BUILD=${CMAKE_BINARY_DIR};DISCORD_TOKEN=")
endif()
