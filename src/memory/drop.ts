import type { ArchiveFileDoc, Store } from "../store/mongo.ts";
import type { ColdParts } from "./cold.ts";
import { MissingObjectError } from "./object-store.ts";
import { ArchiveError, readParquet } from "./parquet.ts";

export interface DropReport {
  /** Files that are gone. */
  dropped: number;
  /** Files that no entry of the index points to, though somebody's sessions are in them, or that can't be read: left as they are. */
  damaged: string[];
}

/**
 * Deletes the files of a tenant in which nothing is left to be read: every session is past, or its customer was erased. The index says
 * which may be, the file itself whether it is: an index that was lost must not take the archive with it.
 * @param before sessions whose last word is older are past; null: none are
 * @throws S3's and MongoDB's own errors: the next sweep goes on
 */
export async function dropEmptyFiles(
  { objects, ledger, sealer }: ColdParts,
  { archiveEntries }: Pick<Store, "archiveEntries">,
  tenant: string,
  before: Date | null,
): Promise<DropReport> {
  const report: DropReport = { dropped: 0, damaged: [] };
  const isEmpty = async ({ _id }: ArchiveFileDoc): Promise<boolean> => {
    try {
      const left = await readParquet(sealer, await objects.get(_id));
      return left.every(({ record }) => before !== null && record.lastAt < before.getTime());
    } catch (error) {
      // Deleted by a run that was cut off before it said so.
      if (error instanceof MissingObjectError) return true;
      if (error instanceof ArchiveError) return false;
      throw error;
    }
  };
  for (const file of await ledger.files({ tenant, state: "ready" })) {
    // One that is just replacing others is the compaction's.
    if (file.replaces.length > 0 || (await archiveEntries.findOne({ file: file._id }))) continue;
    if (await isEmpty(file)) {
      await objects.delete(file._id);
      await ledger.remove(file._id);
      report.dropped += 1;
    } else report.damaged.push(file._id);
  }
  return report;
}
