/** What a meeting and its people are: the nouns that rules, store, pages, mails and feeds share. */
import type { Language } from '../text/catalogue.ts';
import type { Details } from './details.ts';
import type { Series } from './series.ts';

/** A meeting's id: the decimal digits of a nanosecond timestamp. Above 2^53, so never a number. */
export type MeetingId = string;

/** What someone can be in a meeting. */
export const ROLES = ['owner', 'moderator', 'guest'] as const;

/** What someone is in a meeting. */
export type Role = (typeof ROLES)[number];

/** An attendee's answer to the invitation; PARTSTAT NEEDS-ACTION, ACCEPTED, DECLINED, TENTATIVE (RFC 5545 section 3.2.12). */
export type Answer = 'none' | 'accepted' | 'declined' | 'tentative';

/** A booked meeting. */
export interface Meeting extends Details {
  /** The language of its mails to those of whom no other is known, where one was chosen. */
  readonly language?: Language;
  readonly id: MeetingId;
  /** The room's name in Jitsi: lower-case letters. */
  readonly room: string;
  /** The subject as plain text, entities of old rows already decoded. */
  readonly subject: string;
  /** Unix time in seconds. */
  readonly begin: number;
  /** Unix time in seconds. */
  readonly end: number;
  /** Seconds. */
  readonly duration: number;
  /** When it was booked: Unix time in seconds. */
  readonly created: number;
  /** When it was last changed: Unix time in seconds; `created` when never. */
  readonly modified: number;
  /** SEQUENCE (RFC 5545 section 3.8.7.4): goes up when time or subject change, or somebody is removed or invited again. */
  readonly sequence: number;
  /** Goes up at every change, people included: what a form must give back to save (`conf_version`). */
  readonly version: number;
  /** Where this stands for a whole series in mails and calendars: then `id` is that of the series, and there is no room. */
  readonly series?: Series;
}

/** One person of one meeting. */
export interface Attendee {
  /** The secret that stands in this person's links. */
  readonly hash: string;
  readonly role: Role;
  /** Lower-case address. */
  readonly email: string;
  /** The name that the organiser gave or the directory has; left out where none is known. */
  readonly name?: string;
  /** How often this person entered. */
  readonly connections: number;
  readonly answer: Answer;
  /** When it was given, in Unix seconds; missing where it never was, or by the original. */
  readonly answeredAt?: number;
}

/** A meeting as one attendee has it. */
export interface Invitation {
  readonly meeting: Meeting;
  readonly attendee: Attendee;
  /** Where it was found by somebody's link to a series: the id of that, and the link's secret. */
  readonly series?: { readonly id: MeetingId; readonly hash: string };
}

/** Someone who signed in. */
export interface Identity {
  /** The account's name. */
  readonly uid: string;
  /** The main address, lower case. */
  readonly email: string;
  /** The name to show. */
  readonly name: string;
  /** Every address of the person, lower case, the main one first. */
  readonly addresses: readonly string[];
  /** Who acts in this person's place, where that is somebody else. */
  readonly by?: Identity;
}
