import { Mark } from "./icons.tsx";

const hueCount = 6;

/** The same person has the same colour everywhere. */
function hueOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum % hueCount;
}

/** One character for Chinese names, the initials of first and last name otherwise. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const [first = "", last = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  return /^[\p{Script=Han}]/u.test(first)
    ? (Array.from(first)[0] ?? "")
    : `${first.charAt(0)}${last.charAt(0)}`.toUpperCase();
}

export function Avatar({
  id,
  name,
  size = "medium",
}: {
  id: string;
  name: string;
  size?: "small" | "medium" | "large";
}) {
  return (
    <span className={`avatar avatar-${size} hue-${hueOf(id)}`} aria-hidden="true">
      {initials(name) || "?"}
    </span>
  );
}

export function AssistantAvatar({ size = "medium" }: { size?: "small" | "medium" | "large" }) {
  return (
    <span className={`avatar avatar-${size} avatar-assistant`} aria-hidden="true">
      <Mark size={size === "small" ? 16 : size === "large" ? 32 : 22} />
    </span>
  );
}
