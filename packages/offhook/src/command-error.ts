/** A command that cannot run; the message is for the person who typed it. */
export class CommandError extends Error {
  readonly code = 'command-failed';
}
