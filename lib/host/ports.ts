/** What Apache listens on beside nginx: of its ports only those go that nginx needs. */
import { type Socket, socketOf } from './front.ts';

const OFF = '# jmb install: ';

/** Apache's ports.conf without these ports on every address; what listens on one address of its own stays. */
export function editPorts(text: string, ports: ReadonlySet<number>): string {
  return undoPorts(text).replace(/^(?=[ \t]*Listen[ \t]+(\S+))/gim, (_, where: string) => {
    const { host, port } = socketOf(where, 0);
    return (host === '*' || host === '::') && ports.has(port) ? OFF : '';
  });
}

/** The file as it was, also where it changed elsewhere since. */
export function undoPorts(text: string): string {
  return text.replaceAll(OFF, '');
}

/**
 * The ports that Apache leaves to nginx: what nginx listens on, and 80 and 443 unless sites of Apache's own are there.
 * @param taken what nginx listens on
 * @param used what the virtual hosts of others in Apache listen on
 */
export function portsToLeave(taken: readonly Socket[], used: readonly Socket[]): ReadonlySet<number> {
  const nginx = new Set(taken.map(({ port }) => port));
  const others = new Set(used.map(({ port }) => port));
  return new Set([...nginx, ...[80, 443].filter((port) => !others.has(port))]);
}
