/** What the build makes of files that are not TypeScript (lib/build). */

/** A template, compiled: from a view to text. */
declare module '*.hbs' {
  const render: (view: object) => string;
  export default render;
}

/** The texts of a folder's migrations in order: `…/*.sql`. */
declare module '*.sql' {
  export const count: number;
  export const migrations: () => readonly string[];
}

/** A digest of a style sheet, for its address. */
declare module '*.css' {
  const version: string;
  export default version;
}

/** A digest of a script for browsers, for its address. */
declare module '*.js?digest' {
  const version: string;
  export default version;
}

/** A file of texts, as a function that reads no more of it than what it is asked for; undefined where there is no such key. */
declare module '*.json?lazy' {
  const textOf: (key: string) => string | undefined;
  export default textOf;
  /** All of them. */
  export const all: () => Readonly<Record<string, string>>;
}
