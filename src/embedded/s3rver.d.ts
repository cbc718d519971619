/** The part of s3rver (which ships no types) that s3-main.ts uses. */
declare module "s3rver" {
  export interface S3rverOptions {
    address: string;
    /** TCP port. */
    port: number;
    /** Objects live below it as files. */
    directory: string;
    silent: boolean;
    vhostBuckets: boolean;
  }
  export default class S3rver {
    constructor(options: S3rverOptions);
    run(): Promise<unknown>;
  }
}
