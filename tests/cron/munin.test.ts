import { expect, test } from 'vitest';
import { plugin, pluginOf, type Sources } from '../../cron/munin.ts';

const sources: Sources = {
  rooms: () => ({ planned: 12, running: 3, connections: 41 }),
  mail: () => ({ waiting: 5, refused: 1, oldestSeconds: 754 }),
  bridge: async () => ({ conferences: 2, participants: 9, bit_rate_download: 1200.5, bit_rate_upload: 'odd' }),
};
const jmb = (graph: string) => ({ kind: 'jmb' as const, graph });
const bridge = (graph: string) => ({ kind: 'videobridge' as const, graph });

test('a link’s name chooses the plugin, any other name the command', () => {
  expect(pluginOf('jitsi_jmb_meetings')).toEqual(jmb('meetings'));
  expect(pluginOf('jitsi_videobridge_network')).toEqual(bridge('network'));
  expect(pluginOf('jmb')).toBeNull();
});

test('every value has a label in the configuration, and no other', async () => {
  for (const name of [jmb('meetings'), jmb('mail'), bridge('conferences'), bridge('participants'), bridge('network')]) {
    const config = await plugin(name, 'config', sources);
    const values = await plugin(name, undefined, sources);
    const labels = [...config.text.matchAll(/^(\w+)\.label /gm)].map((match) => match[1]);
    const valued = [...values.text.matchAll(/^(\w+)\.value (?:U|[\d.]+)$/gm)].map((match) => match[1]);
    expect(labels.length).toBeGreaterThan(0);
    expect(valued).toEqual(labels);
    expect(config.text).toMatch(/^graph_title /);
  }
});

test('figures come out as they are; what the bridge does not tell is U', async () => {
  expect((await plugin(jmb('meetings'), undefined, sources)).text).toBe(
    'planned.value 12\nrunning.value 3\nconnections.value 41\n',
  );
  expect((await plugin(jmb('mail'), undefined, sources)).text).toBe('waiting.value 5\nrefused.value 1\nage.value 12\n');
  expect((await plugin(bridge('network'), undefined, sources)).text).toBe('received.value 1200.5\nsent.value U\n');
});

test('an unknown graph is refused with the names that there are', async () => {
  const answer = await plugin(jmb('rooms'), undefined, sources);
  expect(answer.status).toBe(1);
  expect(answer.text).toContain('mail meetings');
  expect((await plugin(bridge(''), 'suggest', sources)).text).toBe('conferences\nnetwork\nparticipants\n');
});

test('open rooms are a graph where Prosody is asked for them; what it does not tell is U', async () => {
  const room = { room: 'abc', participants: 3, breakout: 2, waiting: 1, since: 0 };
  const open = { ...sources, open: async () => [room, { ...room, room: 'def', waiting: 0 }] };
  expect((await plugin(jmb(''), 'suggest', open)).text).toBe('mail\nmeetings\nrooms\n');
  expect((await plugin(jmb('rooms'), undefined, open)).text).toBe('rooms.value 2\npeople.value 10\nwaiting.value 1\n');
  const away = { ...sources, open: () => Promise.reject(new Error('connection refused')) };
  expect((await plugin(jmb('rooms'), undefined, away)).text).toBe('rooms.value U\npeople.value U\nwaiting.value U\n');
  expect((await plugin(jmb('rooms'), 'config', away)).text).toContain('people.label people');
});
