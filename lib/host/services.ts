/** Which services read a changed file only when they are told, and how. */

/** Says that Apache was not there, or not in service, before JMB: it goes out of service with it. */
export const APACHE_IDLE = '/var/lib/jitsi-jmb/apache-was-idle';

/**
 * A service, and whether a reload is enough: Prosody loads neither modules nor hosts on a reload, Jicofo and the bridge have
 * none. `module`: Prosody's shell loads ours anew (room_module.ts), and meetings go on.
 */
export interface Told {
  readonly service: string;
  readonly how: 'restart' | 'reload-or-restart' | 'module' | 'disable';
}

const READERS: readonly (readonly [RegExp, Told])[] = [
  [/^\/etc\/prosody\//, { service: 'prosody', how: 'restart' }],
  [/^\/opt\/jitsi-jmb\/prosody\//, { service: 'prosody', how: 'module' }],
  [/^\/etc\/jitsi\/jicofo\//, { service: 'jicofo', how: 'restart' }],
  [/^\/etc\/jitsi\/videobridge\//, { service: 'jitsi-videobridge2', how: 'restart' }],
  // Its package does not start it while packages come in.
  [/^\/etc\/apache2\/mods-enabled\/shib\./, { service: 'shibd', how: 'restart' }],
  // Modules that come and go on a reload were seen to end every child of Apache by a segmentation fault.
  [/^\/etc\/apache2\/mods-enabled\//, { service: 'apache2', how: 'restart' }],
  [/^\/etc\/apache2\/|^\/opt\/jitsi-jmb\/(?:apache|cgi-bin|lib)\//, { service: 'apache2', how: 'reload-or-restart' }],
  [/^\/etc\/(?:jitsi\/meet\/jaas|nginx)\//, { service: 'nginx', how: 'reload-or-restart' }],
];

/** Whom to tell of changed files, in the order in which they go: rooms first, the web last. A restart of rooms ends running meetings. */
export function servicesOf(paths: readonly string[]): readonly Told[] {
  const told = READERS.filter(([pattern]) => paths.some((path) => pattern.test(path))).map(([, one]) => one);
  return told.filter(({ service }, at) => told.findIndex((one) => one.service === service) === at);
}

/** The same on the way back, where Apache may go out of service again. */
export function servicesBack(paths: readonly string[], apacheWasIdle: boolean): readonly Told[] {
  const others = servicesOf(paths).filter(({ service }) => service !== 'shibd');
  return others.map((told) =>
    apacheWasIdle && told.service === 'apache2' ? { service: 'apache2', how: 'disable' } : told,
  );
}
