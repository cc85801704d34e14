/** A telephone's handset on a grid of 24, drawn by ourselves. */
export const HANDSET =
  'M5.6 3.6h2.7c.5 0 .9.3 1 .8l.8 3.3c.1.4 0 .8-.3 1.1L8 10.4a12.6 12.6 0 0 0 5.6 5.6l1.6-1.8c.3-.3.7-.4 1.1-.3l3.3.8c.5.1.8.5.8 1v2.7c0 1.1-.9 2-2 2C10.6 20.4 3.6 13.4 3.6 5.6c0-1.1.9-2 2-2z';
