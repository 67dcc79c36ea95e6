/** French texts. */
export const frPages = {};
