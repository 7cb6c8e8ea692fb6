# Debian 13's libraries include less of each other, so that a forgotten include shows there first.
discern_row_label(0.1 headers.alone)
discern_row_label(0.2 foreign.discord_js)
