// Objects of options, as plain JavaScript calls give them.

/** The options themselves. TypeError for what is no object, and for a name that is not among `names`. */
export function known<T extends object>(what: string, options: T, names: readonly string[]): T {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${what}: expected options in an object, got ${String(options)}`);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `${what}: there is no option '${unknown}', there ${names.length > 1 ? "are" : "is"} ${names.join(", ")}`,
    );
  return options;
}

/** The standard options with those that are given. TypeError for an unknown name and for a value of another type. */
export function withStandard<T extends object>(what: string, standard: T, given: Partial<T>): T {
  known(what, given, Object.keys(standard));
  for (const [name, value] of Object.entries(given)) {
    const expected = typeof standard[name as keyof T];
    if (typeof value !== expected)
      throw new TypeError(`${what}: expected ${name} to be a ${expected}, got ${String(value)}`);
  }
  return { ...standard, ...given };
}
