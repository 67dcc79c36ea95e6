/** The command as a Munin plugin: what it answers to `config`, `autoconf`, `suggest` and to no argument (Munin plugin protocol 1). */
import { within as inTime } from '../lib/clock.ts';
import { bridgeStatistics, type OpenRoom, roomService } from '../lib/jitsi/rooms.ts';
import type { Settings } from '../lib/settings.ts';
import { type MailFigures, mailFigures, type RoomFigures, roomFigures } from '../lib/store/statistics.ts';
import { within } from './program.ts';

/** One line of a graph. */
interface Field {
  readonly name: string;
  readonly label: string;
  readonly info: string;
  readonly type?: 'GAUGE' | 'DERIVE';
  /** Above this Munin warns. */
  readonly warning?: string;
}

/** One graph: its heading, its fields, and where their values come from. */
interface Graph<Source> {
  readonly title: string;
  readonly vlabel: string;
  readonly info: string;
  readonly fields: readonly (Field & { readonly value: (source: Source) => number | undefined })[];
}

/** JVB's REST statistics (`/colibri/stats`): numbers by name. */
export type BridgeStatistics = Readonly<Record<string, unknown>>;

const meetings: Graph<RoomFigures> = {
  title: 'Jitsi Meet Booking: meetings',
  vlabel: 'meetings',
  info: 'Booked meetings and the connections to those that are running',
  fields: [
    { name: 'planned', label: 'planned', info: 'meetings that have not begun', value: (f) => f.planned },
    { name: 'running', label: 'running', info: 'meetings between their begin and their end', value: (f) => f.running },
    {
      name: 'connections',
      label: 'connections',
      info: 'connections through links to the meetings that are running',
      value: (f) => f.connections,
    },
  ],
};

const mail: Graph<MailFigures> = {
  title: 'Jitsi Meet Booking: mail',
  vlabel: 'mails, minutes',
  info: 'Mails that wait in the outbox, and how long the oldest has waited',
  fields: [
    { name: 'waiting', label: 'waiting', info: 'mails still to be sent', warning: '100', value: (f) => f.waiting },
    {
      name: 'refused',
      label: 'refused',
      info: 'mails refused for good, kept with their reason',
      value: (f) => f.refused,
    },
    {
      name: 'age',
      label: 'age in minutes',
      info: 'minutes that the oldest waiting mail has waited',
      warning: '60',
      value: (f) => Math.floor(f.oldestSeconds / 60),
    },
  ],
};

/** What Prosody says of its rooms; null when it does not answer. */
type Open = readonly OpenRoom[] | null;

const sum = (open: Open, of: (room: OpenRoom) => number): number | undefined =>
  open?.reduce((total, room) => total + of(room), 0);

const rooms: Graph<Open> = {
  title: 'Jitsi Meet Booking: open rooms',
  vlabel: 'rooms, people',
  info: 'Rooms that are open in Prosody, booked and private ones, and the people in them',
  fields: [
    { name: 'rooms', label: 'rooms', info: 'rooms that are open', value: (open) => open?.length },
    {
      name: 'people',
      label: 'people',
      info: 'people in rooms and their breakout rooms',
      value: (open) => sum(open, ({ participants, breakout }) => participants + breakout),
    },
    {
      name: 'waiting',
      label: 'waiting',
      info: 'people who wait in lobbies',
      value: (open) => sum(open, ({ waiting }) => waiting),
    },
  ],
};

const numberOf =
  (name: string) =>
  (statistics: BridgeStatistics): number | undefined => {
    const value = statistics[name];
    return typeof value === 'number' ? value : undefined;
  };

const bridge: Readonly<Record<string, Graph<BridgeStatistics>>> = {
  conferences: {
    title: 'Jitsi Videobridge: conferences',
    vlabel: 'conferences',
    info: 'Conferences on this bridge',
    fields: [
      { name: 'conferences', label: 'conferences', info: 'conferences', value: numberOf('conferences') },
      {
        name: 'largest',
        label: 'largest',
        info: 'participants of the largest one',
        value: numberOf('largest_conference'),
      },
    ],
  },
  participants: {
    title: 'Jitsi Videobridge: participants',
    vlabel: 'participants',
    info: 'Participants on this bridge',
    fields: [
      { name: 'participants', label: 'participants', info: 'participants', value: numberOf('participants') },
      {
        name: 'audio_senders',
        label: 'sending audio',
        info: 'participants who send sound',
        value: numberOf('endpoints_sending_audio'),
      },
      {
        name: 'video_senders',
        label: 'sending video',
        info: 'participants who send pictures',
        value: numberOf('endpoints_sending_video'),
      },
    ],
  },
  network: {
    title: 'Jitsi Videobridge: network',
    vlabel: 'kilobits per second',
    info: 'Media that this bridge receives and sends',
    fields: [
      { name: 'received', label: 'received', info: 'kilobits per second', value: numberOf('bit_rate_download') },
      { name: 'sent', label: 'sent', info: 'kilobits per second', value: numberOf('bit_rate_upload') },
    ],
  },
};

