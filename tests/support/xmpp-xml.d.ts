/** The parts of @xmpp/xml 0.14 (which ships no types) that tests use. */
declare module '@xmpp/xml' {
  export interface Element {
    readonly name: string;
    readonly attrs: Record<string, string | undefined>;
    readonly children: (Element | string)[];
    is(name: string, xmlns?: string): boolean;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildText(name: string): string | null;
    toString(): string;
  }
  /** `start` brings the outermost element as it opens, `element` each one within it, `end` all of it. */
  export class Parser {
    on(event: 'start' | 'element' | 'end', listener: (element: Element) => void): void;
    write(text: string): void;
  }
  export default function xml(name: string, attrs?: Record<string, string>, ...children: (Element | string)[]): Element;
}
