import { Fragment, memo, useContext } from "react";
import type { Span } from "../core/richText.ts";
import { parseRichText } from "../core/richText.ts";
import { Placeholders } from "./placeholders.ts";

function Line({ spans, seq }: { spans: Span[]; seq: number | undefined }) {
  return spans.map((span, index) => {
    const key = `${index}:${span.bold}`;
    if (span.nth !== undefined && seq !== undefined)
      return <Placeholder key={key} label={span.text} seq={seq} nth={span.nth} />;
    return span.bold ? <strong key={key}>{span.text}</strong> : <Fragment key={key}>{span.text}</Fragment>;
  });
}

function Placeholder(place: { label: string; seq: number; nth: number }) {
  return useContext(Placeholders)?.(place) ?? place.label;
}

/** Text with paragraphs, lists and bold. It is built as elements, never as markup: nothing in it can run. */
export const RichText = memo(function RichText({
  text,
  partial = false,
  seq,
}: {
  text: string;
  partial?: boolean;
  /** Of a message that is stored: its placeholders may stand for something. */
  seq?: number | undefined;
}) {
  return parseRichText(text, partial).map((block, index) => {
    const key = `${index}:${block.kind}`;
    if (block.kind === "list") {
      return (
        <ul key={key}>
          {block.items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            <li key={at}>
              <Line spans={item} seq={seq} />
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
            <Line spans={line} seq={seq} />
          </Fragment>
        ))}
      </p>
    );
  });
});
