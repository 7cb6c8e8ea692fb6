/** Names of the metric families that charts ask history for; from the catalogue (docs/metrics.md). */
export const EVENTS_FAMILY = 'discern_gateway_events_total';
export const COMMANDS_FAMILY = 'discern_discord_commands_total';
