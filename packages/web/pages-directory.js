import { fileURLToPath } from 'node:url';

export const pagesDirectory = fileURLToPath(new URL('./dist', import.meta.url));
