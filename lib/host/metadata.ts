/** The metadata of a SAML identity provider. */
import { readFileSync } from 'node:fs';
import { withoutPassword } from './addresses.ts';
import { HostError } from './tree.ts';

/** Reads it from a file or an address; throws HostError that says why it cannot be had, or that it is none. */
export async function metadata(from: string): Promise<string> {
  const shown = withoutPassword(from);
  let xml: string;
  try {
    xml = /^https?:/i.test(from) ? await fetched(from) : readFileSync(from, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`--idp-metadata ${shown}: ${why.replaceAll(from, shown)}`);
  }
  if (!xml.includes('EntityDescriptor'))
    throw new HostError(`${shown} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer.text();
}
