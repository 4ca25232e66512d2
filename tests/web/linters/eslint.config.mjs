// What the scripts of the page are linted with: every rule there is, but for those named here.

import js from "@eslint/js";
import globals from "globals";

const OFF = {
  camelcase: "off", // The gateway's own names stay as they are.
  "capitalized-comments": "off", // Comments of several lines are sentences that go on.
  "no-await-in-loop": "off", // What is asked next depends on what was answered before.
  "no-continue": "off", // It is the early return of a loop.
  "no-inline-comments": "off", // Types stand beside what they are of.
  "no-magic-numbers": "off", // Most are lengths in a picture, which say no more by a name.
  "no-ternary": "off", // A value that depends on something is one expression.
  "no-undefined": "off", // It is what is not there in the gateway's JSON.
  "sort-imports": "off", // They are sorted by where they are from.
  "sort-keys": "off", // Keys stand in the order in which a person reads what they are for.
};

const OTHERWISE = {
  // What shows a part is a method of it, whatever it needs for that.
  "class-methods-use-this": ["error", { exceptMethods: ["show"] }],
  // An early return fits its line.
  curly: ["error", "multi-line", "consistent"],
  "func-style": ["error", "declaration", { allowArrowFunctions: true }],
  // One makes elements, one is a number of units, one the API's parameter, and two are axes.
  "id-length": ["error", { exceptions: ["h", "n", "q", "x", "y"] }],
  "max-classes-per-file": ["error", { max: 2 }],
  "max-params": ["error", 4],
  "max-statements": ["error", 20],
  // Public things stand first, and what they are made of below.
  "no-use-before-define": ["error", { functions: false, variables: false }],
  // It marks a promise that takes care of its own failure.
  "no-void": ["error", { allowAsStatement: true }],
  "one-var": ["error", "never"],
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" } },
  js.configs.all,
  { rules: { ...OFF, ...OTHERWISE } },
  // Rules know neither the document nor the network.
  { files: ["**/rules/*.mjs"], languageOptions: { globals: globals["shared-node-browser"] } },
  { files: ["**/parts/*.mjs"], languageOptions: { globals: globals.browser } },
];
