// Reads {"schema": ..., "documents": [...]} and writes for each document what ajv has against it.
'use strict';
const Ajv = require('ajv');
const { schema, documents } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const validate = new Ajv({ allErrors: true, unknownFormats: 'ignore' }).compile(schema);
console.log(JSON.stringify(documents.map((document) => (validate(document) ? [] : validate.errors))));
