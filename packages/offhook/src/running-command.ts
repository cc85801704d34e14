/** A command that goes on until it is closed. */
export interface RunningCommand {
  /** Takes no new calls and resolves when the ones that are up have ended, or their time is over. */
  drain(): Promise<void>;
  /** Ends what is left. */
  close(): Promise<void>;
}
