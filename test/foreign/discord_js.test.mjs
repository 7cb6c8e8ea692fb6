// discord.js, as its users run it, against the simulated Discord.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';

import { ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, GatewayIntentBits } from 'discord.js';

import { Simulator } from './simulator.mjs';

const commands = [
  { name: 'ping', description: 'Answers.' },
  {
    name: 'music',
    description: 'Plays music.',
    options: [
      {
        type: 1,
        name: 'play',
        description: 'Plays a song.',
        options: [
          { type: 3, name: 'song', description: 'Which one.', required: true },
          { type: 6, name: 'for', description: 'For whom.' },
        ],
      },
    ],
  },
];

// The next interaction the client gets after `cause` was carried out.
async function interactionFrom(client, cause) {
  const arrived = once(client, 'interactionCreate');
  const { id } = await cause;
  const [interaction] = await arrived;
  assert.equal(interaction.id, id);
  return interaction;
}

describe('discord.js against the simulator', { timeout: 300_000 }, () => {
  let sim;
  let client;

  before(async () => {
    sim = await Simulator.start('--heartbeat-ms', '2000');
    client = new Client({
      intents: [
        GatewayIntentBits.Guilds,
        GatewayIntentBits.GuildMembers,
        GatewayIntentBits.GuildMessages,
        GatewayIntentBits.MessageContent,
        GatewayIntentBits.GuildMessageReactions,
      ],
      rest: { api: sim.api },
    });
    const ready = once(client, 'clientReady');
    await client.login('sim.discord-js');
    await ready;
  });

  after(async () => {
    await client.destroy();
    assert.equal(await sim.stop(), 0);
  });

  beforeEach(async () => {
    await sim.act('clear_complaints');
  });

  async function withoutComplaints() {
    const { complaints } = await sim.state();
    assert.deepEqual(complaints, []);
  }

  it('logs in and has every guild with its members and locale', async () => {
    const state = await sim.state();
    assert.equal(client.guilds.cache.size, state.guilds.total);
    assert.equal(
      client.guilds.cache.reduce((sum, guild) => sum + guild.memberCount, 0),
      state.members,
    );
    for (const guild of client.guilds.cache.values()) {
      assert.ok(guild.name.length > 2);
      assert.ok(guild.preferredLocale);
      assert.ok(guild.channels.cache.size >= 3);
    }
    assert.equal(state.identifies, 1);
    await withoutComplaints();
  });

  it('uses the compressed transport', async () => {
    const [session] = (await sim.state()).sessions;
    assert.equal(session.compression, 'zlib-stream');
    await withoutComplaints();
  });

  it('registers commands and reads them back', async () => {
    const set = await client.application.commands.set(commands);
    assert.equal(set.size, 2);
    const fetched = await client.application.commands.fetch();
    assert.deepEqual([...fetched.map((command) => command.name)].sort(), ['music', 'ping']);
    assert.deepEqual((await sim.state()).commands.sort(), ['music', 'ping']);
    await withoutComplaints();
  });

  it('is refused a command that breaks the rules, with the place of the fault', async () => {
    await assert.rejects(
      client.rest.put(`/applications/${client.application.id}/commands`, {
        body: [{ name: 'Not Allowed', description: 'x'.repeat(101) }],
      }),
      (error) => error.code === 50035 && /description/.test(error.message),
    );
    const { complaints } = await sim.state();
    assert.equal(complaints[0].kind, 'invalid_form');
  });

  it('replies to a command with its options', async () => {
    const interaction = await interactionFrom(
      client,
      sim.act('interaction', { command: 'music play', options: { song: 'september' } }),
    );
    assert.equal(interaction.commandName, 'music');
    assert.equal(interaction.options.getSubcommand(), 'play');
    assert.equal(interaction.options.getString('song'), 'september');
    assert.ok(interaction.member.user.username);
    await interaction.reply({ content: 'playing', flags: 64 });
    const seen = await sim.see(`interaction/${interaction.id}`);
    assert.equal(seen.state, 'answered');
    assert.equal(seen.response_type, 4);
    assert.equal(seen.ephemeral, true);
    assert.equal(seen.answers[0].body.data.content, 'playing');
    await withoutComplaints();
  });

  it('defers, edits and follows up with a file', async () => {
    const interaction = await interactionFrom(client, sim.act('interaction', { command: 'ping' }));
    await interaction.deferReply();
    assert.equal((await sim.see(`interaction/${interaction.id}`)).state, 'deferred');
    const edited = await interaction.editReply('at last');
    assert.equal(edited.content, 'at last');
    const followUp = await interaction.followUp({
      content: 'and a file',
      files: [{ attachment: Buffer.from('hello file'), name: 'hello.txt' }],
    });
    assert.equal(followUp.attachments.first().name, 'hello.txt');
    assert.equal(followUp.attachments.first().size, 10);
    assert.equal((await interaction.fetchReply()).content, 'at last');
    await interaction.deleteReply();
    const seen = await sim.see(`interaction/${interaction.id}`);
    assert.deepEqual(
      seen.answers.map((answer) => answer.via),
      ['callback', 'edit', 'followup', 'delete'],
    );
    assert.deepEqual(seen.answers[2].files[0].filename, 'hello.txt');
    await withoutComplaints();
  });

  it('gets the response message when it asks for it', async () => {
    const interaction = await interactionFrom(client, sim.act('interaction', { command: 'ping' }));
    const response = await interaction.reply({ content: 'here', withResponse: true });
    assert.equal(response.resource.message.content, 'here');
    await withoutComplaints();
  });

  it('shows a button, gets the click and updates the message', async () => {
    const interaction = await interactionFrom(client, sim.act('interaction', { command: 'ping' }));
    const row = new ActionRowBuilder().addComponents(
      new ButtonBuilder().setCustomId('again:1').setLabel('Again').setStyle(ButtonStyle.Primary),
    );
    await interaction.reply({ content: 'press', components: [row] });
    const message = await interaction.fetchReply();
    const click = await interactionFrom(
      client,
      sim.act('component', { message: message.id, custom_id: 'again:1' }),
    );
    assert.ok(click.isButton());
    assert.equal(click.message.id, message.id);
    await click.update({ content: 'pressed', components: [] });
    assert.equal((await sim.see(`message/${message.id}`)).content, 'pressed');
    await withoutComplaints();
  });

  it('is refused a second and a late answer', async () => {
    const twice = await interactionFrom(client, sim.act('interaction', { command: 'ping' }));
    const path = `/interactions/${twice.id}/${twice.token}/callback`;
    const body = { type: 4, data: { content: 'x' } };
    await client.rest.post(path, { body, auth: false });
    await assert.rejects(client.rest.post(path, { body, auth: false }), { code: 40060 });

    const late = await interactionFrom(client, sim.act('interaction', { command: 'ping' }));
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    await assert.rejects(late.reply('too late'), { code: 10062 });
    const { interactions, complaints } = await sim.state();
    assert.equal(interactions.late, 1);
    assert.equal(interactions.twice, 1);
    // Both are the bot's bad luck, not a breach of the protocol.
    assert.deepEqual(complaints, []);
  });

  it('reads messages, writes, edits, reacts and deletes', async () => {
    const heard = once(client, 'messageCreate');
    await sim.act('message', { content: 'hello bot' });
    const [message] = await heard;
    assert.equal(message.content, 'hello bot');
    const sent = await message.channel.send('hello human');
    await sent.edit('hello again');
    await sent.react('👍');
    await message.react('🎉');
    await sent.delete();
    const { messages } = await sim.state();
    assert.ok(messages.received >= 1 && messages.edited >= 1 && messages.deleted >= 1);
    await withoutComplaints();
  });

  it('waits out a 429 and tries again', async () => {
    await sim.act('rest', { route: '/users/@me', status: 429, retry_after: 0.2, scope: 'user' });
    const user = await client.rest.get('/users/@me');
    assert.equal(user.id, client.user.id);
    assert.equal((await sim.state()).rest.limited.user, 1);
    await withoutComplaints();
  });

  it('tells an outage from a leave', async () => {
    const guild = client.guilds.cache.first();
    const gone = once(client, 'guildUnavailable');
    await sim.act('outage', { guild: guild.id });
    assert.equal((await gone)[0].id, guild.id);
    const back = once(client, 'guildAvailable');
    await sim.act('outage', { guild: guild.id, over: true });
    assert.equal((await back)[0].id, guild.id);

    const added = once(client, 'guildCreate');
    const { guild: fresh } = await sim.act('add_guild');
    assert.equal((await added)[0].id, fresh);
    const removed = once(client, 'guildDelete');
    await sim.act('remove_guild', { guild: fresh });
    assert.equal((await removed)[0].id, fresh);
    await withoutComplaints();
  });

  it('resumes after an op 7 without losing an event', async () => {
    const previous = await sim.state();
    await sim.act('reconnect');
    await sim.until('state', (state) => state.connections.open === 0);
    let heard = 0;
    client.on('messageCreate', () => ++heard);
    await sim.act('message', { content: 'while you were away', count: 5 });
    const state = await sim.until('state', (s) => s.resumes === previous.resumes + 1);
    for (let i = 0; i < 100 && heard < 5; ++i) await new Promise((resolve) => setTimeout(resolve, 20));
    client.removeAllListeners('messageCreate');
    assert.equal(heard, 5);
    assert.equal(state.identifies, previous.identifies);
    assert.equal(state.resumes_elsewhere, 0);
    assert.equal(state.sessions.length, 1);
    assert.equal(state.sessions[0].replayed, 5);
    await withoutComplaints();
  });

  it('resumes after a dropped connection and a resumable close code', async () => {
    // discord.js starts a new session after 4008; these it resumes.
    for (const code of [0, 4000, 4001]) {
      const { resumes } = await sim.state();
      await sim.act('close', { code });
      await sim.until('state', (s) => s.resumes === resumes + 1 && s.sessions[0].connected);
    }
    await withoutComplaints();
  });

  it('identifies anew after an invalid session', async () => {
    const { identifies } = await sim.state();
    await sim.act('invalid_session', { resumable: false });
    await sim.until(
      'state',
      (s) => s.identifies === identifies + 1 && s.sessions.some((session) => session.connected),
    );
    await withoutComplaints();
  });

  it('notices a zombie connection and resumes', async () => {
    const { resumes } = await sim.state();
    await sim.act('silence', { on: true });
    await sim.until('state', (s) => s.resumes > resumes);
    await sim.act('silence', { on: false });
    await sim.until('state', (s) => s.sessions.some((session) => session.connected));
    await withoutComplaints();
  });
});
