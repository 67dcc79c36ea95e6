/** `jmb metrics`: figures for Prometheus, in its text format (exposition format 0.0.4). */
import { within } from '../lib/clock.ts';
import type { Context } from '../lib/context.ts';
import { answersCounted } from '../lib/http/tally.ts';
import { type OpenRoom, roomService } from '../lib/jitsi/rooms.ts';
import { countEndedBefore, lastRun, newestBooking, type RunName } from '../lib/store/maintenance.ts';
import { mailAges, mailFigures, roomFigures } from '../lib/store/statistics.ts';
import { version } from '../package.json';

/** One metric with its values by labels. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  /** One line, plain words. */
  readonly help: string;
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** How long Prosody may take, in milliseconds. */
const PATIENCE = 5_000;

/** Prints them. */
export async function metrics(context: Context): Promise<number> {
  process.stdout.write(exposition(await metricsOf(context)));
  return 0;
}

/** The text; a metric without values is left out. */
export function exposition(all: readonly Metric[]): string {
  return all
    .filter(({ values }) => values.length > 0)
    .map(({ name, type, help, values }) => {
      const samples = values.map(({ labels = {}, value }) => `${name}${labelled(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join('')}`;
    })
    .join('');
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const gauge = (name: string, help: string, values: Metric['values']): Metric => ({
  ...{ name, type: 'gauge', help, values },
});

/** The figures of now. Throws Unavailable where the database cannot be read; a Prosody that is away is a figure. */
export async function metricsOf(context: Context): Promise<Metric[]> {
  return [
    gauge('jmb_info', 'The version that runs.', [{ labels: { version }, value: 1 }]),
    ...meetingMetrics(context),
    ...mailMetrics(context),
    requestMetric(context),
    ...(await roomMetrics(context)),
    gauge('jmb_last_run_timestamp_seconds', 'When cron last began its work, and last heard of the room module.', [
      ...runOf(context, 'remind'),
      ...runOf(context, 'rooms'),
    ]),
  ];
}

function runOf({ store }: Context, run: RunName): Metric['values'] {
  const last = lastRun(store, run);
  return last === undefined ? [] : [{ labels: { run }, value: last.at }];
}

function meetingMetrics({ store, clock }: Context): Metric[] {
  const now = clock.now();
  const { planned, running, connections } = roomFigures(store, now);
  const newest = newestBooking(store);
  return [
    gauge('jmb_meetings', 'Booked meetings that are kept, by state.', [
      { labels: { state: 'planned' }, value: planned },
      { labels: { state: 'running' }, value: running },
      { labels: { state: 'over' }, value: countEndedBefore(store, now) },
    ]),
    gauge('jmb_connections', 'Connections through links to the meetings that are running.', [{ value: connections }]),
    gauge(
      'jmb_newest_booking_timestamp_seconds',
      'When the newest meeting was booked.',
      newest === null ? [] : [{ value: newest }],
    ),
  ];
}

function mailMetrics({ store, clock }: Context): Metric[] {
  const now = clock.now();
  const values = (['waiting', 'sent', 'refused', 'dropped'] as const).flatMap((state) =>
    Object.entries(mailAges(store, state, now)).map(([age, value]) => ({ labels: { state, age }, value })),
  );
  return [
    gauge('jmb_mails', 'Mails that are kept, by state and by how long ago they were written.', values),
    gauge('jmb_mail_oldest_waiting_seconds', 'Age of the mail that has waited longest; 0 when none waits.', [
      { value: mailFigures(store, now).oldestSeconds },
    ]),
  ];
}

function requestMetric({ settings }: Context): Metric {
  const values = [...answersCounted(settings.JMB_DB)].sort().map(([what, value]) => {
    const [page = '', status = ''] = what.split(' ');
    return { labels: { page, status }, value };
  });
  return { name: 'jmb_requests_total', type: 'counter', help: 'Requests answered, by page and status.', values };
}

async function roomMetrics({ settings }: Context): Promise<Metric[]> {
  if (settings.JMB_PROSODY_SECRET_FILE === '' || settings.JMB_PROSODY_URL === '') return [];
  const open = await openRooms(settings);
  const up = gauge('jmb_rooms_up', 'Whether Prosody tells its rooms.', [{ value: open === null ? 0 : 1 }]);
  if (open === null) return [up];
  const sum = (of: (room: OpenRoom) => number) => open.reduce((total, room) => total + of(room), 0);
  return [
    up,
    gauge('jmb_rooms_open', 'Rooms that are open.', [{ value: open.length }]),
    gauge('jmb_people', 'People in rooms, in their breakout rooms, and waiting in lobbies.', [
      { labels: { where: 'room' }, value: sum(({ participants }) => participants) },
      { labels: { where: 'breakout' }, value: sum(({ breakout }) => breakout) },
      { labels: { where: 'lobby' }, value: sum(({ waiting }) => waiting) },
    ]),
  ];
}

async function openRooms(settings: Context['settings']): Promise<readonly OpenRoom[] | null> {
  try {
    return await within(PATIENCE, roomService(settings)?.rooms() ?? Promise.resolve([]));
  } catch {
    return null;
  }
}
