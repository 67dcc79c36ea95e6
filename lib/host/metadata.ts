/** The metadata of a SAML identity provider. */
import { readFileSync } from 'node:fs';
import { HostError } from './tree.ts';

/** Reads it from a file or an address; throws HostError that says why it cannot be had, or that it is none. */
export async function metadata(from: string): Promise<string> {
  let xml: string;
  try {
    xml = /^https?:/.test(from) ? await fetched(from) : readFileSync(from, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new HostError(`--idp-metadata ${from}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!xml.includes('EntityDescriptor')) throw new HostError(`${from} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer.text();
}
