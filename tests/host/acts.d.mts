/** Watches what this process changes below a folder; the function that is given back ends that. */
export function watch(folder: string, at: (act: string, begin: () => void) => void): () => void;
