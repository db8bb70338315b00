import { type PickleFault, torchFailure } from "./failures";

/** A name that a pickle calls for: what Python would import. Here it is a word, and nothing more. */
export class Global {
  constructor(readonly name: string) {}
}

/** `OrderedDict`, `dict`: keys and values in order. */
export class Dict {
  readonly entries = new Map<Value, Value>();
}

/** A list. */
export class List {
  readonly items: Value[] = [];
}

/** A tuple. */
export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** What a name in the program was called with, where the caller says it may be. */
export interface Made {
  readonly made: string;
}

export type Value = null | boolean | number | bigint | string | Global | Dict | List | Tuple | Made;

/** What the words of a pickle stand for. Whoever reads a kind of file gives it, so that nothing else has a meaning. */
export interface Words {
  /** Whether the name may stand in the file at all. */
  knows(name: string): boolean;
  /** The value that a call of the name stands for; `undefined`: no such call is known. Runs none of the file's code: there is none. */
  call(name: string, given: readonly Value[]): Value | undefined;
  /** What a persistent id stands for, likewise. */
  load?(id: Value): Value | undefined;
}

/** Values on the stack, and the places in it that were marked. */
const MARK = Symbol("mark");
type Slot = Value | typeof MARK;

/**
 * Reads one pickle as data. Only the instructions that PyTorch's writer uses for tensors are known, and a name stands for what `words`
 * say: no import, no call, no attribute. Takes time and memory in proportion to the bytes, and never throws but what it names.
 * @param start where in the bytes it begins; @returns the value, and where it ended
 * @throws {AwaseError} `torch/pickle`, `torch/opcode`, `torch/calls`
 */
export function readPickle(
  bytes: Uint8Array,
  words: Words,
  { name, start = 0 }: { readonly name: string; readonly start?: number },
): { readonly value: Value; readonly end: number } {
  return new PickleReader(bytes, words, name, start).read();
}

