# Discord's limits, in one table, before and after Discord is asked.
discern_row_unit(A2 discord "Limits.*:CommandRefusal.*:CommandRegistration.*")
discern_row_unit(A2 plugin "CheckCommand.*:CommandsJson.*")
discern_row_program(A2 600 registration_test)
