// Whether the AsyncAPI document is valid and all that it refers to is there: node check.mjs asyncapi.json.
// Errors and warnings are printed and end with 1. That there is a newer version of AsyncAPI is neither.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Parser } from "@asyncapi/parser";

const [ERROR, WARNING] = [0, 1];
const path = resolve(process.argv[2]);

const { document, diagnostics } = await new Parser().parse(readFileSync(path, "utf8"), { source: path });
const found = diagnostics
  .filter(({ severity }) => severity === ERROR || severity === WARNING)
  .map(({ path: place, message }) => `${place.join(".")}: ${message}`);

const messages = document?.allMessages().all() ?? [];
for (const message of messages) {
  const data = message.payload()?.json().properties?.data;
  if (data?.properties === undefined) {
    found.push(`${message.id()}: its payload does not lead to the fields of its data`);
  }
}
if (messages.length === 0) {
  found.push("the document holds no message that can be read");
}

if (found.length > 0) {
  console.error(found.join("\n"));
  process.exitCode = 1;
} else {
  const counts = `${document.allChannels().length} channels, ${document.allOperations().length} operations, ${messages.length} messages`;
  console.log(`AsyncAPI: ${counts}, valid.`);
}
