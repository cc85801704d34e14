let defaultServer: string | undefined;

/** Sets the server of elements without a `server` attribute: the origin that the script came from. */
export function setDefaultServer(origin: string): void {
  defaultServer = origin;
}

/** The origin of the server for an element's `server` attribute; empty when that is no address of the web. */
export function serverOrigin(attribute: string): string {
  if (attribute === '') return defaultServer ?? location.origin;
  // Without its scheme a host's name would be a path on the page's own server.
  if (!/^(?:https?:)?\/\//i.test(attribute)) return '';
  try {
    return new URL(attribute, location.href).origin;
  } catch {
    return '';
  }
}
