/**
 * Turns the doors of a package from its sources to its build when it is packed.
 */
function built(path) {
  return path.replace('./src/', './dist/').replace(/\.ts$/, '.js');
}

function beforePacking(manifest) {
  const doors = Object.entries(manifest.exports ?? {}).map(([door, path]) => [door, {
    types: built(path).replace(/\.js$/, '.d.ts'),
    default: built(path),
  }]);
  const bin = Object.entries(manifest.bin ?? {}).map(([name, path]) => [name, built(path)]);
  return {
    ...manifest,
    exports: Object.fromEntries(doors),
    ...(bin.length === 0 ? {} : { bin: Object.fromEntries(bin) }),
  };
}

export const hooks = { beforePacking };
