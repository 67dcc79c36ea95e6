/** What the build makes of files that are not TypeScript (lib/build/templates.mjs). */

/** A template, compiled: from a view to text. */
declare module '*.hbs' {
  const render: (view: object) => string;
  export default render;
}

/** A file's text. */
declare module '*.sql' {
  const text: string;
  export default text;
}

/** A digest of a style sheet, for its address. */
declare module '*.css' {
  const version: string;
  export default version;
}
