import { Fragment, memo } from "react";
import type { Span } from "../core/richText.ts";
import { parseRichText } from "../core/richText.ts";

function Line({ spans }: { spans: Span[] }) {
  return spans.map((span, index) => {
    const key = `${index}:${span.bold}`;
    return span.bold ? <strong key={key}>{span.text}</strong> : <Fragment key={key}>{span.text}</Fragment>;
  });
}

/** Text with paragraphs, lists and bold. It is built as elements, never as markup: nothing in it can run. */
export const RichText = memo(function RichText({ text, partial = false }: { text: string; partial?: boolean }) {
  return parseRichText(text, partial).map((block, index) => {
    const key = `${index}:${block.kind}`;
    if (block.kind === "list") {
      return (
        <ul key={key}>
          {block.items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            <li key={at}>
              <Line spans={item} />
            </li>
          ))}
        </ul>
      );
    }
    return (
      <p key={key}>
        {block.lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <Fragment key={at}>
            {at > 0 && <br />}
            <Line spans={line} />
          </Fragment>
        ))}
      </p>
    );
  });
});
