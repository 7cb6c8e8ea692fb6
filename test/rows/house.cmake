# Debian 13's libraries include less of each other, so that a forgotten include shows there first.
discern_row_label(0.1 headers.alone)
discern_row_label(0.2 foreign.discord_js)
# What ./dev says; ./dev fresh runs the two commands and the plugin recipe themselves.
discern_program_test(integration.dev_script dev_script_test 120)
discern_row_label(0.7 integration.dev_script)
# The recipe of docs/plugins.md against an installed package; `./dev fresh package` runs it where nothing else is.
discern_row_label(0.6 integration.package)
# It failed 10 times in 6,000 when a stall was reported first.
discern_row_unit(0.5 plugin Told.AnErrorIsToldWithItsPlace)
discern_row_program(0.7 120 terminal_test)
