/** A command that goes on until it is closed. */
export interface RunningCommand {
  close(): Promise<void>;
}
