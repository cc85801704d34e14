let defaultServer: string | undefined;

/** Sets the server of elements without a `server` attribute: the origin that the script came from. */
export function setDefaultServer(origin: string): void {
  defaultServer = origin;
}

/** The origin of the server for an element's `server` attribute. */
export function serverOrigin(attribute: string): string {
  return attribute === '' ? (defaultServer ?? location.origin) : new URL(attribute, location.href).origin;
}
