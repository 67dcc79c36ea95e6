/** A room's address and its name in Prosody, which Jitsi's browser makes of the address. */

/** Names as we book them, and most accounts have. */
const PLAIN = /^[a-z0-9_-][a-z0-9._-]{0,199}$/;

/** The longest node of an XMPP address, in octets (RFC 7622 section 3.3). */
const LONGEST = 1023;

/**
 * A room's name as one segment of an address. An apostrophe becomes the typographic one: XMPP knows no node with the
 * other (RFC 6122, Nodeprep), and leaving it out would make one room of two people's.
 * @returns undefined where no address stands for it: nothing, `.` and `..`, half a character, too long a name
 */
export function roomSegment(text: string): string | undefined {
  // What follows leaves such a name as it is, and has Node read the tables of Unicode, which takes milliseconds.
  if (PLAIN.test(text)) return text;
  let plain = text;
  // Lower case may decompose what was composed: once more then changes nothing.
  for (let round = 0; round < 2; round += 1) plain = plain.normalize('NFKC').toLowerCase().replaceAll("'", '’');
  if (/^\.{0,2}$|\p{Cs}/u.test(plain)) return undefined;
  // Jitsi takes these out of an address, and all else of its kind (:?#[]@$&+,;=><"/) is written so already.
  const segment = encodeURIComponent(plain).replace(/[!()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const name = nameOfSegment(segment);
  return name.length > LONGEST ? undefined : segment;
}

/** The whole address of a room, to give to anybody; undefined where no room can stand for the name. @param url JMB_URL */
export function roomLink(url: string, text: string): string | undefined {
  const segment = roomSegment(text);
  return segment === undefined ? undefined : `${url.replace(/\/+$/, '')}/${segment}`;
}

/**
 * A room's name as Prosody has it, for the token and for what is asked of Prosody.
 * @returns undefined where no room can stand for it
 */
export function roomName(text: string): string | undefined {
  const segment = roomSegment(text);
  return segment === undefined || PLAIN.test(segment) ? segment : nameOfSegment(segment);
}

/** What Jitsi's browser makes of a segment that it was led to. */
function nameOfSegment(segment: string): string {
  const plain = decodeURIComponent(segment);
  return encodeURIComponent(plain.normalize('NFKC').toLowerCase()).toLowerCase();
}
