/** The archive's bucket. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

export interface ObjectStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws MissingObjectError when there is none */
  get(key: string): Promise<Uint8Array>;
  /** One ranged read, `end` exclusive. @throws MissingObjectError when there is none */
  getRange(key: string, start: number, end: number): Promise<Uint8Array>;
  /** Deleting what isn't there is fine. */
  delete(key: string): Promise<void>;
  /** Keys below a prefix, with their sizes in bytes. */
  list(prefix: string): Promise<Array<{ key: string; bytes: number }>>;
  close(): void;
}

export interface ObjectStoreOptions {
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** A request that takes longer has failed. */
  timeoutMs: number;
}

/** An object that should be there isn't. */
export class MissingObjectError extends Error {
  override readonly name = "MissingObjectError";
  constructor(key: string, options?: ErrorOptions) {
    super(`there is no object ${key}`, options);
  }
}

const REGION = "us-east-1";

/** No retries here: whoever asks knows whether a customer is waiting or Temporal tries again. */
export function createObjectStore({ endpoint, bucket, timeoutMs, ...credentials }: ObjectStoreOptions): ObjectStore {
  const client = new S3Client({
    endpoint,
    region: REGION,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    // The sums are our own (`digest`); S3 servers other than Amazon's don't know the new ones.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const read = async (key: string, range?: string): Promise<Uint8Array> => {
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, ...(range === undefined ? {} : { Range: range }) }),
      );
      if (!Body) throw new MissingObjectError(key);
      return await Body.transformToByteArray();
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") throw new MissingObjectError(key, { cause: error });
      throw error;
    }
  };
  return {
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    get: (key) => read(key),
    getRange: (key, start, end) => read(key, `bytes=${start}-${end - 1}`),
    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async list(prefix) {
      const found: Array<{ key: string; bytes: number }> = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }),
        );
        for (const { Key, Size } of page.Contents ?? []) if (Key) found.push({ key: Key, bytes: Size ?? 0 });
        token = page.NextContinuationToken;
      } while (token);
      return found;
    },
    close: () => client.destroy(),
  };
}
