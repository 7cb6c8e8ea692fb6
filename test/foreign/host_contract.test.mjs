// Discern against the simulated Discord, and every REST request it made against Discord's own
// description of its API: right route, right method, right body, no field that Discord does not know.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Host } from './host.mjs';
import { problemsOfAnswer, problemsOfRequest } from './openapi.mjs';
import { Simulator } from './simulator.mjs';

const token = 'sim.a-token-that-must-not-be-shown';

describe('the check itself', () => {
  const route = '/channels/{channel.id}/messages';
  const broken = [
    ['an unknown route', { method: 'POST', route: '/channels/{channel.id}/mesages', body: {} }],
    ['a method the route has not', { method: 'PUT', route, body: {} }],
    ['a text that is too long', { method: 'POST', route, body: { content: 'x'.repeat(4001) } }],
    ['a misspelt field', { method: 'POST', route, body: { contents: 'hi' } }],
    ['a field of another type', { method: 'POST', route, body: { embeds: [{ title: 7 }] } }],
    [
      'a long description of a command',
      {
        method: 'PUT',
        route: '/applications/{application.id}/commands',
        body: [{ name: 'ping', description: 'x'.repeat(101) }],
      },
    ],
    [
      'a body where none belongs',
      { method: 'PUT', route: '/channels/{channel.id}/messages/pins/{message.id}', body: { a: 1 } },
    ],
  ];
  for (const [what, request] of broken) {
    it(`finds ${what}`, () => assert.notDeepEqual(problemsOfRequest(request), []));
  }
  it('accepts a good request', () => {
    const request = { method: 'POST', route, body: { content: 'hi', allowed_mentions: { parse: [] } } };
    assert.deepEqual(problemsOfRequest(request), []);
  });
});

