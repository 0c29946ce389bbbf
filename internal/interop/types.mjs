// Writes the types openapi-typescript makes of the contract, with binary content as Blob: its own default is string, which
// no file is. This is the transform its documentation gives.
import { writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const blob = ts.factory.createTypeReferenceNode('Blob');
const [contract, output] = process.argv.slice(2).map((path) => new URL(path, `file://${process.cwd()}/`));
const ast = await openapiTS(contract, {
  // A field with a default may be left out of a request all the same.
  defaultNonNullable: false,
  transform: (schema) => (schema.format === 'binary' ? blob : undefined),
});
await writeFile(output, astToString(ast));
