# Plugins' files, endings and crash notes; checks of the command line.
discern_row_unit(C2 plugin "CheckSharedLibrary.*:LibraryCopy.*")
discern_row_program(C2 300 files_test.Damaged.test_a_library_that_is_cut_or_damaged_is_refused_and_the_host_goes_on)
discern_row_program(0.4 300 files_test.Damaged.test_new_folders_are_read_when_they_are_at_rest)
discern_row_unit(0.3 web "PluginCompare.*")
discern_row_program(C3 300 endings_test.Endings.test_a_thread_that_was_left_behind)
discern_row_program(C4 900
  endings_test.Endings.test_exit endings_test.Endings.test_exit_that_says_all_is_well
  endings_test.Endings.test_quick_exit endings_test.Endings.test_underscore_exit
  endings_test.Endings.test_exit_on_a_thread_of_its_own endings_test.Endings.test_kill
  endings_test.Endings.test_raise endings_test.Endings.test_a_stop_by_a_plugin_is_orderly_and_named
  endings_test.Endings.test_terminate endings_test.Endings.test_an_exception_on_a_thread_of_its_own
  endings_test.Endings.test_what_cannot_be_caught_is_told_by_the_next_start)
discern_row_unit(D6 plugin "Trust.*")
discern_row_program(D6 300 files_test.Strangers)
discern_row_program(E8 300 files_test.Checks.test_the_check_says_what_runs_and_has_one_that_runs_nothing)
discern_row_program(F 300
  files_test.Checks.test_the_configuration_check_knows_the_plugins_values
  files_test.Checks.test_a_plugin_that_is_not_there_cannot_be_switched
  endings_test.Endings.test_a_stack_has_file_and_line_in_the_log_and_after_a_crash)
discern_row_unit(F app "Token.*")