class PickleReader {
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Value>();
  readonly #view: DataView;
  /** What each instruction does, by the number and the name it has in Python's table. */
  readonly #steps: ReadonlyMap<number, () => unknown> = new Map<number, () => unknown>([
    [0x80, () => this.#byte()], // PROTO
    [0x95, () => this.#skip(8)], // FRAME
    [0x28, () => this.#push(MARK)], // MARK
    [0x4e, () => this.#push(null)], // NONE
    [0x88, () => this.#push(true)], // NEWTRUE
    [0x89, () => this.#push(false)], // NEWFALSE
    [0x4b, () => this.#push(this.#byte())], // BININT1
    [0x4d, () => this.#push(this.#number(2, (view, from) => view.getUint16(from, true)))], // BININT2
    [0x4a, () => this.#push(this.#number(4, (view, from) => view.getInt32(from, true)))], // BININT
    [0x47, () => this.#push(this.#number(8, (view, from) => view.getFloat64(from)))], // BINFLOAT
    [0x8a, () => this.#push(this.#long(this.#byte()))], // LONG1
    [0x58, () => this.#push(this.#text(this.#length()))], // BINUNICODE
    [0x8c, () => this.#push(this.#text(this.#byte()))], // SHORT_BINUNICODE
    [0x54, () => this.#push(this.#text(this.#length()))], // BINSTRING
    [0x55, () => this.#push(this.#text(this.#byte()))], // SHORT_BINSTRING
    [0x7d, () => this.#push(new Dict())], // EMPTY_DICT
    [0x5d, () => this.#push(new List())], // EMPTY_LIST
    [0x29, () => this.#push(new Tuple([]))], // EMPTY_TUPLE
    [0x85, () => this.#push(new Tuple(this.#popMany(1)))], // TUPLE1
    [0x86, () => this.#push(new Tuple(this.#popMany(2)))], // TUPLE2
    [0x87, () => this.#push(new Tuple(this.#popMany(3)))], // TUPLE3
    [0x74, () => this.#push(new Tuple(this.#popToMark()))], // TUPLE
    [0x71, () => this.#put(this.#byte())], // BINPUT
    [0x72, () => this.#put(this.#length())], // LONG_BINPUT
    [0x94, () => this.#put(this.#memo.size)], // MEMOIZE
    [0x68, () => this.#get(this.#byte())], // BINGET
    [0x6a, () => this.#get(this.#length())], // LONG_BINGET
    [0x63, () => this.#global(this.#line(), this.#line())], // GLOBAL
    [0x93, () => this.#global(...this.#popPair())], // STACK_GLOBAL
    [0x52, () => this.#call(...this.#popPair())], // REDUCE
    [0x51, () => this.#load(this.#pop())], // BINPERSID
    [0x61, () => this.#append([this.#pop()])], // APPEND
    [0x65, () => this.#append(this.#popToMark())], // APPENDS
    [0x73, () => this.#set(this.#popMany(2))], // SETITEM
    [0x75, () => this.#set(this.#popToMark())], // SETITEMS
    [0x62, () => this.#build(...this.#popPair())], // BUILD
  ]);

  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly words: Words,
    private readonly name: string,
    start: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
  }

  read(): { readonly value: Value; readonly end: number } {
    for (;;) {
      const at = this.#at;
      const opcode = this.#byte();
      if (opcode === 0x2e) return { value: this.#pop(), end: this.#at };
      const step = this.#steps.get(opcode);
      if (!step) throw torchFailure("torch/opcode", { name: this.name, opcode: letterOf(opcode), at });
      step();
    }
  }

  #global(module: Value, word: Value): void {
    if (typeof module !== "string" || typeof word !== "string") throw this.#broken("value");
    const name = `${module}.${word}`;
    if (!this.words.knows(name)) throw torchFailure("torch/calls", { name: this.name, found: name });
    this.#push(new Global(name));
  }

  #call(word: Value, given: Value): void {
    const value = word instanceof Global && given instanceof Tuple && this.words.call(word.name, given.items);
    if (value === false || value === undefined) throw this.#broken("value");
    this.#push(value);
  }

  #load(id: Value): void {
    const value = this.words.load?.(id);
    if (value === undefined) throw this.#broken("value");
    this.#push(value);
  }

  /** A state_dict carries versions of its modules as an attribute: no tensor, and left out. */
  #build(object: Value, state: Value): void {
    if (!(object instanceof Dict) || !(state instanceof Dict)) throw this.#broken("value");
    this.#push(object);
  }

  #append(items: readonly Value[]): void {
    const list = this.#top();
    if (!(list instanceof List)) throw this.#broken("value");
    for (const item of items) list.items.push(item);
  }

  #set(pairs: readonly Value[]): void {
    const dict = this.#top();
    if (!(dict instanceof Dict) || pairs.length % 2 !== 0) throw this.#broken("value");
    for (let at = 0; at < pairs.length; at += 2) dict.entries.set(pairs[at] ?? null, pairs[at + 1] ?? null);
  }

  #put(key: number): void {
    this.#memo.set(key, this.#top());
  }

  #get(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#broken("memo");
    this.#push(value);
  }

  #push(slot: Slot): void {
    this.#stack.push(slot);
  }

  #pop(): Value {
    const slot = this.#stack.pop();
    if (slot === undefined || slot === MARK) throw this.#broken("stack");
    return slot;
  }

  #top(): Value {
    const slot = this.#stack.at(-1);
    if (slot === undefined || slot === MARK) throw this.#broken("stack");
    return slot;
  }

  #popMany(count: number): Value[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.reverse();
  }

  #popPair(): [first: Value, second: Value] {
    const second = this.#pop();
    return [this.#pop(), second];
  }

  #popToMark(): Value[] {
    const values: Value[] = [];
    for (let slot = this.#stack.pop(); slot !== MARK; slot = this.#stack.pop()) {
      if (slot === undefined) throw this.#broken("stack");
      values.push(slot);
    }
    return values.reverse();
  }

  #byte(): number {
    const [byte = 0] = this.#take(1);
    return byte;
  }

  #length(): number {
    return this.#number(4, (view, from) => view.getUint32(from, true));
  }

  #number(size: number, read: (view: DataView, from: number) => number): number {
    const from = this.#at;
    this.#skip(size);
    return read(this.#view, from);
  }

  /** Little-endian, in two's complement. One that a double holds becomes a number. */
  #long(size: number): number | bigint {
    let value = 0n;
    const bytes = this.#take(size);
    for (const [at, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * at);
    if (size > 0 && (bytes[size - 1] ?? 0) >= 0x80) value -= 1n << BigInt(8 * size);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  #text(size: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#take(size));
    } catch (error) {
      throw error instanceof TypeError ? this.#broken("text") : error;
    }
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#broken("end");
    const text = this.#text(end - this.#at);
    this.#skip(1);
    return text;
  }

  #take(size: number): Uint8Array {
    const from = this.#at;
    this.#skip(size);
    return this.bytes.subarray(from, from + size);
  }

  #skip(size: number): void {
    if (this.#at + size > this.bytes.length) throw this.#broken("end");
    this.#at += size;
  }

  #broken(what: PickleFault) {
    return torchFailure("torch/pickle", { name: this.name, what, at: this.#at });
  }
}

function letterOf(opcode: number): string {
  return opcode > 0x20 && opcode < 0x7f ? String.fromCharCode(opcode) : `0x${opcode.toString(16)}`;
}