describe('Discern against the simulator', { timeout: 240_000 }, () => {
  let sim;
  let host;

  before(async () => {
    sim = await Simulator.start();
    await sim.act('record', { on: true });
    host = await Host.start({ api: sim.api, token, plugins: ['everything'] });
    await sim.until('state', (state) => state.commands.includes('say'));
  });

  after(async () => {
    await host?.stop();
    await sim?.stop();
  });

  const requests = () => sim.see('requests');

  // Starts an interaction and waits until the bot has answered as often as it should.
  async function answersTo(cause, count) {
    const { id } = await cause;
    const seen = await sim.until(`interaction/${id}`, (it) => it.answers.length >= count);
    return { id, ...seen, vias: seen.answers.map((answer) => answer.via) };
  }
  const use = (command, count, options = {}) =>
    answersTo(sim.act('interaction', { command, options }), count);
  const messageOf = async (id) => {
    const seen = await sim.see(`interaction/${id}`);
    return sim.see(`message/${seen.original_message_id}`);
  };

  it('registers its commands once, with languages, permissions, contexts and choices', async () => {
    const puts = (await requests()).filter((request) => request.method === 'PUT');
    assert.equal(puts.length, 1);
    const pick = puts[0].body.find((command) => command.name === 'pick');
    assert.equal(pick.name_localizations.de, 'waehlen');
    assert.equal(pick.default_member_permissions, String(1 << 13));
    assert.deepEqual(pick.contexts, [0, 1]);
    assert.equal(pick.nsfw, true);
    assert.equal(pick.options[0].description_localizations.de, 'Was es sein soll');
    assert.deepEqual(pick.options[2].choices[1], { name: 'big', value: 2 });
    const settings = puts[0].body.find((command) => command.name === 'settings');
    assert.equal(settings.description, 'Settings of the bot');
    const [theme] = settings.options;
    assert.equal(theme.type, 2);
    assert.equal(theme.options[0].name_localizations.fr, 'choisir');
    assert.equal(settings.name_localizations, undefined, 'the words belong to the subcommand');
  });

  it('replies with embeds, buttons, selects and a link, calling nobody by accident', async () => {
    const { answers } = await use('say', 1);
    const { data } = answers[0].body;
    assert.equal(data.embeds[0].author.name, 'somebody');
    assert.equal(data.components.length, 4);
    assert.equal(data.components[0].components[2].style, 5);
    assert.deepEqual(data.allowed_mentions, { parse: [], users: ['111111111111111111'] });
    assert.equal(data.flags, 4 | 4096);
  });

  it('answers for one person alone', async () => {
    const { ephemeral } = await use('secret', 1);
    assert.equal(ephemeral, true);
  });

  it('takes a click and a choice back to the plugin', async () => {
    const said = await use('say', 1);
    const message = await messageOf(said.id);
    const click = await answersTo(
      sim.act('component', { message: message.id, custom_id: 'everything:go' }),
      1,
    );
    assert.equal(click.answers[0].body.type, 7);
    const again = await use('say', 1);
    const second = await messageOf(again.id);
    const choice = await answersTo(
      sim.act('component', { message: second.id, custom_id: 'everything:color', values: ['b'] }),
      1,
    );
    assert.equal(choice.answers[0].body.data.content, 'got color b');
  });

  it('sends files with a reply, an edit and a follow-up', async () => {
    const { answers, vias } = await use('file', 3);
    assert.deepEqual(vias, ['callback', 'edit', 'followup']);
    for (const answer of answers) assert.equal(answer.files.length, 2);
  });

  it('defers, edits, follows up and deletes', async () => {
    assert.deepEqual((await use('deferred', 3)).vias, ['callback', 'edit', 'followup']);
    assert.deepEqual((await use('gone', 2)).vias, ['callback', 'delete']);
  });

  it('edits and deletes its follow-ups', async () => {
    const { answers, vias } = await use('counted', 6);
    const changed = ['edit_followup', 'delete_followup', 'edit'];
    assert.deepEqual(vias, ['callback', 'followup', 'followup', ...changed]);
    assert.equal(answers[3].files.length, 2);
    assert.equal(answers[5].body.content, 'counted');
  });

  it('shows a form and reads what was written', async () => {
    const { id, response_type: type } = await use('report', 1);
    assert.equal(type, 9);
    const sent = await answersTo(
      sim.act('modal', { interaction: id, fields: { why: 'spam', more: 'much of it' } }),
      1,
    );
    assert.equal(sent.answers[0].body.data.content, 'why: spam, more: much of it');
  });

  it('offers choices while a person types', async () => {
    const { answers } = await answersTo(
      sim.act('interaction', { command: 'pick', autocomplete: true }),
      1,
    );
    assert.equal(answers[0].body.type, 8);
    assert.equal(answers[0].body.data.choices.length, 2);
  });

  it('runs subcommands of a group', async () => {
    const { answers, ephemeral } = await use('settings theme set', 1, { name: 'dark' });
    assert.equal(answers[0].body.data.content, 'theme dark');
    assert.equal(ephemeral, false);
  });

  it('has commands in the menus of people and messages', async () => {
    const puts = (await requests()).filter((request) => request.method === 'PUT');
    const menus = puts[0].body.filter((command) => command.type !== 1);
    assert.deepEqual(
      menus.map((command) => [command.type, command.name]),
      [
        [2, 'Who is this'],
        [3, 'Quote it!'],
        [3, 'Who is this'],
      ],
    );
    assert.equal(menus[1].name_localizations.de, 'Zitiere es!');
    const { id } = await sim.act('message', { content: 'words of weight' });
    const inMenu = (menu, command, target) =>
      answersTo(sim.act('interaction', { menu, command, target }), 1);
    const quoted = await inMenu('message', 'Quote it!', id);
    assert.equal(quoted.answers[0].body.data.content, 'quoting words of weight');
    const { author } = await sim.see(`message/${id}`);
    const of = await inMenu('message', 'Who is this', id);
    assert.equal(of.answers[0].body.data.content, `message of ${author.username}`);
    const who = await inMenu('user', 'Who is this', author.id);
    assert.equal(
      who.answers[0].body.data.content,
      `user ${author.id} is ${author.username} of here`,
    );
    await host.until(async () => {
      const { commands } = await host.get('/api/v1/commands');
      const uses = (name) => commands.find((command) => command.name === name)?.uses;
      return uses('Who is this (user)') === 1 && uses('Who is this (message)') === 1;
    }, 'each to be counted by itself');
  });

  it('defers for a plugin that is late or stuck, and counts it late', async () => {
    for (const command of ['late', 'stuck']) {
      const { vias, answers } = await use(command, 2);
      assert.deepEqual(vias, ['callback', 'edit'], command);
      assert.equal(answers[0].body.type, 5);
    }
    await host.until(async () => {
      const { types } = await host.get('/api/v1/interactions');
      return types.find((it) => it.type === 'command')?.outcomes.late >= 2;
    }, 'two late commands');
  });

  it('does on Discord whatever the API offers', async () => {
    const { answers } = await use('tour', 2);
    const text = answers[1].body.content;
    assert.match(text, /^done 3\d$/, text);
  });

  it('shows the funnel, the limits and the shards', async () => {
    // What was just counted shows with the next tick.
    const { types, errors } = await host.until(async () => {
      const seen = await host.get('/api/v1/interactions');
      const of = seen.types.find((it) => it.type === 'command');
      return of?.received >= 10 && of.acknowledged === of.received && seen;
    }, 'every command to be acknowledged');
    const commands = types.find((it) => it.type === 'command');
    assert.ok(commands.acknowledged_by_host >= 2);
    assert.ok(commands.ack_p99_ms >= commands.ack_p50_ms);
    assert.deepEqual(errors, []);
    const route = (rest) => rest.routes.find((it) => it.route === 'POST /channels/{}/messages');
    const rest = await host.until(async () => {
      const seen = await host.get('/api/v1/rest');
      return route(seen)?.requests >= 3 && route(seen).limit && seen;
    }, 'the requests of the tour');
    const posts = route(rest);
    assert.ok(posts.p50_ms > 0);
    assert.ok(posts.limit.limit > 0 && posts.limit.remaining <= posts.limit.limit);
    assert.equal(rest.invalid.count, 0);
    assert.equal(rest.global.limit, 50);
    const { shards, identify_budget: budget, bytes } = await host.get('/api/v1/shards');
    assert.equal(shards[0].state, 'ready');
    assert.equal(budget.remaining, 999);
    assert.ok(budget.reset_in_s > 80_000);
    assert.ok(bytes.raw > bytes.compressed);
  });

  it('made only requests that Discord describes, and broke no rule of the protocol', async () => {
    const made = await requests();
    assert.ok(made.length > 50, `${made.length} requests`);
    assert.deepEqual([...new Set(made.flatMap(problemsOfRequest))], []);
    assert.deepEqual((await sim.state()).complaints, []);
  });

  it('was answered as Discord answers', async () => {
    const made = await requests();
    assert.deepEqual([...new Set(made.flatMap(problemsOfAnswer))], []);
  });

  it('never shows the bot token or the token of an interaction', async () => {
    const secrets = (await sim.see('interactions')).map((interaction) => interaction.token);
    for (const secret of [token, ...secrets.filter(Boolean)]) assert.ok(!host.output.includes(secret));
    assert.equal(await host.stop(), 0);
  });
});
