// The engine of a page: the crate `ensue`, compiled to WebAssembly. No other file is needed, and a
// page that forbids scripts of others needs to allow no more than `wasm-unsafe-eval`.

/**
 * Makes an engine of the bytes of `engine.wasm`. It holds the rules that were loaded last.
 *
 * @param {BufferSource} bytes
 * @returns {Promise<{answer: (request: object | string) => any, text: (request: object | string) => string}>}
 *   `text` gives an answer as it is written, `answer` as an object; `web/README.md` lists the requests, each
 *   an object or its JSON. Both throw where the engine itself fails: then it is made anew and loaded again.
 */
export async function startEngine(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { memory, room, answer, answer_length } = instance.exports;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  function text(request) {
    const written = encoder.encode(typeof request === "string" ? request : JSON.stringify(request));
    // The memory may have grown, and moved, with every call.
    const into = room(written.length);
    new Uint8Array(memory.buffer, into, written.length).set(written);
    const from = answer();
    return decoder.decode(new Uint8Array(memory.buffer, from, answer_length()));
  }
  return { text, answer: (request) => JSON.parse(text(request)) };
}
