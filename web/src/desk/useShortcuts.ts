import { useEffect, useRef } from "react";

/** Single keys that act while nobody is typing. Escape leaves the field one types in. */
export function useShortcuts(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = target.matches("input, textarea, select, [contenteditable]");
      if (typing && event.key === "Escape" && !event.isComposing) return target.blur();
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = current.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
