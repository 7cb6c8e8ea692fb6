// Holds REST requests and answers against Discord's published description of its API.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const Ajv = createRequire(import.meta.url)('ajv/dist/2020.js').default;

const spec = JSON.parse(readFileSync(new URL('discord-openapi.json', import.meta.url), 'utf8'));

// Fields that Discord documents and its description lacks, or has otherwise; the documentation wins.
const documented = {
  ApplicationCommandUpdateRequest: { nsfw: { type: 'boolean' } },
  ApplicationCommandCreateRequest: { nsfw: { type: 'boolean' } },
};
const permissionText = { type: ['string', 'integer', 'null'], pattern: '^[0-9]{1,20}$' };

const inRange = (low, high) => (n) => Number.isInteger(n) && n >= low && n <= high;
const formats = {
  snowflake: /^(0|[1-9][0-9]{0,19})$/,
  int32: { type: 'number', validate: inRange(-(2 ** 31), 2 ** 31 - 1) },
  int64: { type: 'number', validate: inRange(-(2 ** 63), 2 ** 63) },
  double: { type: 'number', validate: Number.isFinite },
  nonce: true,
  uri: (text) => URL.canParse(text) || text.startsWith('attachment://'),
  'date-time': (text) => !Number.isNaN(Date.parse(text)),
};

// A copy in which an object with named fields has no others: for what we send, a field that Discord
// does not know is a mistake of ours.
function strict(node) {
  if (Array.isArray(node)) return node.map(strict);
  if (node === null || typeof node !== 'object') return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  if (copy.properties && copy.additionalProperties === undefined) copy.additionalProperties = false;
  if (copy.properties?.default_member_permissions) {
    copy.properties.default_member_permissions = permissionText;
  }
  return copy;
}

function makeAjv(schemas) {
  const ajv = new Ajv({ strict: false, allErrors: true, formats });
  ajv.addSchema({ $id: 'discord', components: { schemas } });
  return ajv;
}

function makeStrictSchemas() {
  const schemas = strict(spec.components.schemas);
  for (const [name, fields] of Object.entries(documented)) {
    if (schemas[name]) Object.assign(schemas[name].properties, fields);
  }
  return schemas;
}

const requests = makeAjv(makeStrictSchemas());
const answers = makeAjv(spec.components.schemas);
const compiled = new Map();

function check(ajv, kind, where, schema, value) {
  const key = `${kind} ${where}`;
  if (!compiled.has(key)) {
    const text = JSON.stringify(schema).replaceAll('"#/', '"discord#/');
    compiled.set(key, ajv.compile(JSON.parse(text)));
  }
  const validate = compiled.get(key);
  if (validate(value)) return [];
  return [...new Set(validate.errors.map((error) => `${kind} ${where}: ${describe(error)}`))];
}

function describe(error) {
  const field = error.params.additionalProperty;
  return `${error.instancePath || '/'} ${error.message}${field ? ` (${field})` : ''}`;
}

// "/channels/{channel.id}/messages" and "/channels/{channel_id}/messages" are one.
const shape = (path) => path.replace(/\{[^}]*\}/g, '{}');
const routes = new Map(Object.entries(spec.paths).map(([path, methods]) => [shape(path), methods]));

// What is wrong with one request as the simulator recorded it, as sentences.
export function problemsOfRequest({ method, route, body }) {
  const where = `${method} ${route}`;
  const operation = routes.get(shape(route))?.[method.toLowerCase()];
  if (!operation) return [`${where}: Discord has no such route`];
  if (!operation.request) return body === null ? [] : [`${where}: Discord takes no body here`];
  if (body === null) return [];
  return check(requests, 'request', where, strict(operation.request), body);
}

export function problemsOfAnswer({ method, route, status, answer }) {
  const where = `${method} ${route} ${status}`;
  const operation = routes.get(shape(route))?.[method.toLowerCase()];
  const range = `${Math.floor(status / 100)}XX`;
  const schema = operation?.responses[status] ?? operation?.responses[range];
  // What an error says of each field is described otherwise than documented and sent.
  if (status >= 400 && status !== 429) {
    const fits = answer === null || (Number.isInteger(answer.code) && typeof answer.message === 'string');
    return fits ? [] : [`${where}: an error needs code and message`];
  }
  if (!schema) return status === 204 || status >= 500 ? [] : [`${where}: Discord does not answer so`];
  if (schema === true || answer === null) return [];
  return check(answers, 'answer', where, schema, answer);
}
