/** The parts of @xmpp/client 0.14 (which ships no types) that JMB uses. */
declare module '@xmpp/client' {
  export interface Element {
    readonly name: string;
    readonly attrs: Record<string, string | undefined>;
    is(name: string, xmlns?: string): boolean;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildText(name: string): string | null;
  }
  export interface Client {
    readonly iqCaller: { request(stanza: Element, timeout?: number): Promise<Element> };
    readonly reconnect: { stop(): void };
    on(event: 'stanza', listener: (stanza: Element) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    removeListener(event: 'stanza', listener: (stanza: Element) => void): void;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
  }
  export function client(options: {
    service: string;
    domain: string;
    resource?: string;
    username: string;
    password: string;
    timeout?: number;
  }): Client;
  export function xml(
    name: string,
    attrs?: Record<string, string> | string,
    ...children: (Element | string)[]
  ): Element;
}
