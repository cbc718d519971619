import type { ReactNode } from "react";
import { createContext } from "react";

/** A placeholder of personal data in a message. */
export interface PlaceholderPlace {
  /** As it stands in the text: "[mobile]". */
  label: string;
  /** Of the message. */
  seq: number;
  /** Which of those alike in the message, from 0. */
  nth: number;
}

/** How placeholders are shown; null, also from the function, is as they stand in the text. */
export const Placeholders = createContext<((place: PlaceholderPlace) => ReactNode) | null>(null);
