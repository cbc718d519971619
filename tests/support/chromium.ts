import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Why a browser test did not run. */
export const NO_CHROMIUM = "no Chromium on PATH: set CHROMIUM_PATH, or install chromium";

/** The browser of the journeys: CHROMIUM_PATH, else the first on PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [process.env.CHROMIUM_PATH, ...NAMES.flatMap((name) => folders.map((dir) => join(dir, name)))];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
