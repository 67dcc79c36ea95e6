/** Parts of a message as a program writes them (RFC 2045, 2046). */

/** One part. */
export interface Part {
  /** The value of Content-Type. */
  readonly type: string;
  readonly encoding?: string;
  readonly disposition?: string;
  /** As it goes over the wire. */
  readonly body: string;
}

/** The fields of the head that say what follows, and what follows. */
export interface Content {
  readonly fields: readonly string[];
  readonly body: string;
}

/** The same content in several shapes. */
export function alternatives(id: string, parts: readonly Part[]): Content & Part {
  return multipart('alternative', `alternative_${id}`, parts);
}

/** Parts that belong to each other. */
export function mixed(id: string, parts: readonly Part[]): Content & Part {
  return multipart('mixed', `mixed_${id}`, parts);
}

/** A text in base64, in lines of 76. */
export function base64(text: string): { readonly encoding: string; readonly body: string } {
  return { encoding: 'base64', body: base64Bytes(Buffer.from(text)) };
}

/** Bytes in base64, in lines of 76. */
export function base64Bytes(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
}

function multipart(kind: string, boundary: string, parts: readonly Part[]): Content & Part {
  const type = `multipart/${kind};\r\n boundary="${boundary}"`;
  const body = parts.map((part) => `--${boundary}\r\n${fieldsOf(part).join('\r\n')}\r\n\r\n${part.body}\r\n`).join('');
  const whole = `${body}--${boundary}--\r\n`;
  return { type, body: whole, fields: [`Content-Type: ${type}`, ''] };
}

function fieldsOf({ type, encoding, disposition }: Part): string[] {
  return [
    `Content-Type: ${type}`,
    ...(encoding === undefined ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
    ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
  ];
}
