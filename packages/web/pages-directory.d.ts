/** Absolute path of the built pages: what the server serves as static files. */
export declare const pagesDirectory: string;