/** The prefix of the links that make the command a plugin. */
const NAMES = /^jitsi_(jmb|videobridge)_(.*)$/;

/** What a link's name asks for, or null when the command was not called as a plugin. */
export function pluginOf(name: string): { kind: 'jmb' | 'videobridge'; graph: string } | null {
  const match = NAMES.exec(name);
  return match ? { kind: match[1] as 'jmb' | 'videobridge', graph: match[2] ?? '' } : null;
}

/** Where a plugin gets its figures; each is asked only when its graph needs it. */
export interface Sources {
  readonly rooms: () => RoomFigures;
  readonly mail: () => MailFigures;
  readonly bridge: () => Promise<BridgeStatistics>;
  /** undefined where Prosody is not to be asked: there is no such graph then. */
  readonly open?: (() => Promise<readonly OpenRoom[]>) | undefined;
}

/**
 * What the plugin prints.
 * @returns the text and the exit status: 1 for an unknown graph
 */
export async function plugin(
  name: { kind: 'jmb' | 'videobridge'; graph: string },
  argument: string | undefined,
  sources: Sources,
): Promise<{ text: string; status: number }> {
  const ours = ['mail', 'meetings', ...(sources.open === undefined ? [] : ['rooms'])];
  const known = name.kind === 'jmb' ? ours : Object.keys(bridge).sort();
  if (argument === 'autoconf') return { text: 'yes\n', status: 0 };
  if (argument === 'suggest') return { text: `${known.join('\n')}\n`, status: 0 };
  if (!known.includes(name.graph)) {
    return { text: `no graph ${name.graph}; there are: ${known.join(' ')}\n`, status: 1 };
  }
  const text = await answer(name, argument === 'config', sources);
  return { text, status: 0 };
}

async function answer(name: { kind: string; graph: string }, config: boolean, sources: Sources): Promise<string> {
  if (name.kind === 'videobridge') {
    const graph = bridge[name.graph];
    if (!graph) return '';
    return config ? describe(graph, 'jitsi') : values(graph, await sources.bridge());
  }
  if (name.graph === 'meetings') return config ? describe(meetings, 'jitsi') : values(meetings, sources.rooms());
  if (name.graph === 'rooms') {
    return config ? describe(rooms, 'jitsi') : values(rooms, (await sources.open?.().catch(() => null)) ?? null);
  }
  return config ? describe(mail, 'jitsi') : values(mail, sources.mail());
}

function describe<Source>(graph: Graph<Source>, category: string): string {
  const lines = [
    `graph_title ${graph.title}`,
    `graph_vlabel ${graph.vlabel}`,
    `graph_category ${category}`,
    `graph_info ${graph.info}`,
    'graph_args --lower-limit 0',
  ];
  for (const field of graph.fields) {
    lines.push(`${field.name}.label ${field.label}`, `${field.name}.info ${field.info}`, `${field.name}.min 0`);
    lines.push(`${field.name}.type ${field.type ?? 'GAUGE'}`);
    if (field.warning) lines.push(`${field.name}.warning ${field.warning}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Munin's word for a value that is not there is U. */
function values<Source>(graph: Graph<Source>, source: Source): string {
  return graph.fields.map((field) => `${field.name}.value ${field.value(source) ?? 'U'}\n`).join('');
}

/** Prints what Munin asked for; the exit status. */
export function runPlugin(
  name: { kind: 'jmb' | 'videobridge'; graph: string },
  argument: string | undefined,
): Promise<number> {
  return within(async (context) => {
    const now = context.clock.now();
    const answer = await plugin(name, argument, {
      rooms: () => roomFigures(context.store, now),
      mail: () => mailFigures(context.store, now),
      bridge: () => bridgeStatistics(process.env['url'] ?? context.settings.JMB_JVB_STATISTICS),
      open: context.settings.JMB_PROSODY_SECRET_FILE === '' ? undefined : () => openRooms(context.settings),
    });
    process.stdout.write(answer.text);
    return answer.status;
  });
}

async function openRooms(settings: Settings): Promise<readonly OpenRoom[]> {
  const service = roomService(settings);
  return service === undefined ? [] : inTime(5_000, service.rooms());
}
