// Makes discord-openapi.json: of Discord's published description (discord/discord-api-spec, MIT, see
// discord-openapi.LICENSE) the routes that this program or its simulator knows, and the schemas they
// need, without prose. Run it by hand to follow Discord:
//   node trim_openapi.mjs path/to/openapi.json > discord-openapi.json

import { readFileSync } from 'node:fs';

const wanted = new Set([
  '/applications/@me',
  '/applications/{application_id}/commands',
  '/applications/{application_id}/commands/{command_id}',
  '/applications/{application_id}/guilds/{guild_id}/commands',
  '/applications/{application_id}/guilds/{guild_id}/commands/{command_id}',
  '/channels/{channel_id}',
  '/channels/{channel_id}/messages',
  '/channels/{channel_id}/messages/bulk-delete',
  '/channels/{channel_id}/messages/pins',
  '/channels/{channel_id}/messages/pins/{message_id}',
  '/channels/{channel_id}/messages/{message_id}',
  '/channels/{channel_id}/messages/{message_id}/reactions',
  '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}',
  '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me',
  '/channels/{channel_id}/messages/{message_id}/threads',
  '/channels/{channel_id}/thread-members/{user_id}',
  '/channels/{channel_id}/threads',
  '/channels/{channel_id}/typing',
  '/gateway',
  '/gateway/bot',
  '/guilds/{guild_id}',
  '/guilds/{guild_id}/bans/{user_id}',
  '/guilds/{guild_id}/channels',
  '/guilds/{guild_id}/members/{user_id}',
  '/guilds/{guild_id}/members/{user_id}/roles/{role_id}',
  '/guilds/{guild_id}/roles',
  '/interactions/{interaction_id}/{interaction_token}/callback',
  '/users/@me',
  '/users/@me/channels',
  '/users/@me/guilds',
  '/webhooks/{webhook_id}/{webhook_token}',
  '/webhooks/{webhook_id}/{webhook_token}/messages/@original',
  '/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
]);
const prose = new Set(['description', 'title', 'example', 'examples', 'x-discord-union', 'deprecated']);

// Without prose. Below "properties" keys are names of fields, not words of the schema language.
function plain(node, names = false) {
  if (Array.isArray(node)) return node.map((child) => plain(child));
  if (node === null || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(([key]) => names || !prose.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, plain(value, !names && key === 'properties')]),
  );
}

function jsonSchema(content) {
  return content?.['application/json']?.schema;
}

const spec = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const paths = {};
for (const path of wanted) {
  if (!spec.paths[path]) throw new Error(`Discord's description has no ${path} any more`);
  paths[path] = {};
  for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
    const operation = spec.paths[path][method];
    if (!operation) continue;
    const responses = {};
    for (const [status, response] of Object.entries(operation.responses)) {
      const found = response.$ref ? spec.components.responses[response.$ref.split('/').pop()] : response;
      const schema = jsonSchema(found.content);
      responses[status] = schema ? plain(schema) : true;
    }
    const body = jsonSchema(operation.requestBody?.content);
    paths[path][method] = { ...(body && { request: plain(body) }), responses };
  }
}

// Every schema that something above leads to.
const schemas = {};
const open = [paths];
while (open.length > 0) {
  const text = JSON.stringify(open.pop());
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (schemas[name]) continue;
    schemas[name] = plain(spec.components.schemas[name]);
    open.push(schemas[name]);
  }
}

// One route or schema a line, so that a new version shows what changed.
const lines = (object) =>
  Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(object[key])}`)
    .join(',\n');
console.log(`{"paths":{\n${lines(paths)}},\n"components":{"schemas":{\n${lines(schemas)}}}}`);
