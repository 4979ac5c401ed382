// Prints the Khronos validator's report on one file, as JSON.
const { readFileSync } = require("node:fs");
const validator = require("gltf-validator");

validator
  .validateBytes(new Uint8Array(readFileSync(process.argv[2])), { maxIssues: 100 })
  .then((report) => console.log(JSON.stringify(report)));
